"""Questions put to a small county in a real PostGIS."""

from dataclasses import replace
from datetime import date, datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest

from geodata.coverage.service import CoverageQuestion, answer_question
from geodata.errors import InvalidInput, NotFound
from geodata.models import Assignment, CoverageRule, Division, StationClosure, StationHoursException
from geodata.vocab import DayType
from tests.integration.geodata.coverage.small_county import (
    ALL_WEEK,
    AS_OF,
    COUNTY,
    OFFICE,
    WEST,
    away,
    outline,
)

HERE = (113.52, 34.74)
EAST_SIDE = (113.58, 34.74)
SHANGHAI = ZoneInfo("Asia/Shanghai")
BASE = CoverageQuestion(COUNTY, minute=10 * 60, as_of=AS_OF)


@pytest.fixture
def ask(session):
    def put(**changes):
        session.flush()
        session.expire_all()
        return answer_question(session, replace(BASE, **changes)).to_json()

    return put


def test_a_place_at_exactly_the_limit_is_covered_and_a_millimetre_further_is_not(county, ask):
    county.station(*HERE, hours=ALL_WEEK)
    for azimuth in (0, 37, 90, 200, 271):
        county.demand(*away(*HERE, azimuth, 667.0), people=100)
        county.demand(*away(*HERE, azimuth, 667.001), people=1)
    answer = ask()
    assert answer["people"]["covered"] == 500
    assert answer["people"]["not_covered"] == 5


def test_people_are_told_apart_by_state_and_parts_add_up(county, ask):
    county.station(*HERE, hours=ALL_WEEK)
    county.station(*away(*HERE, 90, 300), hours=ALL_WEEK)
    county.station(*EAST_SIDE, hours=[])
    county.demand(*away(*HERE, 90, 150), people=300)
    county.demand(*away(*HERE, 270, 500), people=200)
    county.demand(*EAST_SIDE, people=150)
    county.demand(*away(*EAST_SIDE, 0, 2000), people=350)
    answer = ask()
    parts = {part["state"]: (part["people"], part["percent"]) for part in answer["parts"]}
    assert parts == {
        "cross": (300, 30.0),
        "one": (200, 20.0),
        "unknown": (150, 15.0),
        "not_covered": (350, 35.0),
    }
    assert (answer["share"], answer["share_low"], answer["share_high"]) == (50.0, 50.0, 65.0)
    assert answer["states"]["demand"]["states"] == "2130"


def test_a_demand_point_without_position_is_unknown_and_named(county, ask):
    county.station(*HERE, hours=ALL_WEEK)
    county.demand(*HERE, people=60)
    county.demand(people=40)
    answer = ask()
    assert answer["people"]["total"] == 100
    assert answer["people"]["unknown"] == 40
    assert answer["places"]["not_located"] == 1
    assert answer["outside_grids"]["people"] == 40


def test_without_people_there_is_no_share(county, ask):
    county.station(*HERE, hours=ALL_WEEK)
    answer = ask()
    assert answer["share"] is None
    assert answer["share_high"] is None
    assert [part["percent"] for part in answer["parts"]] == [0.0] * 4
    assert {row["display"] for row in answer["by_grid"]} == {"none"}


def test_the_hours_curve_agrees_with_asking_each_hour(county, ask):
    county.station(*HERE, hours=OFFICE)
    county.station(*away(*HERE, 90, 200), hours=[(day, 22 * 60, 26 * 60) for day in range(7)])
    county.demand(*HERE, people=120)
    county.demand(*EAST_SIDE, people=80)
    curve = ask()["hours"]
    assert [hour["share"] for hour in curve] == [ask(minute=60 * hour)["share"] for hour in range(24)]
    assert [hour["hour"] for hour in curve if hour["covered"]] == [0, 1, *range(9, 17), 22, 23]


def test_any_hour_counts_shut_and_unknown_hours_and_says_so(county, ask):
    county.station(*HERE, hours=OFFICE)
    county.station(*EAST_SIDE, hours=[])
    county.demand(*HERE)
    county.demand(*EAST_SIDE)
    answer = ask(minute=None)
    assert answer["any_hour"] is True
    assert answer["share"] == 100.0
    assert ask(minute=3 * 60)["share"] == 0.0


def test_workday_needs_every_one_of_five_days(county, ask):
    county.station(*HERE, hours=OFFICE[:4])
    county.demand(*HERE)
    assert ask()["share"] == 0.0
    assert ask(day_type=DayType.SUNDAY)["share"] == 0.0


