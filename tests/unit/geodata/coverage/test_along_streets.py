"""Coverage over drawn towns: what cuts, what counts, what is unplaced, and the laws that always hold."""

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.coverage.along_streets import AlongStreets, StreetMap, street_share
from geodata.network.edits import cut
from geodata.network.entries import CAP_TOLERANCE_M
from geodata.network.graph import Use, make_streets, to_zone
from geodata.rules.coverage import CROSS, NOT_COVERED, ONE, UNKNOWN, Places, Supply, find_cover
from geodata.vocab import Profile
from tests.unit.geodata.network.drawing import ALL, lonlat, town

LIMIT_S = 600.0
NEAR_BANK, FAR_BANK = [(0, 0), (1000, 0)], [(0, 100), (1000, 100)]


def way(network, walls=(), *, profile=Profile.FOOT, pace=1.0, limit=LIMIT_S, cap=100.0):
    shapes = [to_zone(each, network.srid) for each in walls]
    streets = make_streets(cut(network, shapes), profile, pace, walls=shapes)
    return AlongStreets(StreetMap(streets), limit, cap)


def wall(*points):
    return shapely.LineString(lonlat(*points))


def states(along, places, stations, *, people=None):
    """Digits of places when every station counts."""
    reached = along.reach(lonlat(*places), lonlat(*stations))
    flags = np.ones((len(stations), 25), dtype=np.float32)
    flags[reached.station_unplaced] = 0
    none = np.zeros(len(stations), dtype=bool)
    supply = Supply(
        lonlat(*stations), np.zeros(len(stations), dtype=int), flags, np.zeros_like(flags), none, none
    )
    weight = np.full(len(places), 10) if people is None else np.array(people)
    rows = Places(weight, np.zeros(len(places), dtype=int), reached.place_unplaced)
    return find_cover(rows, supply, reached.blocks)


def covered(along, places, stations):
    return np.isin(states(along, places, stations).digit, (ONE, CROSS)).tolist()


FAR_PLACES = [(50, 100), (150, 110), (500, 100), (950, 100)]


def test_without_a_bridge_nobody_on_the_far_bank_is_covered():
    assert covered(way(town(NEAR_BANK, FAR_BANK)), FAR_PLACES, [(500, 0)]) == [False] * 4


def test_with_a_bridge_exactly_those_in_time_are():
    bridged = town(
        [(0, 0), (200, 0)],
        [(200, 0), (1000, 0)],
        [(0, 100), (200, 100)],
        [(200, 100), (1000, 100)],
        [(200, 0), (200, 100)],
    )
    # From the far bank to the bridge, 100 m over it, 300 m to the station: 200 m are left.
    along = way(bridged)
    places = [(0.1, 100), (50, 100), (399, 100), (401, 100), (950, 100)]
    assert covered(along, places, [(500, 0)]) == [True, True, True, False, False]


def test_exactly_the_limit_counts_and_a_tenth_of_a_second_more_does_not():
    street = town([(0, 0), (600, 0)], [(600, 0), (600.1, 0)])
    along = way(street, pace=float(street.length_m[0]) / LIMIT_S)
    assert covered(along, [(600, 0), (600.1, 0)], [(0, 0)]) == [True, False]


def test_a_wall_across_the_street_cuts_it():
    street = town([(0, 0), (1000, 0)])
    places = [(300, 0), (700, 0)]
    assert covered(way(street), places, [(400, 0)]) == [True, True]
    assert covered(way(street, [wall((500, -40), (500, 40))]), places, [(400, 0)]) == [True, False]


def test_an_expressway_without_a_crossing_keeps_people_on_their_side():
    # The expressway itself is no street for people on foot; side roads end at its fence.
    network = town(
        [(0, 0), (400, 0)],
        [(0, 60), (400, 60)],
        [(0, 30), (400, 30)],
        uses=[ALL, ALL, Use.CAR_FORWARD],
    )
    assert covered(way(network), [(100, 60), (100, 0)], [(100, 0)]) == [False, True]


