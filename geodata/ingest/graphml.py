"""Graphml as OSMnx writes it: junctions, and an edge for each direction. Run only in the child process.

The two directed edges of a two-way street are one street here. A document type, and with it every entity, is
refused before it can grow or fetch anything.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np
import shapely

from geodata.errors import RefusedFile
from geodata.ingest.streets import Array, Street, StreetFile
from geodata.network.graph import Use
from geodata.network.ways import NOBODY, find_uses, is_above, is_below, parse_speed, turn
from geodata.vocab import NetworkSource

_NEAR = 1e-5
"""In the units of the file, relative to its size: an edge must begin where its junction is."""
_LONGEST_NAME = 200
_DEEPEST = 12


@dataclass(slots=True)
class _Edge:
    row: int
    start: str
    end: str
    data: dict[str, str]


@dataclass(slots=True)
class _Graph:
    """What the parser has heard so far."""

    keys: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    nodes: dict[str, dict[str, str]] = field(default_factory=dict)
    edges: list[_Edge] = field(default_factory=list)
    open: list[dict[str, str]] = field(default_factory=list)
    text: list[str] | None = None
    key: str = ""
    depth: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise RefusedFile("graphml_damaged", detail="depth")
        match name.rpartition(":")[2]:
            case "key":
                self.keys[attributes.get("id", "")] = attributes.get("attr.name", "")
            case "graph":
                self.open.append(self.data)
            case "node":
                self.nodes[attributes.get("id", "")] = {}
                self.open.append(self.nodes[attributes.get("id", "")])
            case "edge":
                data: dict[str, str] = {}
                ends = attributes.get("source", ""), attributes.get("target", "")
                self.edges.append(_Edge(len(self.edges) + 1, *ends, data))
                self.open.append(data)
            case "data":
                self.key = self.keys.get(attributes.get("key", ""), "")
                self.text = []

    def hear(self, text: str) -> None:
        if self.text is not None:
            self.text.append(text)

    def end(self, name: str) -> None:
        self.depth -= 1
        match name.rpartition(":")[2]:
            case "data":
                if self.open and self.key:
                    self.open[-1][self.key] = "".join(self.text or ()).strip()
                self.text = None
            case "graph" | "node" | "edge":
                self.open.pop()


def read_graphml(path: Path) -> StreetFile:
    """Read a street graph.

    Raises:
        RefusedFile: ``graphml_damaged``, ``graphml_entities``, ``graphml_no_streets``.
    """
    graph = _parse(path)
    found = StreetFile(NetworkSource.GRAPHML, rows=len(graph.edges), crs=graph.data.get("crs", ""))
    numbers = {name: number for number, name in enumerate(graph.nodes)}
    places = {name: place for name, data in graph.nodes.items() if (place := _place(data)) is not None}
    if not (graph.edges and places):
        raise RefusedFile("graphml_no_streets")
    streets = [
        street for edge in graph.edges if (street := _street(edge, places, numbers, found)) is not None
    ]
    found.streets = _pair(streets)
    return found


def _parse(path: Path) -> _Graph:
    graph = _Graph()

    def refuse(*_: Any) -> int:
        raise RefusedFile("graphml_entities")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.StartElementHandler = graph.start
    parser.EndElementHandler = graph.end
    parser.CharacterDataHandler = graph.hear
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise RefusedFile("graphml_damaged", detail=str(error)[:80]) from error
    return graph


def _place(data: Mapping[str, str]) -> tuple[float, float] | None:
    try:
        x, y = float(data["x"]), float(data["y"])
    except (KeyError, ValueError):
        return None
    return (x, y) if np.isfinite((x, y)).all() else None


def _street(
    edge: _Edge,
    places: Mapping[str, tuple[float, float]],
    numbers: Mapping[str, int],
    found: StreetFile,
) -> Street | None:
    tags = {name: _plain(value) for name, value in edge.data.items()}
    if edge.start not in places or edge.end not in places:
        found.refuse(edge.row, "edge_without_ends")
        return None
    uses = _uses(tags)
    if uses == NOBODY:
        found.left_out[tags.get("highway", "")[:40] or "?"] += 1
        return None
    xy = _line(tags.get("geometry"), places[edge.start], places[edge.end])
    if xy is None:
        found.refuse(edge.row, "edge_ends_elsewhere")
        return None
    return Street(
        row=edge.row,
        xy=xy,
        uses=int(uses),
        road_class=tags.get("highway", "road")[:40],
        name=tags.get("name", "")[:_LONGEST_NAME] or None,
        speed_kmh=parse_speed(tags.get("maxspeed")),
        is_bridge=is_above(tags),
        is_tunnel=is_below(tags),
        start=numbers[edge.start],
        end=numbers[edge.end],
    )


def _plain(value: str) -> str:
    """The first of a list of tags, which OSMnx writes where it joined ways: ``['service', 'primary']``."""
    if not value.startswith("["):
        return value
    try:
        items = ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return value
    return str(items[0]) if isinstance(items, list) and items else value


def _uses(tags: dict[str, str]) -> Use:
    """An edge runs the way it may be used; its opposite is an edge of its own, or it is two-way."""
    is_oneway = tags.get("oneway", "").lower() in {"true", "yes", "1", "-1", "reverse"}
    return find_uses(tags | {"oneway": "yes" if is_oneway else "no"})


def _line(text: str | None, start: tuple[float, float], end: tuple[float, float]) -> Array | None:
    """The corners from junction to junction; ``None`` when the edge is drawn elsewhere or has no length."""
    ends = np.array([start, end])
    if not text:
        return None if start == end else ends
    try:
        shape = shapely.from_wkt(text)
    except (shapely.errors.ShapelyError, ValueError, TypeError):
        return None
    if shape is None or shape.geom_type != "LineString":
        return None
    xy: Array = shapely.get_coordinates(shape)
    return _from_to(xy, ends) if len(xy) and np.isfinite(xy).all() else None


def _from_to(xy: Array, ends: Array) -> Array | None:
    near = _NEAR * max(1.0, float(np.abs(ends).max()) / 180.0)
    for drawn in (xy, xy[::-1].copy()):
        if np.abs(drawn[[0, -1]] - ends).max() <= near:
            return drawn
    return None


def _pair(streets: list[Street]) -> list[Street]:
    """Both directions of a street as one: the same line the other way round."""
    kept: dict[tuple[int, int, bytes], Street] = {}
    for street in streets:
        against = street.xy[::-1]
        other = kept.get((street.end, street.start, _key(against)))
        if other is None:
            kept.setdefault((street.start, street.end, _key(street.xy)), street)
        else:
            other.uses |= int(turn(Use(street.uses)))
    return list(kept.values())


def _key(xy: Array) -> bytes:
    return np.round(xy, 7).tobytes()
