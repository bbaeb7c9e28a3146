"""The demonstration has a report in every state, one warning, and offices that are no real ones."""

import sqlalchemy as sa

from geodata.demo.reports import add_duty_phones, add_offices, add_reports
from geodata.demo.sources import MAIN_COUNTY
from geodata.models import Division, Station, StationReport, UnionOffice
from geodata.queries.people import local_today
from geodata.stations.finder import list_stations
from geodata.vocab import ReportStatus

STATIONS = 14


def fill(session):
    session.add_all(
        [
            Station(
                code=f"S{number:02}",
                name=f"驿站{number}",
                county_code=MAIN_COUNTY,
                geom=f"SRID=4326;POINT({113.6 + number / 1000} 34.75)",
            )
            for number in range(STATIONS)
        ]
    )
    session.add_all(
        [Division(code=f"{MAIN_COUNTY}00{number}", level="town", name=f"街道{number}") for number in (1, 2)]
    )
    session.flush()


def test_demo_reports_show_every_state_and_one_warning_on_the_day_of_loading(session):
    fill(session)
    today = local_today(session)
    assert add_reports(session) == session.scalar(sa.select(sa.func.count()).select_from(StationReport))
    assert set(session.scalars(sa.select(StationReport.status))) == set(ReportStatus)
    assert all(session.scalars(sa.select(StationReport.is_invented)))
    assert max(session.scalars(sa.select(StationReport.on_date))) == today
    warned = [each for each in list_stations(session, MAIN_COUNTY, today=today) if each.warning]
    assert [each.warning.on_date for each in warned] == [today]


def test_demo_offices_leave_one_town_to_its_county_and_use_no_real_number(session):
    fill(session)
    assert add_offices(session) == 2
    found = session.scalars(sa.select(UnionOffice).order_by(UnionOffice.division_code)).all()
    assert [each.division_code for each in found] == [MAIN_COUNTY, f"{MAIN_COUNTY}001"]
    assert all(each.phone.startswith("0371-6000") and each.is_invented for each in found)


def test_demo_duty_phones_are_marked_and_never_replace_a_listed_one(session):
    fill(session)
    listed = session.scalars(sa.select(Station).where(Station.code == "S00")).one()
    listed.duty_phone = "0371-11111111"
    session.flush()
    count = add_duty_phones(session)
    session.expire_all()
    phones = session.execute(sa.select(Station.duty_phone, Station.invented_fields)).all()
    assert "0371-11111111" in [phone for phone, _ in phones]
    assert count == sum("duty_phone" in fields for _, fields in phones)
    assert 0 < count < STATIONS