def test_holiday_hours_that_nobody_gave_are_unknown(county, ask):
    county.station(*HERE, hours=OFFICE)
    county.demand(*HERE)
    answer = ask(day_type=DayType.HOLIDAY)
    assert answer["people"]["unknown"] == 100


def test_a_closure_takes_a_station_out_for_its_interval_and_names_the_end(county, ask):
    station = county.station(*HERE, hours=ALL_WEEK)
    county.demand(*HERE)
    ends = datetime(2026, 11, 20, 12, 0, tzinfo=SHANGHAI)
    begins = datetime(2026, 11, 18, 0, 0, tzinfo=SHANGHAI)
    county.add(StationClosure(station_id=station.id, closed_from=begins, closed_to=ends, reason="装修"))
    answer = ask()
    assert answer["share"] == 0.0
    assert answer["left_out"] == [
        {
            "id": station.id,
            "name": "驿站1",
            "state": "shut",
            "reason": "closed",
            "until": "2026-11-20T12:00+08:00",
        }
    ]
    assert answer["gaps"][0]["remedy"] == "extend"
    assert ask(minute=12 * 60)["share"] == 100.0
    assert ask(minute=None)["share"] == 100.0
    assert ask(as_of=date(2026, 11, 19), minute=None)["share"] == 0.0


def test_special_hours_of_the_date_replace_the_weekly_ones(county, ask):
    station = county.station(*HERE, hours=OFFICE)
    county.demand(*HERE)
    county.add(StationHoursException(station_id=station.id, on_date=AS_OF))
    assert ask()["share"] == 0.0
    assert ask(as_of=date(2026, 11, 19))["share"] == 100.0


@pytest.mark.parametrize(
    ("columns", "state", "reason"),
    [
        ({"access_method": "staff_only"}, "staff_only", "staff_only"),
        ({"status": "retired"}, "excluded", "retired"),
        ({"status": "building"}, "excluded", "not_open_yet"),
        ({"status": "temporarily_closed"}, "shut", "closed"),
        ({"venue_type": "drivers_home"}, "excluded", "other_venue"),
        ({"station_type": "mobile", "hours": []}, "excluded", "hours_unknown"),
        ({"hours": []}, "unknown", "hours_unknown"),
        ({"hours": [(0, 600, 660)]}, "shut", "closed"),
    ],
)
def test_stations_left_out_say_why(county, ask, columns, state, reason):
    county.station(*HERE, **{"hours": ALL_WEEK, **columns})
    county.demand(*HERE)
    answer = ask()
    assert [(each["state"], each["reason"]) for each in answer["left_out"]] == [(state, reason)]
    assert answer["people"]["covered"] == 0


def test_a_station_without_position_is_listed_without_a_point(county, ask):
    county.station(hours=ALL_WEEK)
    answer = ask()
    assert answer["left_out"][0]["reason"] == "not_located"
    assert answer["stations"][0]["point"] is None


@pytest.mark.parametrize(
    ("services", "share", "unknown"),
    [
        ({"toilet": "working", "food_heating": "working"}, 100.0, 0),
        ({"toilet": "working", "food_heating": "broken"}, 0.0, 0),
        ({"toilet": "working"}, 0.0, 100),
        ({"toilet": "unknown", "food_heating": "removed"}, 0.0, 0),
    ],
)
def test_every_wanted_service_must_work(county, ask, services, share, unknown):
    county.station(*HERE, hours=ALL_WEEK, services=services)
    county.demand(*HERE)
    answer = ask(services=("toilet", "food_heating", "toilet"))
    assert answer["question"]["services"] == ["food_heating", "toilet"]
    assert (answer["share"], answer["people"]["unknown"]) == (share, unknown)


def test_an_unconfirmed_station_is_unknown_when_the_rule_says_so(county, ask, session):
    session.get(CoverageRule, "walk_10").unconfirmed_after_days = 30
    county.station(*HERE, hours=ALL_WEEK, confirmed_on=date(2026, 10, 20))
    county.demand(*HERE)
    assert ask()["left_out"][0]["reason"] == "unconfirmed"
    assert ask(as_of=date(2026, 11, 19))["share"] == 100.0


