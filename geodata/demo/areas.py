"""Invented assessment areas: the built-up part of each county, drawn round its dense blocks."""

from typing import NamedTuple

import numpy as np
import shapely

from geodata.demo.density import town_density
from geodata.demo.frame import to_plane
from geodata.demo.lattice import Lattice
from geodata.demo.sources import MAIN_COUNTY, read_counties

_BUILT_UP_DENSITY = {MAIN_COUNTY: 0.75}
_USUAL_DENSITY = 0.42


class Area(NamedTuple):
    """One assessment area, in degrees."""

    county_code: str
    name: str
    geom: shapely.Geometry


def draw_areas(lattice: Lattice) -> list[Area]:
    """One area a county: its largest connected patch of dense blocks, without holes."""
    degrees = lattice.degrees()
    outlines = np.array(
        [shapely.polygons(degrees[lattice.ring(block.corners)]) for block in lattice.blocks], dtype=object
    )
    density = town_density(to_plane(shapely.get_coordinates(shapely.centroid(outlines))))
    areas = []
    for county in read_counties():
        dense = density >= _BUILT_UP_DENSITY.get(county.code, _USUAL_DENSITY)
        near = outlines[dense & shapely.intersects(county.geom, outlines)]
        built_up = shapely.intersection(shapely.union_all(near), county.geom)
        patch = max(shapely.get_parts(built_up), key=shapely.area)
        name = "东部建成区（示意）" if county.code == MAIN_COUNTY else "建成区（示意）"
        areas.append(Area(county.code, name, shapely.polygons(shapely.get_exterior_ring(patch))))
    return areas
