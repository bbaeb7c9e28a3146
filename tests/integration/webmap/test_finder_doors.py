"""The worker's doors: open to all, telling nothing private, slowed by address; answers by right."""

import json
import logging
import re

import pytest
import sqlalchemy as sa

from geodata.db import transaction
from geodata.models import Station, StationReport, UnionOffice
from geodata.rules.reports import TRIES_PER_ADDRESS
from tests.integration.webmap.conftest import COUNTY, SOUTH, WEST
from tests.office import sign_in

PRIVATE = ("13800138000", "王秘密", "0371-60010001", "穆棠", "站长丁")
PAGES = (
    "/find",
    "/find?lang=en&big=1",
    "/s/ZZ-001",
    "/s/ZZ-004?lang=en",
    "/which-union",
    "/which-union?at=410103001",
)
LISTS = tuple(f"/api/v1/find/{name}?county={COUNTY}" for name in ("stations", "places", "ground"))
PLACE = {"lon": WEST + 0.02, "lat": SOUTH + 0.02}


@pytest.fixture
def public(own_county):
    """A client without an account, on a county that may be changed."""
    return own_county[0].application.test_client()


@pytest.fixture
def as_user(own_county):
    client, engine = own_county
    return lambda login: sign_in(client.application.test_client(), engine, login)


def tell(client, station="ZZ-001", kind="locked", **values):
    headers = values.pop("headers", {})
    key = values.pop("key", "")
    return client.post_json(
        "/api/v1/reports", {"station": station, "kind": kind} | values, headers=headers, key=key
    )


@pytest.mark.parametrize("path", PAGES + LISTS)
def test_public_page_opens_to_anybody_and_tells_nothing_private(anonymous, path):
    answer = anonymous.get(path)
    assert answer.status_code == 200
    text = answer.get_data(as_text=True)
    assert not [secret for secret in PRIVATE if secret in text]
    assert set(re.findall(r"(?<![0-9.])1[3-9][0-9]{9}(?![0-9])", text)) == set()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", ["/find", "/s/ZZ-001", "/which-union"])
def test_public_page_says_everything_in_both_languages(anonymous, path, lang):
    text = anonymous.get(f"{path}?lang={lang}").get_data(as_text=True)
    body = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert not re.search(r">\s*(find|reports|error)\.[a-z_.]+\s*<", body)
    if lang == "zh":
        assert not re.search("覆盖|网格|口径", body)


@pytest.mark.parametrize(
    "query",
    [
        "county=999999",
        "county='",
        "town=x&at=99999",
        "at=²",
        "at=-1",
        "want=no&want=all_night",
        "at=22&town=410103001&want=toilet",
    ],
)
def test_finder_reads_odd_addresses_as_if_they_were_not_there(anonymous, query):
    assert anonymous.get(f"/find?{query}").status_code == 200


def test_finder_without_script_lists_by_distance_from_a_town(anonymous):
    text = anonymous.get("/find?lang=zh&at=22&town=410103001").get_data(as_text=True)
    minutes = [int(each) for each in re.findall(r"走 (\d+) 分钟", text)]
    assert minutes
    assert minutes == sorted(minutes)
    assert len(re.findall(r"直线 [\d,]+ 米", text)) == len(minutes)


def test_station_page_of_no_station_is_404(anonymous):
    assert anonymous.get("/s/none").status_code == 404


def test_list_is_kept_until_something_changes(public):
    first = public.get(LISTS[0])
    tag = first.headers["ETag"]
    assert public.get(LISTS[0], headers={"If-None-Match": tag}).status_code == 304
    assert tell(public).status_code == 201
    assert public.get(LISTS[0], headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("path", [each.split("?")[0] for each in LISTS])
def test_list_takes_a_county_and_no_position(anonymous, path):
    assert anonymous.get(path).status_code == 422
    assert anonymous.get(f"{path}?county=41010x").status_code == 422
    for query in ("lon=113.6&lat=34.7", "bbox=113,34,114,35"):
        assert anonymous.get(f"{path}?county={COUNTY}&{query}").status_code == 422


def test_report_is_taken_without_an_account_and_once(public, own_county):
    first = tell(public, key="a" * 16)
    assert first.status_code == 201
    again = tell(public, key="a" * 16)
    assert (again.status_code, again.json) == (201, first.json)
    with transaction(own_county[1]) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(StationReport)) == 1


