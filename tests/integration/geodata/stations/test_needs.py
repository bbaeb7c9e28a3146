"""What waits for a manager, and for whom it shows."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from geodata.models import CountySetting, StationClosure
from geodata.queries.scopes import Scope
from geodata.queries.station_needs import list_care
from geodata.stations.reading import list_own
from geodata.stations.today import TodayUpdate, update_today
from geodata.vocab import CareNeed
from tests.integration.geodata.coverage.small_county import COUNTY

DAY = timedelta(days=1)
COUNTY_SCOPE = Scope(county_codes=frozenset({COUNTY}))


def needs(kept, scope=COUNTY_SCOPE):
    kept.session.flush()
    return [each.need for each in list_care(kept.session, scope)]


def confirmed(kept, days_ago):
    kept.station.confirmed_on = None if days_ago is None else kept.care().today - days_ago * DAY
    kept.session.flush()


@pytest.mark.parametrize(("days_ago", "waits"), [(7, False), (8, True), (None, True)])
def test_a_station_is_asked_to_confirm_after_the_countys_days(kept, days_ago, waits):
    confirmed(kept, days_ago)
    assert needs(kept) == [CareNeed.UNCONFIRMED] * waits
    assert kept.care().is_unconfirmed == waits


def test_the_county_decides_after_how_many_days(kept):
    confirmed(kept, 8)
    kept.session.add(CountySetting(county_code="", name="confirm_days", value=3))
    kept.session.add(CountySetting(county_code=COUNTY, name="confirm_days", value=10))
    assert needs(kept) == []


def test_a_confirmation_takes_it_off_the_list(kept):
    confirmed(kept, 30)
    update_today(kept.session, kept.id, TodayUpdate(), editor=kept.editor())
    assert needs(kept) == []


def test_a_station_on_the_list_names_its_manager_and_its_days(kept):
    confirmed(kept, 12)
    (need,) = list_care(kept.session, COUNTY_SCOPE)
    assert (need.managers, need.days, need.name) == (("站长丁",), 12, kept.station.name)


def test_a_station_that_is_shut_for_now_is_not_asked_to_confirm(kept):
    confirmed(kept, 30)
    now = kept.care().now
    kept.county.add(
        StationClosure(station_id=kept.id, closed_from=now - DAY, closed_to=now + DAY, reason="装修")
    )
    assert needs(kept) == []


def test_a_closure_without_an_expected_end_waits_for_one(kept):
    kept.county.add(StationClosure(station_id=kept.id, closed_from=kept.care().now - DAY, reason="装修"))
    (need,) = list_care(kept.session, COUNTY_SCOPE)
    assert (need.need, need.due) == (CareNeed.REOPENING_OVERDUE, None)


@pytest.mark.parametrize(("days", "waits"), [(31, False), (30, True), (-2, True)])
def test_medicine_is_announced_before_it_expires_and_stays_after(kept, days, waits):
    kept.session.execute(
        sa.text("UPDATE station_services SET expires_on = :on WHERE item_code = 'first_aid'"),
        {"on": kept.care().today + days * DAY},
    )
    found = [each for each in list_care(kept.session, COUNTY_SCOPE) if each.need == CareNeed.EXPIRING]
    assert [(each.days, each.item_zh) for each in found] == ([(days, "急救药箱")] if waits else [])


def test_only_stations_of_the_scope_are_listed(kept):
    confirmed(kept, None)
    assert needs(kept, Scope()) == []
    assert needs(kept, Scope(station_ids=frozenset({kept.id + 1}))) == []
    assert needs(kept, Scope(everything=True)) == [CareNeed.UNCONFIRMED]


def test_own_stations_come_with_those_first_that_wait(kept):
    fresh = kept.county.station(113.53, 34.74, hours=[(0, 0, 60)], confirmed_on=kept.care().today)
    confirmed(kept, None)
    assert [care.id for care in list_own(kept.session, scope=COUNTY_SCOPE)] == [kept.id, fresh.id]