def test_one_way_binds_the_ebike_and_only_it():
    street = town([(0, 0), (500, 0)], uses=Use.FOOT | Use.EBIKE_FORWARD)
    places, station = [(100, 0), (400, 0)], [(250, 0)]
    assert covered(way(street), places, station) == [True, True]
    assert covered(way(street, profile=Profile.EBIKE), places, station) == [True, False]


def test_travel_is_towards_the_station():
    ring = town(
        [(0, 0), (500, 0)],
        [(500, 0), (500, 400)],
        [(500, 400), (0, 0)],
        uses=Use.FOOT | Use.EBIKE_FORWARD,
    )
    # With the arrows 300 m lie between; against them it is all the way round.
    along = way(ring, profile=Profile.EBIKE)
    assert covered(along, [(100, 0)], [(400, 0)]) == [True]
    assert covered(along, [(400, 0)], [(100, 0)]) == [False]


def test_a_place_at_the_cap_counts_and_beyond_it_is_unplaced_and_unknown():
    along = way(town([(0, 0), (500, 0)]))
    places = [(250, 100.0), (250, 100.1)]
    cover = states(along, places, [(250, 0)])
    assert cover.digit.tolist() == [ONE, UNKNOWN]
    assert cover.hours[0].tolist() == [10, 0, 10, 20]
    away = along.reach(lonlat(*places), lonlat((250, 0))).place_away_m
    assert away == pytest.approx([100.0, 100.1], abs=CAP_TOLERANCE_M)


def test_a_station_off_the_network_serves_nobody():
    along = way(town([(0, 0), (500, 0)]))
    reached = along.reach(lonlat((250, 0)), lonlat((250, 150), (250, 20)))
    assert reached.station_unplaced.tolist() == [True, False]
    assert reached.matrix.toarray().tolist() == [[0.0, 1.0]]
    assert states(along, [(250, 0)], [(250, 150)]).digit.tolist() == [NOT_COVERED]


def test_a_place_behind_a_wall_of_its_own_has_no_way_to_the_street():
    compound = shapely.Polygon(lonlat((200, 5), (300, 5), (300, 60), (200, 60)))
    along = way(town([(0, 0), (500, 0)]), [compound])
    assert states(along, [(250, 30), (100, 30)], [(50, 0)]).digit.tolist() == [UNKNOWN, ONE]


def test_the_nearest_station_is_told_with_seconds_and_metres():
    along = way(town([(0, 0), (1000, 0)]), pace=2.0)
    near = along.nearest(lonlat((300, 10), (300, 200)), lonlat((900, 0), (0, 0), (310, 500)))
    assert near.index.tolist() == [1, -1]
    assert near.seconds[0] == pytest.approx(155, abs=0.05)
    assert near.metres[0] == pytest.approx(310, abs=0.1)
    assert np.isnan(near.seconds[1])


def test_street_metres_within_reach_are_counted_inside_the_area_only():
    along = way(town([(0, 0), (500, 0)], [(500, 0), (1000, 0)], [(0, 300), (500, 300)]), limit=100.0)
    area = to_zone(
        shapely.Polygon(lonlat((0, -10), (500, -10), (500, 400), (0, 400))), along.streets.network.srid
    )
    whole, shares = street_share(along, area, [lonlat((250, 0)), lonlat((550, 0)), lonlat()])
    assert whole == pytest.approx(1000, abs=0.5)
    assert shares == pytest.approx([0.2, 0.05, 0.0], abs=1e-3)
    nowhere = to_zone(shapely.Polygon(lonlat((0, 50), (9, 50), (9, 60))), along.streets.network.srid)
    assert street_share(along, nowhere, [lonlat((250, 0))]) == (0.0, [None])


spots = st.tuples(st.integers(0, 6), st.integers(0, 6)).map(lambda at: (at[0] * 80.0, at[1] * 80.0))
drawn_streets = st.lists(
    st.tuples(spots, spots, st.sampled_from([ALL, Use.FOOT, Use.FOOT | Use.EBIKE_FORWARD])).filter(
        lambda each: each[0] != each[1]
    ),
    min_size=2,
    max_size=14,
)
somewhere = st.tuples(st.floats(-60, 540), st.floats(-60, 540))
travellers = st.sampled_from([Profile.FOOT, Profile.EBIKE])
many = st.lists(somewhere, min_size=1, max_size=8)


