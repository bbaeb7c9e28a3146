"""Readers of GIS files: GeoJSON by a JSON parser, GeoPackage by SQLite; Shapefile has its own module.

Run only in the child process. Every reader yields row numbers from 1, cells in header order, and a
geometry or the reason why there is none.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geodata.errors import RefusedFile
from geodata.ingest import limits, shapes
from geodata.ingest.columns import FileKind, Header, read_header
from geodata.ingest.shapes import Unsound
from geodata.ingest.tables import Cells, decode
from geodata.vocab import ImportKind

Shape = Callable[[], Any]
_GPKG_ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}


@dataclass(slots=True)
class Layer:
    """A layer with its columns named; ``rows`` yields (row number, cells, a function giving the shape)."""

    format: str
    headers: list[str]
    header: Header
    rows: Iterator[tuple[int, Cells, Shape]]
    notes: dict[str, Any] = field(default_factory=dict)


def read_geojson(path: Path, kind: FileKind, services: dict[str, str]) -> Layer:
    """Read a FeatureCollection (or one Feature) with the JSON parser; links are never followed.

    Raises:
        RefusedFile: ``json_damaged``, ``geojson_not_features``.
    """
    document = _parse_json(decode(path.read_bytes())[0])
    if isinstance(document, dict) and document.get("type") == "Feature":
        document = {"type": "FeatureCollection", "features": [document]}
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise RefusedFile("geojson_not_features")
    features = document.get("features")
    if not isinstance(features, list):
        raise RefusedFile("geojson_not_features")
    headers: dict[str, None] = {}
    for feature in features:
        headers |= dict.fromkeys(_properties(feature))
        if len(headers) > limits.MAX_COLUMNS:
            raise RefusedFile("too_many_columns", limit=limits.MAX_COLUMNS)
    layer = name_columns("geojson", kind, list(headers), services, _json_rows(features, list(headers)))
    layer.notes["crs"] = _json_crs(document.get("crs"))
    return layer


def _parse_json(text: str) -> Any:
    def refuse(constant: str) -> Any:
        raise RefusedFile("json_damaged", detail=constant)

    try:
        return json.loads(text, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise RefusedFile("json_damaged", detail=f"{error.lineno}:{error.colno}") from error
    except (RecursionError, ValueError) as error:
        raise RefusedFile("json_damaged", detail="depth") from error


def _properties(feature: Any) -> dict[str, Any]:
    value = feature.get("properties") if isinstance(feature, dict) else None
    return value if isinstance(value, dict) else {}


def _json_rows(features: list[Any], headers: list[str]) -> Iterator[tuple[int, Cells, Shape]]:
    for row_number, feature in enumerate(features, start=1):
        properties = _properties(feature)
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        cells = [_json_cell(properties.get(name)) for name in headers]
        yield row_number, cells, lambda value=geometry: shapes.from_geojson(value)  # type: ignore[misc]


def _json_cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ";".join(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
        return str(value)
    return value if isinstance(value, str | int | float | bool) else json.dumps(value, ensure_ascii=False)


def _json_crs(value: Any) -> str:
    name = value.get("properties", {}) if isinstance(value, dict) else {}
    return str(name.get("name", ""))[:200] if isinstance(name, dict) else ""


def read_geopackage(path: Path, kind: FileKind, services: dict[str, str]) -> Layer:
    """Read the one feature table of a GeoPackage. Views and virtual tables are never run.

    Raises:
        RefusedFile: ``gpkg_damaged``, ``gpkg_layers``.
    """
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        table, column, srs = _gpkg_layer(connection)
        quoted = '"' + table.replace('"', '""') + '"'
        names = [row[1] for row in connection.execute(f"PRAGMA table_info({quoted})")]
        headers = [name for name in names if name != column]
        wanted = ", ".join('"' + name.replace('"', '""') + '"' for name in [*headers, column])
        cursor = connection.execute(f"SELECT {wanted} FROM {quoted} ORDER BY rowid")  # noqa: S608 - quoted above
    except sqlite3.Error as error:
        raise RefusedFile("gpkg_damaged") from error
    layer = name_columns("gpkg", kind, [_hide_key(name) for name in headers], services, _gpkg_rows(cursor))
    layer.notes["crs"] = srs
    return layer


def _hide_key(name: str) -> str:
    """The row key that GeoPackage demands is no column of the sender's."""
    return "" if name.lower() in {"fid", "ogc_fid"} else name


def _gpkg_layer(connection: sqlite3.Connection) -> tuple[str, str, str]:
    layers = connection.execute(
        "SELECT c.table_name, g.column_name, "
        "COALESCE(r.organization || ':' || r.organization_coordsys_id, '') "
        "FROM gpkg_contents c JOIN gpkg_geometry_columns g ON g.table_name = c.table_name "
        "LEFT JOIN gpkg_spatial_ref_sys r ON r.srs_id = g.srs_id "
        "JOIN sqlite_master m ON m.name = c.table_name AND m.type = 'table' "
        "AND upper(m.sql) NOT LIKE 'CREATE VIRTUAL%' WHERE c.data_type = 'features' LIMIT 10"
    ).fetchall()
    if len(layers) != 1:
        raise RefusedFile("gpkg_layers", layers=", ".join(str(row[0])[:60] for row in layers))
    return str(layers[0][0]), str(layers[0][1]), str(layers[0][2])


def _gpkg_rows(cursor: sqlite3.Cursor) -> Iterator[tuple[int, Cells, Shape]]:
    row_number = 0
    while True:
        try:
            row = cursor.fetchone()
        except sqlite3.Error as error:
            raise RefusedFile("gpkg_damaged") from error
        if row is None:
            return
        row_number += 1
        cells = [_db_cell(value) for value in row[:-1]]
        yield row_number, cells, lambda blob=row[-1]: _gpkg_geometry(blob)  # type: ignore[misc]


def _db_cell(value: Any) -> Any:
    if isinstance(value, bytes) or value is None:
        return ""
    return str(value) if isinstance(value, int) and abs(value) > 2**53 else value


def _gpkg_geometry(blob: Any) -> Any:
    if blob is None:
        raise Unsound("geometry_missing")
    if not isinstance(blob, bytes) or len(blob) < 8 or blob[:2] != b"GP":  # noqa: PLR2004 - header size
        raise Unsound("geometry_unreadable")
    envelope = _GPKG_ENVELOPES.get(blob[3] >> 1 & 0x07)
    if envelope is None:
        raise Unsound("geometry_unreadable")
    return shapes.from_wkb(blob[8 + envelope :])


def name_columns(
    format_: str,
    kind: FileKind,
    headers: list[str],
    services: dict[str, str],
    rows: Iterator[tuple[int, Cells, Shape]],
) -> Layer:
    """A layer with its columns recognised.

    Raises:
        RefusedFile: ``header_missing``.
    """
    header = read_header(kind, [name.strip()[:200] for name in headers], services)
    if not header.recognized and isinstance(kind, ImportKind):
        raise RefusedFile("header_missing", found=", ".join(headers)[:200])
    return Layer(format_, headers, header, rows)
