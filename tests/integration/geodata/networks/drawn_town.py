"""A drawn town written as the files people have: OpenStreetMap, graphml, lines.

North bank and south bank, three streets across, one bridge; metres east and north of a corner.
"""

from collections.abc import Mapping
from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Way

LON, LAT = 114.05, 22.54
M_PER_LON, M_PER_LAT = 102_880.0, 110_740.0

Point = tuple[float, float]

POINTS: Mapping[int, Point] = {
    1: (0, 0),
    2: (200, 0),
    3: (400, 0),
    4: (0, 300),
    5: (200, 300),
    6: (400, 300),
    7: (200, 150),
    8: (100, 150),
    9: (300, 150),
    20: (5000, 5000),
    21: (5100, 5000),
}
WAYS: Mapping[int, tuple[list[int], dict[str, str]]] = {
    100: ([1, 2, 3], {"highway": "residential", "name": "南岸路", "oneway": "yes", "maxspeed": "40"}),
    101: ([4, 5, 6], {"highway": "residential", "name": "北岸路"}),
    102: ([2, 7, 5], {"highway": "tertiary", "bridge": "yes", "layer": "1"}),
    # Under the bridge, through the same place without a common node.
    103: ([8, 9], {"highway": "footway"}),
    104: ([3, 6], {"highway": "motorway"}),
    105: ([1, 4], {"highway": "service", "access": "private"}),
    106: ([20, 21], {"highway": "path"}),
    107: ([1, 9], {"highway": "proposed"}),
}


def degrees(point: Point) -> Point:
    return LON + point[0] / M_PER_LON, LAT + point[1] / M_PER_LAT


def write_osm(
    path: Path,
    ways: Mapping[int, tuple[list[int], dict[str, str]]] = WAYS,
    node_tags: Mapping[int, dict[str, str]] | None = None,
    points: Mapping[int, Point] = POINTS,
) -> Path:
    """Write an extract; the ending of the name decides how."""
    path.unlink(missing_ok=True)
    tags = node_tags or {}
    with osmium.SimpleWriter(str(path)) as writer:
        for number, point in points.items():
            writer.add_node(Node(id=number, location=degrees(point), tags=tags.get(number, {})))
        for number, (nodes, way_tags) in ways.items():
            writer.add_way(Way(id=number, nodes=nodes, tags=way_tags))
    return path


GRAPHML = """<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d0" for="graph" attr.name="crs" attr.type="string"/>
<key id="d1" for="node" attr.name="x" attr.type="string"/>
<key id="d2" for="node" attr.name="y" attr.type="string"/>
<key id="d3" for="edge" attr.name="highway" attr.type="string"/>
<key id="d4" for="edge" attr.name="oneway" attr.type="string"/>
<key id="d5" for="edge" attr.name="geometry" attr.type="string"/>
<key id="d6" for="edge" attr.name="maxspeed" attr.type="string"/>
<graph edgedefault="directed"><data key="d0">{crs}</data>{nodes}{edges}</graph></graphml>
"""
NODES = {"a": (114.05, 22.54), "b": (114.052, 22.54), "c": (114.052, 22.543)}
BENT = "LINESTRING (114.052 22.54, 114.0525 22.541, 114.052 22.543)"
BENT_BACK = "LINESTRING (114.052 22.543, 114.0525 22.541, 114.052 22.54)"
EDGES = (
    ("a", "b", {"d3": "residential", "d4": "False"}),
    ("b", "a", {"d3": "residential", "d4": "False"}),
    ("b", "c", {"d3": "['tertiary', 'primary']", "d4": "False", "d5": BENT, "d6": "['40', '60']"}),
    ("c", "b", {"d3": "['tertiary', 'primary']", "d4": "False", "d5": BENT_BACK}),
    # The short cut beside the bent street, one way.
    ("c", "b", {"d3": "secondary", "d4": "True"}),
    ("a", "c", {"d3": "steps", "d4": "False"}),
)


def write_graphml(
    path: Path,
    *,
    crs: str = "epsg:4326",
    edges: tuple[tuple[str, str, dict[str, str]], ...] = EDGES,
    doctype: str = "",
) -> Path:
    nodes = "".join(
        f'<node id="{name}"><data key="d1">{x}</data><data key="d2">{y}</data></node>'
        for name, (x, y) in NODES.items()
    )
    listed = "".join(
        f'<edge source="{start}" target="{end}">'
        + "".join(f'<data key="{key}">{value}</data>' for key, value in data.items())
        + "</edge>"
        for start, end, data in edges
    )
    text = GRAPHML.format(crs=crs, nodes=nodes, edges=listed)
    path.write_text(text.replace("<graphml", f"{doctype}<graphml", 1), encoding="utf-8")
    return path