def test_report_under_the_same_key_with_other_contents_is_refused(public):
    tell(public, key="b" * 16)
    assert tell(public, key="b" * 16, kind="place").status_code == 409


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"note": "13800138000"}, 400),
        ({"note": "长" * 201}, 422),
        ({"kind": "noise"}, 422),
        ({"sender_hash": "x"}, 422),
        ({"status": "fixed"}, 422),
        ({"reported_at": "2020-01-01"}, 422),
        ({"station": "none"}, 404),
        ({"item": "toilet"}, 400),
    ],
)
def test_report_with_what_a_client_may_not_say_is_refused(public, body, status):
    assert tell(public, **body).status_code == status


def test_report_without_a_key_or_from_a_foreign_page_is_refused(public):
    assert tell(public, key=None).status_code == 400
    assert tell(public, headers={"Origin": "https://elsewhere.example"}).status_code == 403
    assert tell(public, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_report_is_slowed_whatever_x_forwarded_for_says(public):
    answers = [
        tell(public, headers={"X-Forwarded-For": f"198.51.100.{number}", "X-Real-IP": f"198.51.100.{number}"})
        for number in range(TRIES_PER_ADDRESS + 1)
    ]
    assert [each.status_code for each in answers] == [201] * TRIES_PER_ADDRESS + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 600
    other = public.post_json(
        "/api/v1/reports",
        {"station": "ZZ-001", "kind": "locked"},
        environ_overrides={"REMOTE_ADDR": "192.0.2.9"},
    )
    assert other.status_code == 201


def test_three_independent_reports_warn_on_page_and_list_and_an_answer_ends_it(public, as_user):
    for number in range(3):
        public.post_json(
            "/api/v1/reports",
            {"station": "ZZ-001", "kind": "locked"},
            environ_overrides={"REMOTE_ADDR": f"192.0.2.{number}"},
        )
    assert "今天有 3 个人反映" in public.get("/s/ZZ-001?lang=zh").get_data(as_text=True)
    (warned,) = [one for one in public.get(LISTS[0]).json["stations"] if one["warning"]]
    assert (warned["code"], warned["warning"]["senders"]) == ("ZZ-001", 3)
    manager = as_user("manager")
    report = manager.get("/api/v1/reports").json["reports"][0]
    path = f"/api/v1/reports/{report['id']}/answer"
    answered = manager.put_json(
        path, {"status": "not_confirmed", "note": "有人值班，请按门铃"}, version=report["version"]
    )
    assert answered.status_code == 200
    page = public.get("/s/ZZ-001?lang=zh").get_data(as_text=True)
    assert "今天有 3 个人反映" not in page
    assert "有人值班，请按门铃" in page
    assert "去看过，不是这样" in page


def test_answer_needs_right_scope_and_version(public, as_user, own_county):
    tell(public, station="ZZ-001")
    tell(public, station="ZZ-002")
    manager = as_user("manager")
    (own,) = manager.get("/api/v1/reports").json["reports"]
    assert own["station"] == "ZZ-001"
    foreign = own["id"] + 1
    body = {"status": "fixed"}
    assert manager.put_json(f"/api/v1/reports/{foreign}/answer", body, version=1).status_code == 404
    path = f"/api/v1/reports/{own['id']}/answer"
    assert manager.put_json(path, body).status_code == 428
    assert as_user("liaison").put_json(path, body, version=1).status_code == 403
    assert as_user("planner").put_json(path, body, version=1).status_code == 403
    assert as_user("viewer").get("/api/v1/reports").status_code == 403
    assert public.get("/api/v1/reports").status_code == 401
    assert as_user("cadre").put_json(path, body, version=1).status_code == 200
    stale = manager.put_json(path, {"status": "duplicate"}, version=1)
    assert stale.status_code == 409
    assert manager.put_json(path, {"status": "open"}, version=2).status_code == 400


def test_reports_page_shows_ones_own_and_a_form_only_to_who_answers(public, as_user):
    tell(public, station="ZZ-001", note="门口挂着锁")
    manager, liaison = (
        as_user(login).get("/reports?lang=zh").get_data(as_text=True) for login in ("manager", "liaison")
    )
    for page in (manager, liaison):
        assert "1 条反映等您回话" in page
        assert "门口挂着锁" in page
    assert "/answer" in manager
    assert "/answer" not in liaison
    assert as_user("viewer").get("/reports").status_code == 403
    assert public.get("/reports").status_code == 302


def test_reports_page_goes_on_and_filters(as_user, public):
    tell(public)
    planner = as_user("planner")
    for query in (
        "show=all",
        "show=fixed",
        "show=nonsense",
        "after=1",
        "after=x",
        "after=99999999999999999999",
    ):
        assert planner.get(f"/reports?{query}").status_code == 200


def test_union_is_asked_in_the_body_and_leaves_no_trace(public, own_county, caplog):
    with transaction(own_county[1]) as session:
        session.add(UnionOffice(division_code=COUNTY, name="二七区总工会", phone="0371-60000000"))
    caplog.set_level(logging.DEBUG)
    answer = public.post_json("/api/v1/find/union", PLACE, key=None)
    assert (answer.status_code, answer.json["phone"]) == (200, "0371-60000000")
    assert answer.headers["Cache-Control"] == "no-store"
    assert public.get("/api/v1/find/union?lon=113.6&lat=34.7").status_code == 405
    assert "113.6" not in caplog.text
    with transaction(own_county[1]) as session:
        for table in ("audit_entries", "submissions", "attempts"):
            found = session.scalar(sa.text(f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%113.6%'"))  # noqa: S608
            assert found == 0


def test_union_of_a_place_without_an_office_names_the_hotline(public):
    answer = public.post_json("/api/v1/find/union", {"lon": 100, "lat": 30}, key=None).json
    assert (answer["known"], answer["phone"], answer["hotline"]) == (False, None, "12351")
    assert "12351" in public.get("/which-union?at=410103001").get_data(as_text=True)


@pytest.mark.parametrize(
    "body", [{}, {"lon": 1}, {"lon": 181, "lat": 0}, {"lon": "x", "lat": 0}, {**PLACE, "name": "x"}]
)
def test_union_of_no_place_is_refused(anonymous, body):
    assert anonymous.post_json("/api/v1/find/union", body, key=None).status_code == 422


def test_union_of_a_nan_is_refused(anonymous):
    answer = anonymous.post(
        "/api/v1/find/union", data='{"lon": NaN, "lat": 1}', content_type="application/json"
    )
    assert answer.status_code in {400, 422}


def test_offices_are_kept_by_planner_and_administrator_only(as_user, public):
    office = {"division_code": COUNTY, "name": "二七区总工会", "phone": "0371-60000000"}
    planner = as_user("planner")
    assert planner.post_json("/api/v1/union-offices", office).status_code == 201
    assert planner.post_json("/api/v1/union-offices", office).status_code == 409
    changed = {"name": "二七区总工会", "phone": "13800138000"}
    path = f"/api/v1/union-offices/{COUNTY}"
    assert planner.put_json(path, changed, version=1).status_code == 400
    assert planner.put_json(path, {"name": "二七总工会"}, version=1).json["version"] == 2
    assert planner.put_json(path, {"name": "二七总工会"}, version=1).status_code == 409
    assert planner.put_json(path, {"name": "二七总工会"}).status_code == 428
    assert [each["name"] for each in as_user("admin").get("/api/v1/union-offices").json["offices"]] == [
        "二七总工会"
    ]
    assert "二七总工会" in planner.get("/union-offices?lang=zh").get_data(as_text=True)
    assert as_user("liaison").post_json("/api/v1/union-offices", office).status_code == 403
    assert as_user("neighbour").put_json(path, {"name": "x"}, version=2).status_code == 404
    assert public.get("/api/v1/union-offices").status_code == 401


def test_hostile_names_stand_in_pages_as_text(public, own_county):
    name = "<b>爱心</b>驿站\"'</script>${1+1}"
    with transaction(own_county[1]) as session:
        session.execute(
            sa.update(Station).where(Station.code == "ZZ-001").values(name=name, access_note=name)
        )
    for path in ("/find", "/s/ZZ-001"):
        text = public.get(path).get_data(as_text=True)
        assert "<b>爱心</b>" not in text
    assert name in [one["name"] for one in json.loads(public.get(LISTS[0]).data)["stations"]]


def test_county_without_a_station_says_so_and_keeps_its_ways_to_ask(public, own_county):
    with transaction(own_county[1]) as session:
        session.execute(sa.update(Station).values(status="retired"))
    text = public.get("/find?lang=zh").get_data(as_text=True)
    assert "没有开着的驿站" in text
    assert "这里还没有登记驿站" in text
    assert "/which-union" in text
    assert public.get(LISTS[0]).json["stations"] == []


def test_hours_nobody_knows_are_told_with_the_phone_only_where_there_is_one(public, own_county):
    with transaction(own_county[1]) as session:
        session.execute(sa.text("DELETE FROM station_hours"))
        session.execute(sa.update(Station).where(Station.code == "ZZ-002").values(duty_phone=None))
    with_phone, without = (
        public.get(f"/s/{code}?lang=zh").get_data(as_text=True) for code in ("ZZ-001", "ZZ-002")
    )
    assert "先打电话问问" in with_phone
    assert "tel:0371-60000000" in with_phone
    assert "不知道几点开" in without
    assert "tel:" not in without
