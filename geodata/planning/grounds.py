"""The ground of a what-if: who reaches which station, by either measure, walls and bridges included."""

from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from scipy.sparse import csc_array

from geodata.coverage.along_streets import AlongStreets, StreetMap
from geodata.coverage.reaching import Way
from geodata.network.edits import cut, link
from geodata.network.graph import make_streets, to_zone
from geodata.rules.reach import Bools, Floats
from geodata.vocab import Measure


@dataclass(frozen=True, eq=False)
class Ground:
    """How one gets from the places of a county to stations.

    ``columns`` are the county's own stations, a column each; ``station_unplaced`` those of them, and
    ``unplaced`` the places, that are too far from any street.
    """

    way: Way
    places: Floats
    columns: csc_array
    station_unplaced: Bools
    unplaced: Bools

    @property
    def is_along_streets(self) -> bool:
        """Whether walls and footbridges matter."""
        return self.way.measure == Measure.STREETS

    def reach(self, stations: Floats) -> tuple[csc_array, Bools]:
        """Columns of further stations (longitude, latitude), and which are too far from any street."""
        reached = self.way.reach(self.places, stations)
        return reached.matrix.tocsc(), reached.station_unplaced


def make_ground(way: Way, places: Floats, stations: Floats) -> Ground:
    """Measure who reaches which of the county's own stations.

    Args:
        way: the measure with its limit.
        places: longitude, latitude (EPSG:4326), shape (n, 2), NaN where not located.
        stations: the same, shape (m, 2).
    """
    reached = way.reach(places, stations)
    return Ground(
        way=way,
        places=places,
        columns=reached.matrix.tocsc(),
        station_unplaced=reached.station_unplaced,
        unplaced=reached.place_unplaced,
    )


def edit_way(
    way: AlongStreets, walls: Sequence[shapely.Geometry], bridges: Sequence[shapely.LineString]
) -> AlongStreets:
    """The streets with more walls, and with footbridges, which cross walls: that is what they are for.

    Args:
        way: streets as they are, barriers in force included.
        walls: lines and areas (EPSG:4326).
        bridges: lines (EPSG:4326), joined in this order.

    Raises:
        InvalidInput: ``link_off_street``, ``link_too_short`` with the number of the bridge.
    """
    streets = way.streets
    srid = streets.network.srid
    fresh = [to_zone(wall, srid) for wall in walls]
    network = link(cut(streets.network, fresh), [to_zone(bridge, srid) for bridge in bridges])
    every = (*streets.walls, *fresh)
    changed = make_streets(network, streets.profile, streets.pace_mps, walls=every)
    return AlongStreets(StreetMap(changed), way.limit_s, way.cap_m)
