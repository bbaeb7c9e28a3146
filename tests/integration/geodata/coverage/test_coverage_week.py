"""Hours of a week, people with hours, longer opening and ways, over a small county in a real PostGIS."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from geodata.coverage.longer import propose_longer_hours
from geodata.coverage.service import CoverageQuestion, answer_question
from geodata.coverage.ways import answer_ways
from geodata.coverage.week import WeekQuestion, answer_week
from geodata.errors import InvalidInput, NotFound
from geodata.models import DemandHours, StationClosure, StationHoursException
from geodata.queries.calendar import save_days
from geodata.vocab import DayType, Measure
from tests.integration.geodata.coverage.drawn_network import store_network
from tests.integration.geodata.coverage.small_county import ALL_WEEK, AS_OF, COUNTY, OFFICE, away

HERE, EAST_SIDE = (113.52, 34.74), (113.58, 34.74)
MONDAY = date(2026, 11, 16)
NIGHT = [(day, 20 * 60, 26 * 60) for day in range(7)]
NOON = [(day, 660, 780) for day in range(8)]
SHANGHAI = ZoneInfo("Asia/Shanghai")


def give_hours(county, place, hours):
    for day, opens, closes in hours:
        county.add(DemandHours(demand_point_id=place.id, weekday=day, opens_min=opens, closes_min=closes))


@pytest.fixture
def peopled(county):
    """Stations of many kinds of hours, people by day, by night and always, a holiday and a closure."""
    first = county.station(*HERE, hours=OFFICE, services={"toilet": "working"})
    county.station(*away(*HERE, 90, 400), hours=NIGHT)
    county.station(*EAST_SIDE, hours=[])
    special = county.station(*away(*EAST_SIDE, 180, 900), hours=ALL_WEEK)
    county.demand(*away(*HERE, 90, 200), people=300)
    give_hours(county, county.demand(*away(*HERE, 0, 500), people=120), NOON)
    give_hours(county, county.demand(*away(*HERE, 90, 800), people=50), NIGHT)
    county.demand(*EAST_SIDE, people=80)
    county.demand(*away(*EAST_SIDE, 180, 1400), people=40)
    county.demand(people=7)
    begins = datetime(2026, 11, 18, 8, tzinfo=SHANGHAI)
    county.add(
        StationClosure(
            station_id=special.id, closed_from=begins, closed_to=begins + timedelta(hours=30), reason="装修"
        )
    )
    county.add(
        StationHoursException(
            station_id=first.id, on_date=MONDAY + timedelta(days=5), opens_min=600, closes_min=1500
        )
    )
    tuesday = {"on_date": MONDAY + timedelta(days=1), "is_workday": False, "is_announced": True}
    save_days(county.session, [{**tuesday, "name": "校庆", "source": "t"}])
    county.session.expire_all()
    return county


@pytest.fixture
def week(session):
    def ask(**changes):
        session.flush()
        session.expire_all()
        return answer_week(session, WeekQuestion(COUNTY, as_of=AS_OF, **changes))

    return ask


def test_every_cell_is_the_answer_to_its_question_by_itself(peopled, week, session):
    told = week()
    assert [day["day"] for day in told["days"]] == [
        "workday", "holiday", "workday", "workday", "workday", "saturday", "sunday",
    ]  # fmt: skip
    for day in told["days"]:
        question = CoverageQuestion(
            COUNTY, day_type=DayType(day["day"]), minute=22 * 60, as_of=date.fromisoformat(day["on"])
        )
        answer = answer_question(session, question).to_json()
        start = 24 * told["days"].index(day)
        for name in ("covered", "cross", "unknown", "total"):
            hours = [row[name] for row in answer["hours"]]
            assert told["county"][name][start : start + 24] == hours, (day, name)
        for layer in ("town", "grid", "area"):
            shown = {row["name"]: row["covered"][start + 22] for row in told[f"by_{layer}"]}
            assert shown == {row["name"]: row["covered"] for row in answer[f"by_{layer}"]}
            assert told[f"outside_{layer}s"]["covered"][start + 22] == answer[f"outside_{layer}s"]["covered"]


def test_areas_and_what_is_outside_make_the_county_at_every_hour(peopled, week):
    told = week()
    for layer in ("town", "grid"):
        for name in ("covered", "cross", "unknown", "total"):
            rows = [*told[f"by_{layer}"], told[f"outside_{layer}s"]]
            summed = [sum(hour) for hour in zip(*(row[name] for row in rows), strict=True)]
            assert summed == told["county"][name]


def test_only_people_who_are_there_count_and_any_hour_counts_everybody(peopled, session):
    def ask(minute):
        question = CoverageQuestion(COUNTY, minute=minute, as_of=AS_OF)
        return answer_question(session, question).to_json()

    morning, noon, night, any_hour = ask(600), ask(720), ask(22 * 60), ask(None)
    assert [each["people"]["total"] for each in (morning, noon, night, any_hour)] == [427, 547, 477, 597]
    assert [each["places"]["absent"] for each in (morning, noon, night, any_hour)] == [2, 1, 1, 0]
    assert noon["people"]["covered"] - morning["people"]["covered"] == 120
    assert len(morning["states"]["demand"]["ids"]) == 4
    assert sum(row["people"] for row in morning["by_county"]) == 427
    assert sum(row["people"] for row in morning["by_grid"]) + morning["outside_grids"]["people"] == 427
    # Nobody is missed where nobody is: the night place is no gap in the morning.
    assert morning["gaps_total"]["people"] == morning["people"]["not_covered"]
    assert [row["total"] for row in morning["hours"]] == [row["total"] for row in night["hours"]]


def test_hours_of_people_change_the_fingerprint_and_nothing_else_does(county, session):
    place = county.demand(*HERE, people=10)
    question = CoverageQuestion(COUNTY, as_of=AS_OF)
    before = answer_question(session, question)
    assert "attendance" not in before.inputs
    give_hours(county, place, NOON)
    after = answer_question(session, question)
    assert after.inputs_hash != before.inputs_hash
    assert after.inputs["attendance"]["patterns"] == (tuple(NOON),)


def test_24_hour_opening_says_the_difference_and_who_is_covered_at_night(peopled, week, session):
    told = week()
    office = min(
        row["id"]
        for row in answer_question(session, CoverageQuestion(COUNTY, as_of=AS_OF)).figures["stations"]
    )
    changed = week(open24=(office,))
    gain = changed["open24"]["gain"]
    assert [a - b for a, b in zip(changed["county"]["covered"], told["county"]["covered"], strict=True)] == [
        0
    ] * 168
    assert changed["county"]["gain"] == gain
    # Office hours end at 17:00, the night station opens at 20:00: 300 are there all day near both.
    friday = gain[4 * 24 : 5 * 24]
    assert friday[17:20] == [300] * 3
    assert friday[9:17] == [0] * 8
    assert friday[3] == 300
    assert friday[22] == 0
    assert changed["open24"]["night"]["newly_covered"] == 300
    assert (changed["open24"]["night"]["most"], changed["open24"]["stations"][0]["id"]) == (300, office)
    with pytest.raises(NotFound, match="station_not_found"):
        week(open24=(office, 10**9))
    with pytest.raises(InvalidInput, match="stations_too_many"):
        week(open24=tuple(range(1, 30)))


def test_longer_hours_are_proposed_by_what_they_change(county, session):
    county.station(*HERE, hours=OFFICE)
    county.station(*away(*HERE, 90, 1000), hours=OFFICE)
    county.station(*EAST_SIDE, hours=OFFICE, status="temporarily_closed")
    county.demand(*HERE, people=100)
    county.demand(*away(*HERE, 90, 500), people=50)
    county.demand(*away(*HERE, 90, 1000), people=90)
    county.demand(*EAST_SIDE, people=500)
    session.expire_all()
    question = CoverageQuestion(COUNTY, minute=22 * 60, as_of=AS_OF)
    told = propose_longer_hours(session, question, count=3)
    assert [(row["name"], row["gain"], row["together"]) for row in told["picks"]] == [
        ("驿站1", 150, 150),
        ("驿站2", 90, 240),
    ]
    assert (told["candidates"], told["people"], told["covered"]) == (2, 740, 0)
    # Counted again by itself: the same hours really given.
    ids = tuple(row["id"] for row in told["picks"])
    again = answer_week(session, WeekQuestion(COUNTY, as_of=AS_OF, open24=ids))
    assert again["open24"]["gain"][4 * 24 + 22] == 240
    assert propose_longer_hours(session, question, count=3, all_night=False)["picks"] == told["picks"]
    at_two = replace(question, minute=120)
    assert propose_longer_hours(session, at_two, count=3, all_night=False)["picks"] == []
    for wrong, code in (({"minute": None}, "hour_needed"), ({"county_code": None}, "county_needed")):
        with pytest.raises(InvalidInput, match=code):
            propose_longer_hours(session, replace(question, **wrong), count=3)
    with pytest.raises(InvalidInput, match="count_invalid"):
        propose_longer_hours(session, question, count=0)


def test_ways_agree_with_the_share_that_is_covered(peopled, session):
    question = CoverageQuestion(COUNTY, minute=720, as_of=AS_OF)
    answer, ways = answer_question(session, question).to_json(), answer_ways(session, question)
    # Ten minutes at the rule's pace are its 667 m.
    assert ways["limits"][1] == 667
    assert ways["county"]["within"][1] == answer["people"]["covered"]
    assert ways["county"]["people"] == answer["people"]["total"]
    assert ways["county"]["unknown"] == 7
    assert ways["county"]["quantiles"][0] == pytest.approx(200, abs=0.1)
    for layer in ("town", "grid", "area"):
        assert {row["name"]: row["within"][1] for row in ways[f"by_{layer}"]} == {
            row["name"]: row["covered"] for row in answer[f"by_{layer}"]
        }


def test_a_county_with_nobody_and_nothing_has_a_week_of_nothing(empty_county, session, week):
    told = week()
    assert told["county"]["total"] == [0] * 168
    assert (told["people"], told["stations"], told["by_grid"]) == (0, [], [])
    ways = answer_ways(session, CoverageQuestion(COUNTY, as_of=AS_OF))
    assert ways["county"]["quantiles"] == [None] * 4
    assert ways["county"]["shares"] == [None] * 3
    assert propose_longer_hours(session, CoverageQuestion(COUNTY, as_of=AS_OF), count=3)["picks"] == []


def test_a_week_and_ways_along_streets(county, session):
    """A wall of no streets: the far place is near in a straight line, and cannot be walked to."""
    middle, west, east = (113.52, 34.74), *(away(113.52, 34.74, azimuth, 1000) for azimuth in (270, 90))
    store_network(session, [west, middle], [away(*east, 90, 300), away(*east, 90, 900)])
    county.station(*middle, hours=OFFICE)
    county.demand(*away(*middle, 270, 540), people=100)
    county.demand(*away(*east, 90, 600), people=50)
    county.demand(*away(*middle, 0, 400), people=9, name="离路远")
    session.expire_all()
    question = CoverageQuestion(COUNTY, minute=600, as_of=AS_OF, measure=Measure.STREETS)
    answer = answer_question(session, question).to_json()
    told = answer_week(session, WeekQuestion(COUNTY, as_of=AS_OF, measure=Measure.STREETS))
    for name in ("covered", "cross", "unknown", "total"):
        assert told["county"][name][4 * 24 : 5 * 24] == [row[name] for row in answer["hours"]]
    assert (told["engine"], told["county"]["covered"][4 * 24 + 10]) == ("streets", 100)

    ways = answer_ways(session, question)["county"]
    assert (ways["people"], ways["unreachable"], ways["unknown"]) == (159, 50, 9)
    # 540 m at 1.111 m/s; the quarter and the half are there, three quarters cannot walk to any station.
    assert ways["quantiles"][0] == pytest.approx(486, abs=0.5)
    assert ways["quantiles"][1:] == [ways["quantiles"][0], None, None]
    assert ways["within"] == [0, 100, 100]
    assert ways["minutes"][0] == pytest.approx(8.1, abs=0.05)

    night = replace(question, minute=22 * 60)
    assert [pick["gain"] for pick in propose_longer_hours(session, night, count=3)["picks"]] == [100]
