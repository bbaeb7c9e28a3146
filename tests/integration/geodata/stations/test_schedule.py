"""Weekly hours, days of their own, closures: what the manager saves is what counts."""

from datetime import datetime, time, timedelta

import pytest
import sqlalchemy as sa

from geodata.coverage.question import CoverageQuestion
from geodata.coverage.service import answer_question
from geodata.errors import Conflict, InvalidInput, NotFound, Stale
from geodata.models import StationClosure
from geodata.rules.availability import LOCAL_TIME
from geodata.rules.hours import Opening
from geodata.rules.station_now import PublicState
from geodata.stations.schedule import (
    ClosureWish,
    SpecialDays,
    cancel_closure,
    close_station,
    move_closure_end,
    remove_special_day,
    reopen_station,
    set_special_days,
    set_weekly_hours,
)
from geodata.vocab import CareNeed, ClosureKind, DayType
from tests.integration.geodata.coverage.small_county import COUNTY

DAY = timedelta(days=1)


def local(on, hour, minute=0):
    return datetime.combine(on, time(hour, minute), LOCAL_TIME)


def covered(kept, on, minute):
    """How many of the 300 people are covered at a minute of a date."""
    kept.session.expire_all()
    kind = {5: DayType.SATURDAY, 6: DayType.SUNDAY}.get(on.weekday(), DayType.WORKDAY)
    question = CoverageQuestion(COUNTY, day_type=kind, minute=minute, as_of=on)
    return answer_question(kept.session, question).to_json()["people"]["covered"]


def close(kept, begins, ends, *, kind=ClosureKind.PLANNED, reason="刷墙", editor=None):
    wish = ClosureWish(kind=kind, reason=reason, ends=ends, begins=begins)
    return close_station(kept.session, kept.id, wish, editor=editor or kept.editor())


def test_a_closure_takes_the_station_out_of_coverage_for_its_period_only(kept):
    tomorrow = kept.care().today + DAY
    assert covered(kept, tomorrow, 11 * 60) == 300
    close(kept, local(tomorrow, 10), local(tomorrow, 12))
    assert covered(kept, tomorrow, 9 * 60 + 59) == 300
    assert covered(kept, tomorrow, 10 * 60) == 0
    assert covered(kept, tomorrow, 11 * 60 + 59) == 0
    assert covered(kept, tomorrow, 12 * 60) == 300
    assert covered(kept, tomorrow + DAY, 11 * 60) == 300
    assert covered(kept, tomorrow - DAY, 11 * 60) == 300


def test_a_closure_from_now_on_is_public_at_once_with_reason_and_end(kept):
    ends = local(kept.care().today + 2 * DAY, 18)
    close(kept, None, ends, kind=ClosureKind.UNPLANNED, reason="停电")
    seen = kept.care().public
    assert (seen.state, seen.opens) == (PublicState.CLOSED, ends)
    assert (seen.closure.reason, seen.closure.kind) == ("停电", ClosureKind.UNPLANNED)


@pytest.mark.parametrize(
    ("begins", "ends", "reason", "code"),
    [
        (0, 1, "", "closure_reason_missing"),
        (0, 1, "  ", "closure_reason_missing"),
        (0, -1, "停电", "closure_end_past"),
        (2, 1, "停电", "closure_order"),
        (-2, 1, "停电", "closure_begins_past"),
        (0, 400, "停电", "closure_too_long"),
        (0, 1, "钥匙在 41010319900101123X 手里", "text_with_identity_number"),
        (0, 1, "长" * 201, "text_too_long"),
    ],
)
def test_a_closure_that_says_too_little_is_refused(kept, begins, ends, reason, code):
    now = kept.care().now
    with pytest.raises(InvalidInput) as refusal:
        close(kept, now + begins * DAY, now + ends * DAY, reason=reason)
    assert refusal.value.code == code