def test_grids_and_the_outside_make_the_county(county, ask):
    county.station(*HERE, hours=ALL_WEEK)
    county.demand(*HERE, people=130)
    county.demand(*EAST_SIDE, people=220)
    county.demand(113.55, 34.75, people=10)
    county.demand(113.70, 34.75, people=5)
    answer = ask()
    (whole,) = answer["by_county"]
    for name in ("people", "covered", "cross", "unknown", "not_covered"):
        assert sum(row[name] for row in answer["by_grid"]) + answer["outside_grids"][name] == whole[name]
    assert {row["code"]: row["people"] for row in answer["by_grid"]} == {"G-01": 140, "G-02": 220}
    assert answer["boundary_version"] == {"label": "2026-1", "effective_from": "2026-01-01"}


def test_what_a_map_writes_into_each_grid(county, ask):
    county.station(*HERE, hours=ALL_WEEK)
    county.demand(*HERE, people=90)
    county.demand(*away(*HERE, 0, 1000), people=10)
    county.demand(*EAST_SIDE, people=99)
    west, east = ask()["by_grid"]
    assert (west["display"], west["percent"], west["class"], west["stations"]) == ("share", 90, 5, 1)
    assert (east["display"], east["percent"], east["class"], east["stations"]) == ("few", None, None, 0)
    assert east["nearest_open_m"] == pytest.approx(5494, abs=3)


def test_enterprises_are_counted_by_responsible_grid_town_and_county(county, ask, session):
    inside = county.enterprise(*HERE)
    county.enterprise(*EAST_SIDE, organization_status="own_union")
    county.enterprise()
    county.enterprise(*HERE, removed_on=date(2026, 1, 1), removal_reason="closed_down")
    county.station(*HERE, hours=ALL_WEEK)
    grid_id = ask()["by_grid"][1]["id"]
    county.add(Assignment(enterprise_id=inside.id, grid_id=grid_id, method="covered", status="auto"))
    answer = ask()
    assert answer["enterprises"] == {
        "total": 3,
        "covered": 1,
        "cross": 0,
        "unknown": 1,
        "not_covered": 1,
        "not_located": 1,
    }
    assert [(row["enterprises"], row["unorganized"]) for row in answer["by_grid"]] == [(0, 0), (1, 1)]
    assert [(row["enterprises"], row["unorganized"]) for row in answer["by_town"]] == [(1, 1)]
    assert [(row["enterprises"], row["unorganized"]) for row in answer["by_county"]] == [(3, 2)]
    assert answer["states"]["enterprises"]["states"] == "103"


def test_the_area_share_is_that_of_the_true_disc(county, ask):
    county.station(*EAST_SIDE, hours=ALL_WEEK)
    (area,) = ask()["by_area"]
    true_disc_m2 = 3.141592653589793 * 667**2
    assert area["covered_area_m2"] == pytest.approx(true_disc_m2, rel=0.001)
    assert area["area_share"] == pytest.approx(100 * true_disc_m2 / area["area_m2"], abs=0.05)


def test_our_disc_is_clipped_to_the_area_and_doubtful_ground_only_raises_the_high_figure(county, ask):
    county.station(113.55, 34.74, hours=ALL_WEEK)
    county.station(*EAST_SIDE, hours=[])
    (area,) = ask()["by_area"]
    assert area["covered_area_m2"] == pytest.approx(3.141592653589793 * 667**2 / 2, rel=0.002)
    assert area["area_share_high"] > 2.5 * area["area_share"]


def test_neighbours_are_shown_but_never_counted(county, ask):
    theirs = away(WEST, 34.74, 270, 400)
    county.station(*theirs, hours=ALL_WEEK, county_code="410104")
    county.station(*away(WEST, 34.74, 270, 900), hours=ALL_WEEK, county_code="410104")
    county.demand(*away(WEST, 34.74, 90, 100))
    answer = ask()
    assert [each["state"] for each in answer["stations"]] == ["neighbour"]
    assert answer["share"] == 0.0
    assert answer["people"]["with_neighbours"] == 100
    assert answer["left_out"] == []