def of(drawn):
    return town(*([begin, finish] for begin, finish, _ in drawn), uses=[uses for *_, uses in drawn])


@settings(max_examples=30, deadline=None)
@given(
    drawn_streets,
    many,
    many,
    somewhere,
    st.tuples(somewhere, somewhere),
    st.sampled_from([Profile.FOOT, Profile.EBIKE]),
)
def test_laws_of_covering_along_streets(drawn, places, stations, more, ends, profile):
    network = of(drawn)
    along = way(network, profile=profile, limit=250.0)
    cover = states(along, places, stations)
    turned = states(along, places[::-1], stations[::-1])
    assert turned.digit.tolist() == cover.digit.tolist()[::-1]
    people = 10 * len(places)
    counted, _, unknown, whole = cover.hours[0]
    assert counted + unknown + 10 * (cover.digit == NOT_COVERED).sum() == people == whole
    before = np.isin(cover.digit, (ONE, CROSS))
    assert (np.array(covered(along, places, [*stations, more])) >= before).all()
    if ends[0] == ends[1]:
        return
    # A wall may show that a place steps onto another street than was thought; who keeps it never gains.
    walled = way(network, [wall(*ends)], profile=profile, limit=250.0)
    kept = stepping(along, places) == stepping(walled, places)
    if (stepping(along, stations) == stepping(walled, stations)).all():
        assert not (np.array(covered(walled, places, stations)) & ~before & kept).any()


def stepping(along, points):
    """Number of the edge stepped onto and the way to it, as one word for each point."""
    entries = along.enter(lonlat(*points))
    number = np.append(along.streets.network.number[along.streets.row], -1)[entries.edge]
    return np.char.add(number.astype(str), np.char.mod("@%.6f", entries.access_m))


@settings(max_examples=20, deadline=None)
@given(drawn_streets, many, many, travellers)
def test_another_engine_finds_the_same_places(drawn, places, stations, profile):
    along = way(of(drawn), profile=profile, limit=300.0)
    starts, goals = along.enter(lonlat(*places)), along.enter(lonlat(*stations))
    graph = graph_of(along.streets, starts, goals)
    found = np.zeros((len(places), len(stations)))
    close = np.zeros_like(found, dtype=bool)
    for at in np.flatnonzero(starts.placed):
        took = nx.single_source_dijkstra_path_length(graph, ("place", at))
        for to in np.flatnonzero(goals.placed):
            seconds = took.get(("station", to), np.inf)
            found[at, to], close[at, to] = seconds <= 300.0, abs(seconds - 300.0) < 1e-3
    matrix = along.reach(lonlat(*places), lonlat(*stations)).matrix.toarray()
    np.testing.assert_array_equal(matrix[~close], found[~close])


def graph_of(streets, starts, goals):
    """Every edge split at every entry, as a graph of another library."""
    graph = nx.DiGraph()

    def arc(tail, head, seconds):
        if tail != head and seconds < graph.get_edge_data(tail, head, {"weight": np.inf})["weight"]:
            graph.add_edge(tail, head, weight=seconds)

    for edge in range(len(streets.row)):
        stops = [(0.0, int(streets.start[edge])), (1.0, int(streets.end[edge]))]
        for kind, entries in (("place", starts), ("station", goals)):
            for at in np.flatnonzero(entries.edge == edge):
                stop = ("stop", edge, float(entries.fraction[at]))
                stops.append((float(entries.fraction[at]), stop))
                walk = entries.access_m[at] / streets.pace_mps
                arc(*((kind, at), stop) if kind == "place" else (stop, (kind, at)), walk)
        stops.sort(key=lambda each: each[0])
        for (low, before), (high, after) in pairwise(stops):
            seconds = (high - low) * streets.seconds[edge]
            if before == after:
                continue
            # Who stands at a junction is at it, whatever the arrows say.
            if streets.forward[edge] or low == high:
                arc(before, after, seconds)
            if streets.backward[edge] or low == high:
                arc(after, before, seconds)
    return graph