def test_two_closures_at_once_are_refused(kept):
    now = kept.care().now
    close(kept, None, now + 2 * DAY)
    with pytest.raises(Conflict, match="closure_overlaps"):
        close(kept, now + DAY, now + 3 * DAY)


def test_reopening_ends_the_closure_now_and_keeps_what_was(kept):
    close(kept, None, kept.care().now + 5 * DAY)
    reopen_station(kept.session, kept.id, editor=kept.editor())
    care = kept.care()
    assert care.public.state == PublicState.OPEN
    assert care.days == 0
    closure = kept.session.scalars(sa.select(StationClosure)).one()
    assert closure.closed_from < closure.closed_to <= care.now


def test_reopening_an_open_station_is_refused(kept):
    with pytest.raises(Conflict, match="station_not_closed"):
        reopen_station(kept.session, kept.id, editor=kept.editor())


def test_reopening_a_station_that_a_list_called_closed_opens_it(kept):
    kept.station.status = "temporarily_closed"
    kept.session.flush()
    assert kept.care().public.state == PublicState.CLOSED
    reopen_station(kept.session, kept.id, editor=kept.editor())
    assert kept.care().public.state == PublicState.OPEN


def past_closure(kept, *, days_ago=2):
    now = kept.care().now
    closure = StationClosure(
        station_id=kept.id, closed_from=now - 20 * DAY, closed_to=now - days_ago * DAY, reason="装修"
    )
    kept.station.confirmed_on = now.date() - 15 * DAY
    return kept.county.add(closure)


def test_an_end_that_passed_unconfirmed_is_overdue_until_somebody_reopens(kept):
    closure = past_closure(kept)
    assert [need.need for need in kept.care().needs] == [CareNeed.REOPENING_OVERDUE]
    assert kept.care().closure.is_overdue
    reopen_station(kept.session, kept.id, editor=kept.editor())
    kept.session.refresh(closure)
    assert kept.care().needs == ()
    assert closure.closed_to < kept.care().now - DAY


def test_an_overdue_closure_may_go_on(kept):
    closure = past_closure(kept)
    ends = kept.care().now + DAY
    move_closure_end(kept.session, kept.id, closure.id, ends, editor=kept.editor())
    assert kept.care().public.state == PublicState.CLOSED


def test_a_closure_confirmed_to_be_over_does_not_go_on(kept):
    closure = past_closure(kept)
    reopen_station(kept.session, kept.id, editor=kept.editor())
    with pytest.raises(Conflict, match="closure_is_over"):
        move_closure_end(kept.session, kept.id, closure.id, kept.care().now + DAY, editor=kept.editor())


def test_moving_the_end_into_the_next_closure_is_refused(kept):
    now = kept.care().now
    close(kept, None, now + DAY)
    close(kept, now + 2 * DAY, now + 3 * DAY, reason="二期")
    first = kept.care().closures[0]
    with pytest.raises(Conflict, match="closure_overlaps"):
        move_closure_end(kept.session, kept.id, first.id, now + 2.5 * DAY, editor=kept.editor())


def test_a_closure_that_has_not_begun_can_be_taken_back(kept):
    now = kept.care().now
    close(kept, now + DAY, now + 2 * DAY)
    cancel_closure(kept.session, kept.id, kept.care().closures[0].id, editor=kept.editor())
    assert kept.care().closures == ()


def test_a_closure_that_has_begun_cannot_be_taken_back(kept):
    close(kept, None, kept.care().now + 2 * DAY)
    with pytest.raises(Conflict, match="closure_has_begun"):
        cancel_closure(kept.session, kept.id, kept.care().closures[0].id, editor=kept.editor())


def test_an_unknown_closure_is_not_found(kept):
    with pytest.raises(NotFound, match="closure_not_found"):
        cancel_closure(kept.session, kept.id, 12345, editor=kept.editor())


