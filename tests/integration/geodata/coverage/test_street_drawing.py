"""Streets in reach as lines, and the reach of one station."""

import numpy as np
import pytest

from geodata.coverage.question import CoverageQuestion
from geodata.coverage.street_drawing import describe_reach, draw_served
from geodata.errors import InvalidInput, NotFound
from geodata.rules.reach import geodesic_m
from tests.integration.geodata.coverage.drawn_network import store_network
from tests.integration.geodata.coverage.small_county import ALL_WEEK, AS_OF, COUNTY, away
from tests.unit.geodata.rules.test_polyline import decode

MILE = (113.52, 34.74)
QUESTION = CoverageQuestion(COUNTY, minute=600, as_of=AS_OF)


def east(metres, north=0.0):
    lon, lat = away(*MILE, 90 if metres >= 0 else 270, abs(metres))
    return away(lon, lat, 0 if north >= 0 else 180, abs(north)) if north else (lon, lat)


@pytest.fixture
def street(county, session):
    """One street of 3 km with a station that counts at its middle and one of unknown hours 1 km east."""
    store_network(session, [east(-1500), east(0)], [east(0), east(1500)])
    county.middle = county.station(*east(0, 10), hours=ALL_WEEK).id
    county.station(*east(1000))
    county.demand(*east(300), people=10)
    county.demand(*east(0, 300), people=70)
    county.demand(people=5)
    return county


def metres(lines):
    total = 0.0
    for line in lines:
        points = np.array(decode(line)) / 1e5
        total += float(geodesic_m(points[:-1], points[1:]).sum())
    return total


def test_streets_are_told_by_what_is_reached_from_them(street, session):
    drawn = draw_served(session, QUESTION)
    # 667 m less 10 m to the door either way; the other station's reach less what both have.
    assert metres(drawn["lines"]["one"]) == pytest.approx(2 * 656.7, abs=4)
    assert metres(drawn["lines"]["unknown"]) == pytest.approx(500 + 343.3, abs=4)
    assert drawn["lines"]["cross"] == []
    assert (drawn["limit_s"], drawn["question"]["measure"]) == (600, "streets")


def test_shut_stations_serve_no_street(street, session):
    street.station(*east(-1200, 10), hours=[])
    night = draw_served(session, CoverageQuestion(COUNTY, minute=600, as_of=AS_OF, services=("toilet",)))
    assert night["lines"]["one"] == []


def test_reach_of_a_station_counts_people_by_both_measures(street, session):
    told = describe_reach(session, street.middle, "walk_10", AS_OF)
    assert (told["straight"], told["streets"]) == ({"people": 80, "places": 2}, {"people": 10, "places": 1})
    assert metres(told["lines"]["one"]) == pytest.approx(2 * 656.7, abs=4)
    only_straight = describe_reach(session, street.middle, "neighbourhood_10", AS_OF)
    assert (only_straight["straight"]["people"], only_straight["streets"]) == (80, None)


def test_a_station_too_far_from_the_street_says_how_far(street, session):
    far = street.station(*east(200, 250), hours=ALL_WEEK)
    told = describe_reach(session, far.id, "walk_10", AS_OF)
    assert told["streets"] is None
    assert told["off_network_m"] == pytest.approx(250, abs=0.2)


def test_without_network_or_position_nothing_is_told_and_nothing_invented(county, session):
    placed, lost = county.station(*east(0), hours=ALL_WEEK), county.station()
    told = describe_reach(session, placed.id, "walk_10", AS_OF)
    assert (told["straight"], told["streets"]) == ({"people": 0, "places": 0}, None)
    assert describe_reach(session, lost.id, "walk_10", AS_OF)["straight"] is None
    with pytest.raises(InvalidInput, match="no_network"):
        draw_served(session, QUESTION)
    for station, rule, code in ((10**9, "walk_10", "station_not_found"), (lost.id, "x", "rule_not_found")):
        with pytest.raises(NotFound, match=code):
            describe_reach(session, station, rule, AS_OF)
