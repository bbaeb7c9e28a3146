"""Deciding what waits: whose it is, over nobody's head, with a reason; many at once; what a line proposes."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from geodata.assignment.service import assign_enterprises
from geodata.db import transaction
from geodata.models import Dispute, Enterprise, FoundingCase, FoundingPause, Grid
from geodata.queries.people import local_today
from tests.integration.webmap.conftest import COUNTY, NEIGHBOUR, SOUTH, WEST, point
from tests.office import LINE, OfficeClient, sign_in
from webmap.app import create_app
from webmap.config import Settings


@pytest.fixture(scope="module")
def copied(cluster, app):
    """An engine on a copy of the small county for all tests here: each brings its own enterprises."""
    app.extensions["tenmin.engine"].dispose()  # a database with connections cannot be copied
    cluster.create_database("reviewed", template="small_county")
    built = create_app(Settings(database_url=cluster.url("reviewed")))
    built.test_client_class = OfficeClient
    engine = built.extensions["tenmin.engine"]
    yield built, engine
    engine.dispose()
    cluster.drop_database("reviewed")


@pytest.fixture
def office(copied):
    """A new border case of G1 and G2, a new place of the line, ids of grids and people."""
    app, engine = copied
    client = sign_in(app.test_client(), engine, "planner")
    with transaction(engine) as session:
        border = Enterprise(
            name="织锦里洗衣连锁店",
            county_code=COUNTY,
            geom=point(WEST + 0.05, SOUTH + 0.05),
            location_level="building",
        )
        line = Enterprise(
            name="条线上的店",
            county_code=COUNTY,
            industry_line=LINE,
            geom=point(WEST + 0.01, SOUTH + 0.011),
            location_level="building",
        )
        gap = Enterprise(
            name="空隙里的店",
            county_code=COUNTY,
            geom=point(WEST + 0.07, SOUTH + 0.095),
            location_level="building",
        )
        session.add_all([border, line, gap])
        session.flush()
        assign_enterprises(session, enterprise_ids=[border.id, line.id, gap.id])
        grids = dict(session.execute(sa.select(Grid.code, Grid.id)).all())
        users = dict(session.execute(sa.text("SELECT login, id FROM users")).all())
        return Office(client, engine, border.id, line.id, grids, users)


class Office:
    def __init__(self, client, engine, border, line, grids, users):
        self.planner, self.engine = client, engine
        self.border, self.line, self.grids, self.users = border, line, grids, users

    def as_(self, login: str) -> OfficeClient:
        return sign_in(self.planner.application.test_client(), self.engine, login)

    def add(self, make: Callable):
        with transaction(self.engine) as session:
            row = make(session)
            session.add(row)
            session.flush()
            return row.id

    def case(self, enterprise_id: int, **values):
        held = {"holder_id": self.users["liaison"], "claim_until": datetime.now(UTC).date() + timedelta(9)}
        common = {"enterprise_id": enterprise_id, "grid_id": self.grids["G1"], "county_code": COUNTY}
        return self.add(lambda _session: FoundingCase(**common, **(held | values)))

    def value(self, sql: str, **values):
        with self.engine.connect() as connection:
            return connection.scalar(sa.text(sql), values)

    def owner(self, enterprise_id: int):
        return self.value(
            "SELECT grid_id FROM assignments WHERE enterprise_id = :id AND valid_to IS NULL", id=enterprise_id
        )


def decide(client, told, owner, **more):
    body = {"owner": owner, "reason": "门牌在路东", **more}
    path = f"/api/v1/enterprises/{told['enterprise_id']}/owner"
    return client.post_json(path, body, version=told["based_on"])


def choices(client, enterprise_id):
    answer = client.get(f"/api/v1/enterprises/{enterprise_id}/owner-choices")
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


def test_border_case_offers_both_sides_with_their_people(office):
    told = choices(office.as_("cadre"), office.border)
    assert told["waits"]
    assert told["status"] == "boundary_review"
    names = [(one["owner"], one["is_now"], (one["liaison"] or {}).get("name")) for one in told["choices"][:2]]
    assert names == [
        (f"grid:{office.grids['G1']}", True, "穆棠"),
        (f"grid:{office.grids['G2']}", False, "岑远"),
    ]
    assert {row["properties"]["code"] for row in told["outlines"]["features"]} >= {"G1", "G2"}


def test_cadre_decides_with_reason_and_it_waits_no_more(office):
    cadre = office.as_("cadre")
    before = cadre.get("/api/v1/reviews").get_json()["total"]
    answer = decide(cadre, choices(cadre, office.border), f"grid:{office.grids['G2']}")
    assert answer.status_code == 200, answer.get_json()
    assert "门牌在路东" in answer.get_json()["reason_zh"]
    assert office.owner(office.border) == office.grids["G2"]
    assert cadre.get("/api/v1/reviews").get_json()["total"] == before - 1
    entries = office.value(
        "SELECT count(*) FROM audit_entries WHERE subject_kind = 'enterprise' AND subject_id = :id "
        "AND actor = 'cadre' AND post IS NOT NULL",
        id=str(office.border),
    )
    assert entries == 1


def test_second_of_two_is_told_who_decided_and_changes_nothing(office):
    cadre, planner = office.as_("cadre"), office.planner
    seen = choices(planner, office.border)
    assert decide(cadre, choices(cadre, office.border), f"grid:{office.grids['G2']}").status_code == 200
    answer = decide(planner, seen, f"grid:{office.grids['G1']}")
    assert answer.status_code == 409
    told = answer.get_json()
    assert told["code"] == "decided_meanwhile"
    assert "闻人朗" in told["detail"]
    assert "G2" in told["detail"]
    assert office.owner(office.border) == office.grids["G2"]


def test_decision_needs_version_reason_and_a_known_owner(office):
    told = choices(office.planner, office.border)
    path = f"/api/v1/enterprises/{office.border}/owner"
    good = {"owner": f"grid:{office.grids['G2']}", "reason": "门牌"}
    assert office.planner.post_json(path, good).status_code == 428
    for body in (
        {**good, "reason": ""},
        {**good, "owner": "grid:x"},
        {**good, "by": "somebody"},
        {**good, "version": 1},
        {"reason": "门牌"},
    ):
        assert office.planner.post_json(path, body, version=told["based_on"]).status_code == 422
    blank = office.planner.post_json(path, {**good, "reason": "  "}, version=told["based_on"])
    assert (blank.status_code, blank.get_json()["code"]) == (400, "decision_reason_missing")
    identity = office.planner.post_json(
        path, {**good, "reason": "身份证 410102199001011234"}, version=told["based_on"]
    )
    assert identity.get_json()["code"] == "looks_like_id_number"
    assert office.owner(office.border) == office.grids["G1"]


def test_owner_of_another_county_cannot_be_named(office):
    foreign = office.add(lambda _session: Grid(county_code=NEIGHBOUR, code="N1"))
    told = choices(office.planner, office.border)
    assert decide(office.planner, told, f"grid:{foreign}").status_code == 404
    assert decide(office.planner, told, f"union:{NEIGHBOUR}").status_code == 404
    assert decide(office.planner, told, f"union:{COUNTY}001").status_code == 200


def test_cadre_decides_own_grids_only(office):
    far = office.value(
        "SELECT a.enterprise_id FROM assignments a JOIN grids g ON g.id = a.grid_id WHERE g.code = 'G2' "
        "AND a.valid_to IS NULL AND a.other_grid_id IS NULL LIMIT 1"
    )
    cadre = office.as_("cadre")
    assert cadre.get(f"/api/v1/enterprises/{far}/owner-choices").status_code == 404
    based_on = choices(office.planner, far)["based_on"]
    told = {"enterprise_id": far, "based_on": based_on}
    assert decide(cadre, told, f"grid:{office.grids['G1']}").status_code == 404


@pytest.mark.parametrize("login", ["liaison", "viewer", "instructor", "manager", "admin", "auditor"])
def test_others_decide_nothing(office, login):
    client = office.as_(login)
    assert client.get("/reviews").status_code == 403
    assert client.get("/api/v1/reviews").status_code == 403
    assert client.get(f"/api/v1/enterprises/{office.border}/owner-choices").status_code == 403
    told = {"enterprise_id": office.border, "based_on": 1}
    assert decide(client, told, f"grid:{office.grids['G1']}").status_code == 403


def test_every_kind_waits_in_one_list_longest_first(office):
    ids = [
        row["id"]
        for row in office.planner.get("/api/v1/overview/list?figure=unorganized").get_json()["enterprises"]
    ]
    ids = [one for one in ids if one not in {office.border, office.line}]
    long_ago = datetime.now(UTC) - timedelta(days=40)
    office.case(ids[0], holder_id=None, claim_until=None, unheld_why="lapsed", unheld_at=long_ago)
    paused = office.case(ids[1])
    office.add(
        lambda session: FoundingPause(
            case_id=paused,
            reason="hq_decides",
            since=local_today(session),
            requested_by=office.users["liaison"],
        )
    )
    ended = {"state": "to_verify", "end": "refused", "ended_by": office.users["liaison"]}
    office.case(ids[2], **ended, ended_on=datetime.now(UTC).date() - timedelta(days=3))
    office.add(
        lambda session: Dispute(
            enterprise_id=ids[3],
            kind="moved",
            note="搬走了",
            from_grid_id=office.grids["G1"],
            opened_by=office.users["liaison"],
            decide_by=local_today(session),
        )
    )
    office.as_("instructor").post_json(
        f"/api/v1/enterprises/{office.line}/cover-proposals",
        {"union_name": "餐饮行业工会", "note": "名册第 3 号"},
    )
    told = office.planner.get("/api/v1/reviews?limit=100").get_json()
    assert {kind: n for kind, n in told["counts"].items() if n == 0} == {}
    assert told["total"] == len(told["reviews"]) == sum(told["counts"].values())
    waited = [row["since"] for row in told["reviews"]]
    assert [datetime.fromisoformat(since) for since in waited] == sorted(map(datetime.fromisoformat, waited))
    assert told["reviews"][0]["kind"] == "lapsed"
    for kind, count in told["counts"].items():
        part = office.planner.get(f"/api/v1/reviews?kind={kind}").get_json()
        assert part["total"] == len(part["reviews"]) == count
    page = office.planner.get("/reviews?lang=zh").get_data(as_text=True)
    assert page.count("data-review=") == min(30, told["total"])
    for row in told["reviews"]:
        item = office.planner.get(f"/reviews?item={row['kind']}-{row['id']}")
        assert item.status_code == 200
        assert row["name"] in item.get_data(as_text=True)


def test_who_ended_a_case_is_told_that_another_verifies(office):
    ended = {"state": "to_verify", "end": "refused", "ended_by": office.users["cadre"]}
    case = office.case(office.border, **ended, ended_on=datetime.now(UTC).date())
    mine = office.as_("cadre").get(f"/reviews?item=to_verify-{case}&lang=zh").get_data(as_text=True)
    assert "要由别人销号" in mine
    assert "verify" not in mine.split("item-title")[1].split("</section>")[0].replace("to_verify", "")


def test_item_decided_meanwhile_says_so(office):
    cadre = office.as_("cadre")
    told = choices(cadre, office.border)
    item = f"/reviews?item=boundary_review-{told['based_on']}&lang=zh"
    assert "织锦里洗衣连锁店" in cadre.get(item).get_data(as_text=True)
    decide(cadre, told, f"grid:{office.grids['G2']}")
    assert "已经有人定了" in cadre.get(item).get_data(as_text=True)


@pytest.mark.parametrize(
    "query", ["kind=x", "item=x-1", "item=pause-x", "item=pause", "page=0", "item=pause-" + "9" * 20]
)
def test_unreadable_question_is_told(signed_in, query):
    assert signed_in("planner").get(f"/reviews?{query}").status_code == 400


def test_reviews_read_the_same_number_of_times_however_many_wait(office):
    def count():
        statements = []

        def note(_connection, _cursor, statement, *_rest):
            statements.append(statement)

        sa.event.listen(office.engine, "before_cursor_execute", note)
        try:
            page = office.planner.get("/reviews?kind=boundary_review").get_data(as_text=True)
        finally:
            sa.event.remove(office.engine, "before_cursor_execute", note)
        return len(statements), page.count("data-review=")

    few, shown = count()
    with transaction(office.engine) as session:
        rows = [
            Enterprise(
                name=f"又一家{number}",
                county_code=COUNTY,
                geom=point(WEST + 0.05, SOUTH + 0.01 * number),
                location_level="building",
            )
            for number in range(1, 6)
        ]
        session.add_all(rows)
        session.flush()
        assign_enterprises(session, enterprise_ids=[row.id for row in rows])
    many, shown_later = count()
    assert shown_later > shown
    assert many == few


# Giving and freeing many at once


def test_bulk_assign_tells_each_row_and_leaves_foreign_ones_alone(office):
    cadre = office.as_("cadre")
    own = [row["id"] for row in cadre.get("/api/v1/overview/list?figure=unclaimed").get_json()["enterprises"]]
    mine = [one for one in own if office.owner(one) == office.grids["G1"]][:3]
    foreign = next(one for one in own if office.owner(one) == office.grids["G2"])
    body = {
        "enterprise_ids": [*mine, foreign, 999999],
        "user_id": office.users["liaison"],
        "note": "这批归你",
    }
    answer = cadre.post_json("/api/v1/cases/assign-many", body, key="bulk-key-1")
    assert answer.status_code == 200, answer.get_json()
    told = answer.get_json()
    assert (told["done"], told["failed"]) == (len(mine), 2)
    assert {row["enterprise_id"]: row["code"] for row in told["results"] if not row["ok"]} == {
        foreign: "enterprise_not_found",
        999999: "enterprise_not_found",
    }
    assert office.value("SELECT count(*) FROM founding_cases WHERE enterprise_id = :id", id=foreign) == 0
    held = office.value(
        "SELECT count(*) FROM founding_cases WHERE holder_id = :id AND enterprise_id = ANY(:mine)",
        id=office.users["liaison"],
        mine=mine,
    )
    assert held == len(mine)
    assert cadre.post_json("/api/v1/cases/assign-many", body, key="bulk-key-1").get_json() == told
    entries = office.value(
        "SELECT count(*) FROM audit_entries WHERE action = 'case_assigned' AND subject_id IN "
        "(SELECT id::text FROM founding_cases WHERE enterprise_id = ANY(:mine))",
        mine=mine,
    )
    assert entries == len(mine)


def test_bulk_free_needs_a_note_and_tells_who_held_nothing(office):
    cadre = office.as_("cadre")
    own = [row["id"] for row in cadre.get("/api/v1/overview/list?figure=unclaimed").get_json()["enterprises"]]
    one, other = [each for each in own if office.owner(each) == office.grids["G1"]][:2]
    office.case(one)
    body = {"enterprise_ids": [one, other]}
    assert cadre.post_json("/api/v1/cases/free-many", {**body, "note": None}).status_code == 422
    told = cadre.post_json("/api/v1/cases/free-many", {**body, "note": "联络员请假"}).get_json()
    assert {row["enterprise_id"]: row["code"] for row in told["results"]} == {one: None, other: "case_unheld"}
    assert office.value("SELECT unheld_why FROM founding_cases WHERE enterprise_id = :id", id=one) == "freed"


@pytest.mark.parametrize("act", ["assign-many", "free-many"])
@pytest.mark.parametrize("login", ["liaison", "viewer", "instructor", "admin"])
def test_others_direct_nothing(office, login, act):
    body = {"enterprise_ids": [office.border], "user_id": office.users["liaison"], "note": "x"}
    if act == "free-many":
        del body["user_id"]
    assert office.as_(login).post_json(f"/api/v1/cases/{act}", body).status_code == 403


def test_bulk_takes_at_most_a_hundred(office):
    body = {"enterprise_ids": list(range(1, 102)), "user_id": office.users["liaison"]}
    assert office.planner.post_json("/api/v1/cases/assign-many", body).status_code == 422
    assert (
        office.planner.post_json("/api/v1/cases/assign-many", {**body, "enterprise_ids": []}).status_code
        == 422
    )


# What a line proposes


def propose(client, enterprise_id, **more):
    body = {"union_name": "餐饮行业工会", "note": "会员名册第 3 号", **more}
    return client.post_json(f"/api/v1/enterprises/{enterprise_id}/cover-proposals", body)


def settle(client, told, *, confirmed):
    path = f"/api/v1/cover-proposals/{told['id']}/decide"
    return client.post_json(path, {"confirmed": confirmed, "note": "核过名册"}, version=told["version"])


def test_instructor_proposes_and_the_cadre_confirms_while_the_grid_stays(office):
    before = office.owner(office.line)
    answer = propose(office.as_("instructor"), office.line)
    assert answer.status_code == 201, answer.get_json()
    told = answer.get_json()
    assert (
        office.value("SELECT organization_status FROM enterprises WHERE id = :id", id=office.line)
        == "unorganized"
    )
    assert propose(office.as_("instructor"), office.line).get_json()["code"] == "proposal_open"
    done = settle(office.as_("cadre"), told, confirmed=True)
    assert (done.status_code, done.get_json()["state"]) == (200, "confirmed")
    row = office.value(
        "SELECT organization_status || '|' || covering_union || '|' || covering_confirmed_on "
        "FROM enterprises WHERE id = :id",
        id=office.line,
    )
    assert row.startswith("covered_industry|餐饮行业工会|2")
    assert office.owner(office.line) == before
    assert (
        settle(office.as_("cadre"), done.get_json(), confirmed=False).get_json()["code"] == "proposal_closed"
    )


def test_liaison_reads_the_proposal_in_the_history(office):
    propose(office.as_("instructor"), office.line)
    work = office.as_("liaison").get(f"/api/v1/enterprises/{office.line}/work").get_json()
    assert work["history"][0]["act"] == "form_proposed"
    assert work["history"][0]["details"]["union_name"] == "餐饮行业工会"


def test_declined_proposal_changes_nothing(office):
    told = propose(office.as_("instructor"), office.line).get_json()
    assert settle(office.as_("cadre"), told, confirmed=False).get_json()["state"] == "declined"
    assert (
        office.value("SELECT organization_status FROM enterprises WHERE id = :id", id=office.line)
        == "unorganized"
    )
    assert propose(office.as_("instructor"), office.line).status_code == 201


def test_own_proposal_is_confirmed_by_another(office):
    told = propose(office.as_("cadre"), office.line).get_json()
    assert settle(office.as_("cadre"), told, confirmed=True).get_json()["code"] == "proposal_own"


def test_confirming_waits_for_a_case_under_way(office):
    told = propose(office.as_("instructor"), office.line).get_json()
    office.case(office.line)
    answer = settle(office.as_("cadre"), told, confirmed=True)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "case_under_way")
    assert "穆棠" in answer.get_json()["detail"]


def test_stale_confirmation_is_refused(office):
    told = propose(office.as_("instructor"), office.line).get_json()
    assert settle(office.as_("cadre"), {**told, "version": 9}, confirmed=True).status_code == 409


def test_instructor_proposes_for_the_own_line_only_and_decides_nothing(office):
    instructor = office.as_("instructor")
    assert propose(instructor, office.border).status_code == 404
    told = propose(instructor, office.line).get_json()
    assert settle(instructor, told, confirmed=True).status_code == 403
    assert settle(office.planner, told, confirmed=True).status_code == 403
    assert propose(office.as_("viewer"), office.line).status_code == 403


def test_proposal_of_a_foreign_grid_is_not_there(office):
    far = office.value(
        "SELECT e.id FROM enterprises e JOIN assignments a ON a.enterprise_id = e.id AND a.valid_to IS NULL "
        "JOIN grids g ON g.id = a.grid_id WHERE g.code = 'G2' AND e.industry_line = :line "
        "AND e.organization_status = 'unorganized' LIMIT 1",
        line=LINE,
    )
    told = propose(office.as_("instructor"), far).get_json()
    assert settle(office.as_("cadre"), told, confirmed=True).status_code == 404


# Lines by grid


def test_cross_table_adds_up_and_each_cell_is_as_long_as_its_list(signed_in):
    client = signed_in("planner")
    page = client.get("/lines?lang=zh").get_data(as_text=True)
    cells = re.findall(r'<a class="figure-link" href="([^"]+)">(\d+)</a>', page)
    assert len(cells) > 5
    for href, count in cells:
        assert f'data-total="{count}"' in client.get(href.replace("&amp;", "&")).get_data(as_text=True)
    told = client.get("/api/v1/overview").get_json()["totals"]["unorganized"]
    assert int(cells[-1][1]) == told


def test_an_instructor_sees_the_own_line_alone(signed_in):
    page = signed_in("instructor").get("/lines?lang=zh").get_data(as_text=True)
    assert LINE in page
    assert "没标条线" not in page
    assert signed_in("viewer").get("/lines").status_code == 403
