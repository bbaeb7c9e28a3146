"""A what-if equals the coverage engine over the changed inputs, whatever the changes."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box, mapping, shape

from geodata.coverage.along_streets import AlongStreets, StreetMap
from geodata.coverage.computation import compute
from geodata.coverage.inputs import read_inputs
from geodata.coverage.question import CoverageQuestion
from geodata.coverage.service import answer_question
from geodata.errors import InvalidInput
from geodata.models import DemandHours
from geodata.network.edits import cut, link
from geodata.network.graph import make_streets, to_zone
from geodata.planning.whatif import get_base, try_changes
from geodata.rules.changed_stations import change_stations
from geodata.rules.changes import read_changes
from geodata.rules.coverage import CROSS, ONE
from geodata.vocab import Measure
from tests.integration.geodata.coverage.drawn_network import store_barrier, store_network
from tests.integration.geodata.coverage.small_county import AS_OF, COUNTY, EAST, NORTH, SOUTH, WEST, away

ASKED = CoverageQuestion(county_code=COUNTY, minute=22 * 60, services=("toilet",), as_of=AS_OF)
DAYS = range(8)
LATE = [{"weekday": day, "opens_min": 1200, "closes_min": 1500} for day in DAYS]
lon, lat = st.floats(WEST, EAST), st.floats(SOUTH, NORTH)
station = st.integers(0, 7)


def line(*points):
    return {"type": "LineString", "coordinates": [list(point) for point in points]}


def pin(lon, lat, **values):
    return {"kind": "add_station", "lon": lon, "lat": lat, "name": "候选", **values}


change = st.one_of(
    st.builds(pin, lon, lat, openings=st.sampled_from([None, LATE]), services=st.sampled_from([None, []])),
    st.fixed_dictionaries({"kind": st.just("move_station"), "station": station, "lon": lon, "lat": lat}),
    st.fixed_dictionaries({"kind": st.sampled_from(["close_station", "reopen_station"]), "station": station}),
    st.fixed_dictionaries(
        {"kind": st.just("change_hours"), "station": station, "openings": st.sampled_from([None, LATE])}
    ),
    st.fixed_dictionaries(
        {"kind": st.just("add_services"), "station": station, "services": st.just(["toilet"])}
    ),
)


def unlike(change):
    group = {"close_station": "life", "reopen_station": "life"}.get(change["kind"], change["kind"])
    return (group, change.get("station"), change.get("lon"))


changes_ = st.lists(change, max_size=8, unique_by=unlike)


@pytest.fixture
def town(county):
    """Eight stations of all sorts, sixty places, one of each without a position."""
    kinds = [
        {"hours": [(day, 0, 1440) for day in DAYS], "services": {"toilet": "working"}},
        {"hours": [(day, 480, 1080) for day in DAYS], "services": {"toilet": "working"}},
        {"hours": [(day, 0, 1440) for day in DAYS], "services": {"toilet": "broken"}},
        {"status": "temporarily_closed", "hours": [(day, 0, 1440) for day in DAYS]},
        {"status": "retired"},
        {"status": "planned", "services": {"toilet": "working"}},
        {},
        {"access_method": "staff_only"},
    ]
    ids = []
    for number, kind in enumerate(kinds):
        place = (None, None) if number == 6 else (WEST + 0.01 + 0.011 * number, SOUTH + 0.03)
        ids.append(county.station(*place, **kind).id)
    for number in range(60):
        county.demand(WEST + 0.002 + 0.0016 * number, SOUTH + 0.026 + 0.002 * (number % 5), people=number)
    noon = county.demand(WEST + 0.012, SOUTH + 0.03, people=400)
    for day in range(5):
        county.add(DemandHours(demand_point_id=noon.id, weekday=day, opens_min=660, closes_min=960))
    county.demand(people=7)
    return ids


def named(rows, ids):
    """The changes with real ids; two that contradict each other leave one."""
    said, kept = set(), []
    for row in rows:
        group = unlike(row)[:2]
        if "station" in row and row["kind"] != "add_services" and group in said:
            continue
        said.add(group)
        kept.append({**row, "station": ids[row["station"]]} if "station" in row else row)
    return kept


def recomputed(inputs, question, rows):
    """The coverage engine over inputs in which the stations are already as the changes leave them."""
    own = [row for row in inputs.rows if not row["neighbour"]]
    stations = change_stations(
        inputs.stations[: len(own)],
        read_changes(rows),
        county_code=COUNTY,
        on=question.as_of,
        services=question.services,
    )
    names = [{"id": each.id, "name": "", "code": "", "neighbour": False} for each in stations]
    county = replace(
        inputs.layouts["county"], stations=(np.zeros(len(stations), dtype=np.int64), np.arange(len(stations)))
    )
    changed = replace(inputs, rows=names, stations=stations, layouts={**inputs.layouts, "county": county})
    return compute(changed, question)


def check_equal(tried, computed):
    cover, weight = computed.cover, computed.people
    assert tried["people"]["covered"] == int(weight[np.isin(cover.digit, (ONE, CROSS))].sum())
    assert {name: tried["people"][name] for name in ("one", "cross", "unknown", "not_covered")} == {
        name: computed.tally(weight)[name] for name in ("one", "cross", "unknown", "not_covered")
    }
    names = ("covered", "cross", "unknown", "total")
    hours = [[row[name] for name in names] for row in tried["hours"]]
    assert hours == cover.hours.tolist()


def test_what_if_equals_the_engine_over_changed_inputs(session, town):
    inputs = read_inputs(session, ASKED.normalized())
    base = get_base(session, ASKED)

    @settings(max_examples=80, deadline=None, derandomize=True, database=None)
    @given(changes_, st.sampled_from([None, 3 * 60, 15 * 60, 22 * 60]), st.sampled_from([(), ("toilet",)]))
    def equal(rows, minute, services):
        rows = named(rows, town)
        question = replace(ASKED, minute=minute, services=services).normalized()
        tried = base.attempt(question, read_changes(rows))
        computed = recomputed(inputs, question, rows)
        assert tried.cover.digit.tolist() == computed.cover.digit.tolist()
        check_equal(try_changes(session, question, rows), computed)

    equal()


@pytest.fixture
def streets(session, town):
    """A town of crossing streets three hundred metres apart, with a wall in force across its middle."""

    def at(column, row):
        return (WEST + 0.004 + 0.0033 * column, SOUTH + 0.02 + 0.0027 * row)

    rows = [[at(column, row), at(column + 1, row)] for row in range(7) for column in range(26)]
    columns = [[at(column, row), at(column, row + 1)] for row in range(6) for column in range(0, 27, 2)]
    store_network(session, *rows, *columns)
    store_barrier(session, shapely.LineString([(WEST + 0.03, SOUTH + 0.025), (WEST + 0.07, SOUTH + 0.026)]))
    return town


wall = st.one_of(
    st.tuples(
        lon, st.floats(SOUTH + 0.018, SOUTH + 0.04), st.floats(0.001, 0.02), st.floats(-0.01, 0.01)
    ).map(lambda at: {"type": "LineString", "coordinates": [at[:2], (at[0] + at[2], at[1] + at[3])]}),
    st.tuples(lon, st.floats(SOUTH + 0.018, SOUTH + 0.035), st.floats(0.001, 0.01)).map(
        lambda at: mapping(box(at[0], at[1], at[0] + at[2], at[1] + at[2]))
    ),
)
bridge = st.tuples(st.integers(0, 24), st.integers(0, 5), st.integers(0, 1)).map(
    lambda at: [
        (WEST + 0.005 + 0.0033 * at[0], SOUTH + 0.02 + 0.0027 * at[1]),
        (WEST + 0.006 + 0.0033 * at[0], SOUTH + 0.0227 + 0.0027 * at[1]),
    ]
)


def street_inputs(inputs, walls, bridges):
    """The streets of the county cut and linked from the loaded network, as if they always were so."""
    old, srid = inputs.streets, inputs.streets.network.srid
    every = [*old.walls, *(to_zone(shape(each), srid) for each in walls)]
    lines = sorted((shapely.LineString(each) for each in bridges), key=lambda line: line.wkb)
    network = link(cut(old.network, every), [to_zone(line, srid) for line in lines])
    made = make_streets(network, old.way.streets.profile, old.way.streets.pace_mps, walls=every)
    way = AlongStreets(StreetMap(made), old.way.limit_s, old.way.cap_m)
    return replace(inputs, streets=replace(old, way=way, network=network, walls=every))


def changed_streets(inputs, walls, bridges):
    try:
        return street_inputs(inputs, walls, bridges)
    except InvalidInput:
        return None


def test_what_if_along_streets_equals_the_engine_over_changed_streets(session, streets):
    asked = replace(ASKED, measure=Measure.STREETS)
    inputs = read_inputs(session, asked.normalized())
    base = get_base(session, asked)
    seen = set()

    @settings(max_examples=80, deadline=None, derandomize=True, database=None)
    @given(changes_, st.lists(wall, max_size=2), st.lists(bridge, max_size=2, unique_by=str), st.randoms())
    def equal(rows, walls, bridges, random):
        walls = [each for each in walls if shape(each).intersects(base.outline)]
        drawn = [{"kind": "barrier", "geometry": each} for each in walls]
        drawn += [{"kind": "footbridge", "geometry": line(*each)} for each in bridges]
        rows = named(rows, streets) + drawn
        random.shuffle(rows)
        changed = changed_streets(inputs, walls, bridges)
        if changed is None:  # a wall left no street for the bridge to join
            with pytest.raises(InvalidInput, match="change_bridge"):
                base.attempt(asked.normalized(), read_changes(rows))
            return
        tried = base.attempt(asked.normalized(), read_changes(rows))
        computed = recomputed(changed, asked.normalized(), rows)
        assert tried.cover.digit.tolist() == computed.cover.digit.tolist()
        assert tried.cover.hours.tolist() == computed.cover.hours.tolist()
        states = {each.id: at.state for each, at in zip(computed.stations, computed.classes, strict=True)}
        assert {each.id: at.state for each, at in zip(tried.stations, tried.classes, strict=True)} == states
        seen.add(tried.cover.digit.tobytes())

    equal()
    assert len(seen) > 10


def test_a_wall_takes_and_a_bridge_gives_back(session, county):
    west, east, north = ((WEST + x, SOUTH + y) for x, y in ((0.02, 0.03), (0.026, 0.03), (0.02, 0.031)))
    store_network(session, [west, east], [west, north])
    county.station(*west, hours=[(day, 0, 1440) for day in DAYS], services={"toilet": "working"})
    county.demand(*away(*west, 90, 400), people=50)
    asked = replace(ASKED, measure=Measure.STREETS)
    middle = away(*west, 90, 200)
    across = {"kind": "barrier", "geometry": line(away(*middle, 0, 50), away(*middle, 180, 50))}
    bridge = {"kind": "footbridge", "geometry": line(away(*west, 90, 190), away(*west, 90, 210))}
    assert try_changes(session, asked, [])["people"]["covered"] == 50
    assert try_changes(session, asked, [across])["difference"]["lost"] == 50
    both = try_changes(session, asked, [bridge, across])
    assert (both["people"]["covered"], both["ignored"]) == (50, [])
    nowhere = line(away(*west, 180, 300), away(*west, 180, 320))
    with pytest.raises(InvalidInput) as refusal:
        try_changes(session, asked, [across, {"kind": "footbridge", "geometry": nowhere}])
    assert (refusal.value.code, refusal.value.params["number"]) == ("change_bridge_off_street", 2)


def test_nothing_changed_is_the_official_figure_and_still_not_official(session, town):
    tried = try_changes(session, ASKED, [])
    official = answer_question(session, ASKED).figures
    assert tried["official"] is False
    assert tried["share"] == official["share"] == tried["base"]["share"]
    assert tried["people"]["covered"] == official["people"]["covered"]
    assert [row["covered"] for row in tried["hours"]] == [row["covered"] for row in official["hours"]]
    assert (tried["difference"]["gained"], tried["difference"]["lost"]) == (0, 0)
    assert (tried["places"]["ids"], tried["by_grid"], tried["by_area"], tried["stations"]) == ([], [], [], [])


def test_a_pin_gains_exactly_the_people_within_the_limit(session, county):
    place = (WEST + 0.02, SOUTH + 0.02)
    county.demand(*away(*place, 90, 666.9), people=100)
    county.demand(*away(*place, 90, 667.1), people=10)
    grid_place = county.demand(*away(*place, 270, 5), people=1)
    tried = try_changes(session, ASKED, [pin(*place)])
    assert (tried["difference"]["gained"], tried["difference"]["covered"]) == (101, 101)
    assert tried["people"]["not_covered"] == 10
    assert grid_place.id in tried["places"]["ids"]
    assert (tried["places"]["before"], tried["places"]["after"]) == ("00", "11")
    (row,) = tried["by_grid"]
    assert (row["code"], row["covered"], row["before"]["covered"]) == ("G-01", 101, 0)
    (site,) = tried["stations"]
    assert (site["id"], site["reaches"], site["state"], site["number"]) == (None, 101, "open", 1)


def test_closing_is_the_opposite_of_adding(session, county):
    place = (WEST + 0.02, SOUTH + 0.02)
    station = county.station(*place, hours=[(day, 0, 1440) for day in DAYS], services={"toilet": "working"})
    county.demand(*place, people=30)
    tried = try_changes(session, ASKED, [{"kind": "close_station", "station": station.id}])
    assert (tried["difference"]["lost"], tried["difference"]["points"]) == (30, -100.0)
    both = try_changes(session, ASKED, [{"kind": "close_station", "station": station.id}, pin(*place)])
    assert (both["difference"]["lost"], both["difference"]["gained"]) == (0, 0)


def test_walls_are_named_as_without_effect_in_a_straight_line(session, town):
    line = {"type": "LineString", "coordinates": [[WEST + 0.01, SOUTH + 0.01], [WEST + 0.02, SOUTH + 0.01]]}
    rows = [pin(WEST + 0.02, SOUTH + 0.02), {"kind": "barrier", "geometry": line}]
    tried = try_changes(session, ASKED, rows)
    assert tried["ignored"] == [2]
    assert tried["people"] == try_changes(session, ASKED, rows[:1])["people"]


def test_what_does_not_fit_is_refused_by_number(session, town):
    for rows, code in (
        ([pin(WEST + 0.01, SOUTH + 0.01), pin(WEST - 1, SOUTH)], "change_outside_county"),
        (
            [pin(WEST + 0.01, SOUTH + 0.01), {"kind": "close_station", "station": 2**40}],
            "change_station_unknown",
        ),
    ):
        with pytest.raises(InvalidInput) as refusal:
            try_changes(session, ASKED, rows)
        assert (refusal.value.code, refusal.value.params["number"]) == (code, 2)
    with pytest.raises(InvalidInput, match="scenario_needs_county"):
        try_changes(session, replace(ASKED, county_code=None), [])
    with pytest.raises(InvalidInput, match="service_not_listed"):
        try_changes(session, replace(ASKED, services=("sauna",)), [])


def test_base_is_kept_and_made_anew_when_the_data_change(session, town):
    base = get_base(session, ASKED)
    assert get_base(session, replace(ASKED, minute=None, services=())) is base
    assert get_base(session, replace(ASKED, rule_code="walk_15")) is not base
    session.execute(sa.text("UPDATE stations SET status = 'open' WHERE id = :id"), {"id": town[3]})
    assert get_base(session, ASKED) is not base
