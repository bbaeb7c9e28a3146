"""5,000 invented enterprises over 12 counties, among them every awkward case a real list brings."""

from collections.abc import Iterator

import shapely

from geodata.demo import awkward
from geodata.demo.firms import Firm, FirmMaker
from geodata.demo.frame import generator
from geodata.demo.grids import GridPlan
from geodata.demo.lattice import Lattice
from geodata.demo.scatter import Scatterer
from geodata.demo.sources import MAIN_COUNTY, County, read_counties

# How many rows carry each county's code; the 17 beyond the city belong to the main county's list.
ENTERPRISES = {
    MAIN_COUNTY: 1300,
    "410103": 620,
    "410104": 560,
    "410105": 760,
    "410106": 180,
    "410108": 240,
    "410122": 260,
    "410181": 350,
    "410182": 240,
    "410183": 190,
    "410184": 200,
    "410185": 100,
}
_RURAL = frozenset({"410122", "410181", "410182", "410183", "410184", "410185"})
_CROWDING = 0.95


def invent_enterprises(lattice: Lattice, plan: GridPlan) -> list[Firm]:
    """All rows of the enterprise file, in file order; the same every time."""
    maker = FirmMaker(generator("enterprises"))
    firms: list[Firm] = []
    for county in read_counties():
        scatter = Scatterer(lattice, county, keep_off=_borders(plan, county), crowding=_CROWDING)
        special = list(awkward.placed(maker, county, plan)) if county.code == MAIN_COUNTY else []
        special += [*awkward.in_exclusive(maker, county, plan), *awkward.unplaced(maker, county, plan)]
        ordinary = list(_ordinary(maker, county, scatter, ENTERPRISES[county.code] - len(special)))
        firms += special + ordinary
    firms = awkward.with_wrong_codes(maker.rng, awkward.with_branches(maker, firms))
    return awkward.registered_elsewhere(maker.rng, firms)


def _borders(plan: GridPlan, county: County) -> shapely.Geometry:
    """All lines of the county's grids and the gap: ordinary firms are never in doubt."""
    return shapely.union_all([shapely.boundary(grid.geom) for grid in plan.of(county.code)] + [plan.gap])


def _ordinary(maker: FirmMaker, county: County, scatter: Scatterer, count: int) -> Iterator[Firm]:
    places = scatter.draw(maker.rng, count)
    for lon, lat in places.tolist():
        yield maker.make(county.code, county.name, (lon, lat), is_rural=county.code in _RURAL)