def test_all_counties_together_are_the_sum_of_each(county, ask):
    east = outline(113.60, 34.70, 113.70, 34.78)
    county.add(Division(code="410104", level="county", name="东邻", geom=east))
    county.station(*away(113.60, 34.74, 270, 100), hours=ALL_WEEK)
    county.demand(*away(113.60, 34.74, 270, 200), people=70)
    county.demand(*away(113.60, 34.74, 90, 200), people=30, county_code="410104")
    county.demand(*HERE, people=5, county_code=None)
    answer = ask(county_code=None)
    both = [ask(county_code=code) for code in (COUNTY, "410104")]
    by_code = {row["code"]: row for row in answer["by_county"]}
    for each in both:
        (row,) = each["by_county"]
        assert by_code[row["code"]] == row
    assert by_code[""]["people"] == 5
    assert answer["people"]["covered"] == 70
    assert answer["people"]["total"] == 105


def test_gaps_name_grid_remedy_and_the_nearest_open_station(county, ask):
    open_one = county.station(*HERE, hours=ALL_WEEK)
    shut_one = county.station(*EAST_SIDE, hours=[(0, 0, 60)], name="文博驿站")
    county.demand(*EAST_SIDE, people=70)
    county.demand(*away(*EAST_SIDE, 0, 450), people=50)
    county.demand(*away(*EAST_SIDE, 0, 2500), people=30)
    county.demand(113.61, 34.74, people=30)
    answer = ask()
    first, second, third = answer["gaps"]
    assert (first["grid_code"], first["remedy"], first["people"], first["places"]) == (
        "G-02",
        "extend",
        120,
        2,
    )
    assert first["shut_station"] == {"id": shut_one.id, "name": "文博驿站", "why": "shut", "people": 120}
    assert first["nearest_open"]["id"] == open_one.id
    assert first["geometry"]["type"] == "Polygon"
    assert (second["grid_code"], second["remedy"], second["shut_station"]) == ("", "build", None)
    assert (third["grid_code"], third["remedy"]) == ("G-02", "build")
    assert [gap["rank"] for gap in answer["gaps"]] == [1, 2, 3]
    assert answer["gaps_total"] == {"gaps": 3, "places": 4, "people": 180}
    assert answer["people"]["shut_only"] == 120


def test_what_is_not_there_is_said(county, ask, session):
    session.add(
        CoverageRule(
            code="streets",
            label_zh="沿路",
            label_en="Streets",
            basis_zh="-",
            basis_en="-",
            speed_mps=1,
            street_limit_s=600,
            position=9,
        )
    )
    for changes, error, code in (
        ({"rule_code": "fly"}, NotFound, "rule_not_found"),
        ({"county_code": "999999"}, NotFound, "county_not_found"),
        ({"services": ("sauna",)}, InvalidInput, "service_not_listed"),
        ({"minute": 1440}, InvalidInput, "minute_invalid"),
        ({"day_type": "someday"}, InvalidInput, "day_type_invalid"),
        ({"rule_code": "streets"}, InvalidInput, "rule_without_straight_limit"),
    ):
        with pytest.raises(error) as refusal:
            ask(**changes)
        assert refusal.value.code == code


def test_an_empty_county_has_an_answer(empty_county, ask):
    answer = ask()
    assert answer["boundary_version"] is None
    assert answer["gaps"] == []
    assert answer["by_grid"] == []
    assert len(answer["hours"]) == 24


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_zones_and_the_outside_make_the_whole_for_any_scene(county, ask, seed):
    random = Random(seed)  # noqa: S311
    lattice = [(113.49 + 0.01 * x, 34.69 + 0.01 * y) for x in range(13) for y in range(11)]
    for lon, lat in random.sample(lattice, 12):
        hours = random.choice([ALL_WEEK, OFFICE, []])
        county.station(
            lon, lat, hours=hours, services={"toilet": random.choice(["working", "broken", "unknown"])}
        )
    for lon, lat in random.choices(lattice, k=40):
        county.demand(lon, lat, people=random.randint(0, 90))
    county.demand(people=17)
    for minute, services in ((600, ()), (1320, ("toilet",)), (None, ("toilet",))):
        answer = ask(minute=minute, services=services, rule_code="walk_15")
        people = answer["people"]
        assert sum(part["people"] for part in answer["parts"]) == people["total"]
        assert people["covered"] + people["unknown"] + people["not_covered"] == people["total"]
        assert answer["gaps_total"]["people"] == people["not_covered"]
        for zones, outside in (("by_grid", "outside_grids"), ("by_town", "outside_towns")):
            for name in ("people", "covered", "cross", "unknown", "not_covered"):
                whole = people["total" if name == "people" else name]
                assert sum(row[name] for row in answer[zones]) + answer[outside][name] == whole
