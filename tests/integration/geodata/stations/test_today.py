"""Today's state in one save."""

from datetime import timedelta

import pytest

from geodata.errors import InvalidInput, NotFound, Stale
from geodata.queries.scopes import Scope
from geodata.rules.station_now import PublicState
from geodata.stations.changing import Editor
from geodata.stations.today import TodayOpening, TodayUpdate, update_today
from geodata.stations.upkeep import ServiceDetails, set_service
from geodata.vocab import ServiceCondition, ServiceMode


def save(kept, *, editor=None, **values):
    return update_today(kept.session, kept.id, TodayUpdate(**values), editor=editor or kept.editor())


def test_all_as_shown_confirms_in_one_save(kept):
    version = kept.version()
    assert save(kept) == version + 1
    care = kept.care()
    assert (care.days, care.row["confirmed_by"], care.row["confirmed_by_name"]) == (0, "ding", "站长丁")
    assert care.row["confirmed_at"] is not None
    assert kept.service("toilet").checked_on == care.today
    assert kept.service("rest_seating").checked_on is None


def test_a_broken_item_is_public_at_once_and_the_log_says_who_what_before_and_after(kept):
    save(kept, services={"toilet": ServiceCondition.BROKEN})
    assert kept.service("toilet").shown == ServiceCondition.BROKEN
    entry = kept.entries()[-1]
    assert (entry.actor, entry.action) == ("ding", "station_today")
    assert entry.before["service.toilet"]["condition"] == "working"
    assert entry.after["service.toilet"]["condition"] == "broken"


def test_a_save_is_exactly_one_entry(kept):
    save(kept, services={"toilet": ServiceCondition.BROKEN}, visitors=34)
    assert len(kept.entries()) == 1


def test_an_item_nobody_spoke_of_before_is_added(kept):
    save(kept, services={"climate_control": ServiceCondition.OUT_OF_STOCK})
    assert kept.service("climate_control").condition == ServiceCondition.OUT_OF_STOCK


def test_what_was_not_named_keeps_where_it_is(kept):
    details = ServiceDetails(ServiceCondition.WORKING, ServiceMode.NEARBY, distance_m=120)
    set_service(kept.session, kept.id, "toilet", details, editor=kept.editor())
    save(kept, services={"toilet": ServiceCondition.BROKEN})
    toilet = kept.service("toilet")
    assert (toilet.mode, toilet.distance_m) == (ServiceMode.NEARBY, 120)


def test_an_unknown_item_is_refused(kept):
    with pytest.raises(InvalidInput, match="service_not_listed"):
        save(kept, services={"sauna": ServiceCondition.WORKING})


def test_expired_medicine_does_not_work_again_without_a_new_date(kept):
    today = kept.care().today
    details = ServiceDetails(ServiceCondition.OUT_OF_STOCK, expires_on=today - timedelta(days=1))
    set_service(kept.session, kept.id, "first_aid", details, editor=kept.editor())
    with pytest.raises(InvalidInput, match="service_still_expired"):
        save(kept, services={"first_aid": ServiceCondition.WORKING})


def test_closing_early_now_shuts_the_station_for_the_rest_of_the_day_only(kept):
    save(kept, opening=TodayOpening.CLOSED_EARLY, reason="盘点")
    care = kept.care()
    assert care.public.state == PublicState.CLOSED
    assert care.early_closing.reason == "盘点"
    assert care.public.opens == care.early_closing.ends
    assert care.early_closing.ends - care.now <= timedelta(days=1)


def test_open_as_scheduled_takes_the_early_closing_back(kept):
    save(kept, opening=TodayOpening.CLOSED_EARLY)
    save(kept, opening=TodayOpening.AS_SCHEDULED)
    assert kept.care().public.state == PublicState.OPEN
    assert kept.care().early_closing is None


def test_closing_early_twice_keeps_one_closing(kept):
    save(kept, opening=TodayOpening.CLOSED_EARLY, reason="一")
    save(kept, opening=TodayOpening.CLOSED_EARLY, reason="二")
    assert kept.care().early_closing.reason == "二"
    assert kept.care().public.state == PublicState.CLOSED


def test_a_confirmation_leaves_an_early_closing_alone(kept):
    save(kept, opening=TodayOpening.CLOSED_EARLY)
    save(kept)
    assert kept.care().public.state == PublicState.CLOSED


def test_visitors_of_today_are_counted_and_corrected(kept):
    save(kept, visitors=34)
    save(kept, visitors=36)
    care = kept.care()
    assert care.visitors == {care.today: 36}
    assert kept.entries()[-1].before[f"visitors.{care.today}"] == 34


def test_a_second_editor_is_told_who_changed_what_and_nothing_is_overwritten(kept):
    read = kept.version()
    save(kept, services={"toilet": ServiceCondition.BROKEN})
    with pytest.raises(Stale) as refusal:
        save(kept, editor=kept.editor(read, by="li"), services={"toilet": ServiceCondition.UNKNOWN})
    params = refusal.value.params
    assert (params["by"], params["version"]) == ("站长丁", read + 1)
    assert params["at"] is not None
    assert "service.toilet" in params["changed"]
    assert "version" not in params["changed"]
    assert kept.service("toilet").condition == ServiceCondition.BROKEN


def test_who_missed_two_saves_is_told_of_both(kept):
    read = kept.version()
    save(kept, services={"toilet": ServiceCondition.BROKEN})
    save(kept, visitors=3)
    with pytest.raises(Stale) as refusal:
        save(kept, editor=kept.editor(read, by="li"))
    assert {"service.toilet", f"visitors.{kept.care().today}"} <= set(refusal.value.params["changed"])


@pytest.mark.parametrize("scope", [Scope(), Scope(station_ids=frozenset({999_999}))])
def test_a_station_of_somebody_else_is_not_found(kept, scope):
    with pytest.raises(NotFound, match="station_not_found"):
        save(kept, editor=Editor(by="li", scope=scope, version=kept.version()))
    assert kept.entries() == []
