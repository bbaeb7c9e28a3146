"""Layers of drawn street lines: columns to tags, tags to who may use them. Run only in the child process."""

from typing import Any

import numpy as np

from geodata.ingest import shapes
from geodata.ingest.layers import Layer
from geodata.ingest.streets import Street, StreetFile
from geodata.ingest.values import plain_text
from geodata.network.ways import BY_CLASS, NOBODY, find_uses, is_above, is_below, parse_speed
from geodata.rules.imports import find_point_problems, mentions_person
from geodata.rules.street_words import read_level, read_tags
from geodata.vocab import NetworkSource

_LONGEST_NAME = 200


def read_lines(layer: Layer, *, in_degrees: bool) -> StreetFile:
    """The streets of an opened layer, not joined yet; what cannot be taken is told row by row."""
    found = StreetFile(NetworkSource.LINES, is_joined=False, crs=str(layer.notes.get("crs", "")))
    found.notes = {"unknown": layer.header.unknown, "repeated": layer.header.repeated}
    fields = layer.header.fields
    for row, cells, shape in layer.rows:
        found.rows += 1
        known = {
            name: cell for name, cell in zip(fields, cells, strict=False) if name and cell not in ("", None)
        }
        try:
            parts = shapes.accept_lines(shape())
        except shapes.Unsound as unsound:
            code, params = unsound.problem
            found.refuse(row, code, None, **params)
            continue
        if in_degrees and (problem := _misplaced(np.concatenate(parts))):
            found.refuse(row, problem)
            continue
        found.streets += _streets(row, known, parts, found)
    return found


def _misplaced(xy: Any) -> str:
    problems = set(find_point_problems(xy[:, 0], xy[:, 1])) - {""}
    if not problems:
        return ""
    return "geometry_coordinates_swapped" if problems == {"coordinates_swapped"} else "geometry_out_of_range"


def _streets(row: int, cells: dict[str, Any], parts: list[Any], found: StreetFile) -> list[Street]:
    tags, odd = read_tags({name: plain_text(cell) for name, cell in cells.items()}, BY_CLASS)
    for name in odd:
        code = "street_class_unknown" if name == "road_class" else "street_word_unknown"
        found.warn(row, code, plain_text(cells[name])[:80])
    uses = find_uses(tags)
    if uses == NOBODY:
        found.left_out[tags["highway"]] += 1
        return []
    level = read_level(cells.get("level"))
    if level is None:
        found.warn(row, "street_word_unknown", plain_text(cells["level"])[:80])
    name = plain_text(cells.get("name"))[:_LONGEST_NAME]
    return [
        Street(
            row=row,
            xy=xy,
            uses=int(uses),
            road_class=tags["highway"],
            name=None if not name or mentions_person(name) else name,
            speed_kmh=parse_speed(tags.get("maxspeed")),
            is_bridge=is_above(tags),
            is_tunnel=is_below(tags),
            level=level or 0,
        )
        for xy in parts
    ]
