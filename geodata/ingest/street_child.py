"""The reading half of loading streets, run as its own process: limits on itself first, then the file.

Writes lines of JSON: the header, one line an edge
``[row, start, end, uses, class, name, km/h, bridge, tunnel, wkb hex]``, then ``{"edges": n}`` with everything
that was found. Without that last line the parent takes nothing. Never imported by the parent.
"""

import json
import os
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import shapely

from geodata import confined
from geodata.errors import RefusedFile
from geodata.ingest import archives, limits
from geodata.ingest.joining import Joined, join
from geodata.ingest.streets import StreetFile
from geodata.vocab import Datum, NetworkSource

SUFFIXES = {
    "pbf": (".pbf",),
    "osm": (".osm", ".xml"),
    "graphml": (".graphml", ".xml"),
    "zip": (".zip",),
    "gpkg": (".gpkg",),
    "geojson": (".geojson", ".json"),
}


def detect(path: Path, file_name: str) -> str:
    """Kind of file by its first bytes; a name that says something else is refused.

    Raises:
        RefusedFile: ``file_empty``, ``network_kind_unknown``, ``file_kind_differs``.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip():
        raise RefusedFile("file_empty")
    found = _kind(head)
    suffix = Path(file_name).suffix.lower()
    if found is None or not any(suffix in suffixes for suffixes in SUFFIXES.values()):
        raise RefusedFile("network_kind_unknown", name=file_name[-80:])
    if suffix not in SUFFIXES[found]:
        raise RefusedFile("file_kind_differs", name=file_name[-80:])
    return found


def _kind(head: bytes) -> str | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[4:].startswith(b"\x0a\x09OSMHeader"):
        return "pbf"
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if head.startswith(b"SQLite format 3\0"):
        return "gpkg"
    if text[:1] in {b"{", b"["}:
        return "geojson"
    if text.startswith(b"<"):
        return "graphml" if b"<graphml" in text or b":graphml" in text else "osm" if b"<osm" in text else None
    return None


def read(order: dict[str, Any], datum: Datum | int) -> StreetFile:
    """Choose the reader by content and read."""
    path = Path(order["path"])
    found = detect(path, order["file_name"])
    if found in {"pbf", "osm"}:
        from geodata.ingest.osm import read_osm  # noqa: PLC0415 - each library only for its own files

        return read_osm(path, found, within=order["within"])
    if found == "graphml":
        from geodata.ingest.graphml import read_graphml  # noqa: PLC0415

        return read_graphml(path)
    from geodata.ingest import layers, shapefiles, street_layers  # noqa: PLC0415

    if found == "zip":
        with archives.open_archive(path) as archive:
            unpacked = archives.unpack_shapefile(archive, Path(order["folder"]))
        layer = shapefiles.read_shapefile(unpacked, NetworkSource.LINES, {})
    elif found == "gpkg":
        layer = layers.read_geopackage(path, NetworkSource.LINES, {})
    else:
        layer = layers.read_geojson(path, NetworkSource.LINES, {})
    return street_layers.read_lines(layer, in_degrees=not isinstance(datum, int))


def _write(found: StreetFile, joined: Joined, sink: TextIO) -> None:
    if len(joined.streets) > limits.MAX_EDGES:
        raise RefusedFile("network_too_large", limit=limits.MAX_EDGES)
    sink.write(json.dumps({"source": found.source, "crs": found.crs, "rows": found.rows}) + "\n")
    shapes = shapely.to_wkb(joined.lines, hex=True) if len(joined.lines) else np.empty(0, dtype=object)
    ends = zip(joined.start.tolist(), joined.end.tolist(), shapes.tolist(), strict=True)
    for street, (start, end, wkb) in zip(joined.streets, ends, strict=True):
        edge = (
            street.row,
            start,
            end,
            street.uses,
            street.road_class,
            street.name,
            street.speed_kmh,
            street.is_bridge,
            street.is_tunnel,
            wkb,
        )
        sink.write(json.dumps(edge) + "\n")
    told = {
        "edges": len(joined.streets),
        "left_out": dict(found.left_out.most_common(limits.MAX_CLASSES)),
        "findings": found.findings[: limits.MAX_FINDINGS],
        "findings_total": len(found.findings),
        "almost": joined.almost[: limits.MAX_FINDINGS],
        "almost_total": len(joined.almost),
        "notes": found.notes,
    }
    sink.write(json.dumps(told) + "\n")


def main(order_path: str) -> None:
    """Read the order, then the file it names; write the answer beside the order."""
    order = json.loads(Path(order_path).read_bytes())
    confined.confine(
        seconds=order["seconds"],
        memory_bytes=limits.CHILD_MEMORY_BYTES,
        output_bytes=limits.CHILD_OUTPUT_BYTES,
    )
    datum = order["datum"] if isinstance(order["datum"], int) else Datum(order["datum"])
    with (Path(order["folder"]) / "rows.jsonl").open("w", encoding="ascii") as sink:
        try:
            found = read(order, datum)
            _write(found, join(found, datum), sink)
        except RefusedFile as refused:
            sink.write(json.dumps({"refused": refused.code, "params": refused.params}) + "\n")
        except MemoryError:
            sink.flush()
            os._exit(3)