def test_weekly_hours_change_coverage_at_once(kept):
    tomorrow = kept.care().today + DAY
    hours = [Opening(day, 540, 1020) for day in range(8)]
    set_weekly_hours(kept.session, kept.id, hours, editor=kept.editor())
    assert covered(kept, tomorrow, 10 * 60) == 300
    assert covered(kept, tomorrow, 18 * 60) == 0
    assert kept.care().row["hours_text"] == "每天 09:00-17:00"


def test_no_weekly_hours_at_all_are_unknown_not_shut(kept):
    set_weekly_hours(kept.session, kept.id, [], editor=kept.editor())
    assert kept.care().public.state == PublicState.UNKNOWN


def test_the_same_weekly_hours_again_write_nothing(kept):
    version = kept.version()
    hours = [Opening(day, 0, 1440) for day in range(8)]
    assert set_weekly_hours(kept.session, kept.id, hours, editor=kept.editor()) == version
    assert kept.entries() == []


def test_overlapping_weekly_hours_are_refused(kept):
    hours = [Opening(0, 540, 720), Opening(0, 700, 1020)]
    with pytest.raises(InvalidInput, match="openings_overlap"):
        set_weekly_hours(kept.session, kept.id, hours, editor=kept.editor())


def test_special_days_with_a_lunch_break_hold_for_those_dates_only(kept):
    day = kept.care().today + 3 * DAY
    days = SpecialDays(day, day + DAY, ((510, 720), (840, 1080)), "国庆值班")
    set_special_days(kept.session, kept.id, days, editor=kept.editor())
    for on in (day, day + DAY):
        assert covered(kept, on, 9 * 60) == 300
        assert covered(kept, on, 13 * 60) == 0
        assert covered(kept, on, 15 * 60) == 300
    assert covered(kept, day + 2 * DAY, 13 * 60) == 300
    assert [each.openings for each in kept.care().special_days] == [((510, 720), (840, 1080))] * 2


def test_a_special_day_is_replaced_and_taken_back(kept):
    day = kept.care().today + DAY
    set_special_days(kept.session, kept.id, SpecialDays(day, day, (), "放假"), editor=kept.editor())
    assert covered(kept, day, 600) == 0
    set_special_days(kept.session, kept.id, SpecialDays(day, day, ((540, 660),)), editor=kept.editor())
    assert covered(kept, day, 600) == 300
    remove_special_day(kept.session, kept.id, day, editor=kept.editor())
    assert kept.care().special_days == ()
    with pytest.raises(NotFound, match="special_day_not_found"):
        remove_special_day(kept.session, kept.id, day, editor=kept.editor())


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (-1, 0, "special_days_past"),
        (2, 1, "special_days_order"),
        (1, 32, "special_days_too_many"),
        (401, 401, "special_days_too_far"),
    ],
)
def test_special_days_out_of_reach_are_refused(kept, first, last, code):
    today = kept.care().today
    days = SpecialDays(today + first * DAY, today + last * DAY)
    with pytest.raises(InvalidInput) as refusal:
        set_special_days(kept.session, kept.id, days, editor=kept.editor())
    assert refusal.value.code == code


def test_every_schedule_change_refuses_a_stale_version(kept):
    stale = kept.editor(kept.version() - 1)
    day = kept.care().today + DAY
    wish = ClosureWish(ClosureKind.PLANNED, "停电", kept.care().now + DAY)
    for change in (
        lambda: set_weekly_hours(kept.session, kept.id, [], editor=stale),
        lambda: set_special_days(kept.session, kept.id, SpecialDays(day, day), editor=stale),
        lambda: remove_special_day(kept.session, kept.id, day, editor=stale),
        lambda: close_station(kept.session, kept.id, wish, editor=stale),
        lambda: move_closure_end(kept.session, kept.id, 1, wish.ends, editor=stale),
        lambda: cancel_closure(kept.session, kept.id, 1, editor=stale),
        lambda: reopen_station(kept.session, kept.id, editor=stale),
    ):
        with pytest.raises(Stale):
            change()
    assert kept.entries() == []
