"""Reports: taken without a name, slowed, answered once and by who may."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from geodata.errors import InvalidInput, NotFound, Stale, TooMany
from geodata.models import AuditEntry, ReportSalt, Station, StationReport
from geodata.queries import reports as queries
from geodata.queries.scopes import Scope
from geodata.rules.reports import TRIES_PER_ADDRESS, TRIES_PER_STATION
from geodata.stations.reports import add_report, answer_report, hash_sender
from geodata.vocab import ReportKind, ReportStatus
from tests.integration.geodata.finder.conftest import COUNTY, NEIGHBOUR

HERE = Scope(county_codes=frozenset({COUNTY}))


def tell(session, address="10.0.0.1", code="A-open", kind=ReportKind.LOCKED, **values):
    return add_report(session, station_code=code, kind=kind, address=address, **values).id


def stored(session, report_id):
    return session.get_one(StationReport, report_id, populate_existing=True)


def test_report_is_kept_with_one_entry_and_without_the_address(session, county):
    report_id = tell(session, "203.0.113.77", note="门锁着")
    row = stored(session, report_id)
    assert (row.kind, row.note, row.status, row.on_date) == ("locked", "门锁着", "open", county)
    assert len(row.sender_hash) == 16
    entries = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "report_added")).all()
    assert [(each.actor, each.subject_id) for each in entries] == [("public", str(report_id))]
    for table in ("station_reports", "attempts", "audit_entries", "submissions"):
        assert not session.scalar(
            sa.text(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE '%203.0.113%'")  # noqa: S608
        )


def test_senders_of_a_day_differ_by_address_and_the_salt_goes_with_the_day(session, county):
    rows = [stored(session, tell(session, address)) for address in ("10.0.0.1", "10.0.0.2", "10.0.0.1")]
    assert len({row.sender_hash for row in rows}) == 2
    tomorrow = county + timedelta(days=1)
    today_salt = queries.get_salt(session, county)
    assert queries.get_salt(session, county) == today_salt
    other = queries.get_salt(session, tomorrow)
    assert hash_sender(other, "10.0.0.1") != rows[0].sender_hash
    assert session.scalars(sa.select(ReportSalt.on_date)).all() == [tomorrow]


def test_address_is_slowed_and_others_are_not(session, county):
    for _ in range(TRIES_PER_ADDRESS):
        tell(session)
    with pytest.raises(TooMany) as refused:
        tell(session)
    assert refused.value.code == "report_too_often"
    assert 0 < refused.value.params["retry_after_s"] <= 600
    tell(session, "10.0.0.2")


def test_station_is_slowed_whoever_sends(session, county):
    for number in range(TRIES_PER_STATION):
        tell(session, f"10.0.1.{number}")
    with pytest.raises(TooMany):
        tell(session, "10.0.2.1")
    tell(session, "10.0.2.1", code="A-unknown")


@pytest.mark.parametrize("code", ["none", "A-retired"])
def test_report_on_no_station_is_refused(session, county, code):
    with pytest.raises(NotFound, match="station_code_unknown"):
        tell(session, code=code)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"note": "13800138000"}, "note_has_phone"),
        ({"note": "410102199003074518"}, "looks_like_id_number"),
        ({"item_code": "toilet"}, "report_item_without_service"),
        ({"item_code": "teleport", "kind": ReportKind.SERVICE}, "service_not_listed"),
    ],
)
def test_report_with_what_may_not_be_kept_is_refused(session, county, values, code):
    with pytest.raises(InvalidInput, match=code):
        tell(session, **values)
    assert not session.scalar(sa.select(sa.func.count()).select_from(StationReport))


def test_report_of_a_service_names_it(session, county):
    report_id = tell(session, kind=ReportKind.SERVICE, item_code="toilet")
    assert stored(session, report_id).item_code == "toilet"


def answer(session, report_id, *, scope=HERE, version=1, status=ReportStatus.FIXED, note="门修好了"):
    return answer_report(
        session, report_id, scope=scope, version=version, status=status, note=note, by="cadre"
    )


def test_answer_is_kept_with_one_entry_and_can_be_corrected(session, county):
    report_id = tell(session)
    found = answer(session, report_id)
    assert (found.status, found.answer_note, found.answered_by, found.version) == (
        "fixed",
        "门修好了",
        "cadre",
        2,
    )
    again = answer(session, report_id, version=2, status=ReportStatus.DUPLICATE, note=None)
    assert (again.status, again.answer_note, again.version) == ("duplicate", None, 3)
    entries = session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "report_answered").order_by(AuditEntry.id)
    ).all()
    assert [(each.before, each.after) for each in entries] == [
        ({"status": "open"}, {"status": "fixed"}),
        ({"status": "fixed"}, {"status": "duplicate"}),
    ]


def test_answer_over_a_newer_one_is_refused_and_says_by_whom(session, county):
    report_id = tell(session)
    answer(session, report_id)
    with pytest.raises(Stale) as refused:
        answer(session, report_id, status=ReportStatus.NOT_CONFIRMED)
    assert (refused.value.params["version"], refused.value.params["by"]) == (2, "cadre")
    assert stored(session, report_id).status == "fixed"


@pytest.mark.parametrize(
    "scope", [Scope(), Scope(county_codes=frozenset({NEIGHBOUR})), Scope(station_ids=frozenset({10**9}))]
)
def test_answer_of_a_foreign_report_finds_nothing(session, county, scope):
    report_id = tell(session)
    with pytest.raises(NotFound, match="report_not_found"):
        answer(session, report_id, scope=scope)
    assert queries.list_reports(session, scope) == []
    assert queries.count_open(session, scope) == 0


def test_answer_with_open_or_a_number_is_refused(session, county):
    report_id = tell(session)
    with pytest.raises(InvalidInput, match="report_answer_open"):
        answer(session, report_id, status=ReportStatus.OPEN)
    with pytest.raises(InvalidInput, match="note_has_phone"):
        answer(session, report_id, note="打 13800138000")


def test_list_is_newest_first_in_pages_and_by_status(session, county):
    ids = [tell(session, f"10.0.0.{number}") for number in range(5)]
    answer(session, ids[0])
    everything = Scope(everything=True)
    assert [each.id for each in queries.list_reports(session, everything, limit=2)] == [ids[4], ids[3]]
    assert [each.id for each in queries.list_reports(session, everything, after=ids[3], limit=9)] == ids[
        2::-1
    ]
    assert [each.id for each in queries.list_reports(session, HERE, status="fixed")] == [ids[0]]
    assert queries.list_reports(session, HERE, station_code="A-unknown") == []
    assert queries.count_open(session, HERE) == 4
    assert queries.list_reports(session, HERE, status="open")[0].open_that_day == 4


def test_list_of_a_manager_and_of_a_grid_is_their_stations_only(session, county):
    tell(session)
    own = session.scalar(sa.select(Station.id).where(Station.code == "A-open"))
    other = session.scalar(sa.select(Station.id).where(Station.code == "A-unknown"))
    assert len(queries.list_reports(session, Scope(station_ids=frozenset({own})))) == 1
    assert queries.list_reports(session, Scope(station_ids=frozenset({other}))) == []


def test_outcomes_of_a_station_are_told_without_who_sent(session, county):
    answer(session, tell(session))
    own = session.scalar(sa.select(Station.id).where(Station.code == "A-open"))
    (found,) = queries.list_outcomes(session, own, limit=10)
    assert (found.status, found.answer_note) == ("fixed", "门修好了")
    assert not hasattr(found, "sender_hash")


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"status": "fixed"}, "answered"),
        ({"kind": "noise"}, "kind_known"),
        ({"item_code": "toilet"}, "item_of_service"),
        ({"note": "长" * 201}, "short"),
    ],
)
def test_database_refuses_a_report_that_cannot_be(session, county, values, constraint):
    own = session.scalar(sa.select(Station.id).where(Station.code == "A-open"))
    session.add(
        StationReport(
            **({"station_id": own, "kind": "locked", "sender_hash": b"x", "on_date": county} | values)
        )
    )
    with pytest.raises(IntegrityError, match=constraint):
        session.flush()
