"""Rows to files: xlsx with formulas off, csv with live cells guarded, GeoJSON, GeoPackage."""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import xlsxwriter

from geodata.export.columns import Column
from geodata.rules.file_cells import SAFE_TEXT, guard, write_cell

WKT_CELL = 32_000
"""Characters of well-known text in one workbook cell (32,767 fit); the rest goes on in 几何2, 几何3 …"""

Cells = list[Any]


@dataclass(slots=True)
class Listing:
    """A list ready to be written: columns, and rows of cells with WKB or None."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[tuple[Cells, bytes | None]]
    has_polygons: bool


def write_csv(listing: Listing, path: Path) -> int:
    """UTF-8 with byte-order mark, so that spreadsheets read Chinese; polygons as well-known text."""
    headers = [column.header for column in listing.columns] + (["几何"] if listing.has_polygons else [])
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headers)
        for cells, wkb in listing.rows:
            texts = [_csv_cell(cell) for cell in cells]
            writer.writerow([*texts, _wkt(wkb)] if listing.has_polygons else texts)
            count += 1
    return count


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    return repr(value) if isinstance(value, float) else guard(str(value))


def _wkt(wkb: bytes | None) -> str:
    return "" if wkb is None else str(shapely.to_wkt(shapely.from_wkb(wkb), rounding_precision=-1))


def write_xlsx(listing: Listing, path: Path) -> int:
    """One sheet; codes and all other text as text, numbers as numbers, no formulas, no links."""
    rows = listing.rows
    chunks = 0
    if listing.has_polygons:
        listed = [(cells, _wkt(wkb)) for cells, wkb in rows]
        chunks = max((-(-len(text) // WKT_CELL) for _, text in listed), default=1)
        table: Iterable[Cells] = (cells + _chunked(text) for cells, text in listed)
    else:
        table = (cells for cells, _ in rows)
    headers = [column.header for column in listing.columns]
    headers += ["几何" if number == 1 else f"几何{number}" for number in range(1, chunks + 1)]
    count = 0
    with xlsxwriter.Workbook(str(path), {**SAFE_TEXT, "constant_memory": True}) as book:
        sheet = book.add_worksheet(listing.title)
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        for column, header in enumerate(headers):
            is_number = column < len(listing.columns) and listing.columns[column].is_number
            sheet.set_column(column, column, 16, None if is_number else text)
            sheet.write_string(0, column, header, bold)
        sheet.freeze_panes(1, 0)
        for count, cells in enumerate(table, start=1):
            for column, value in enumerate(cells):
                write_cell(sheet, count, column, value)
    return count


def _chunked(text: str) -> Cells:
    return [text[start : start + WKT_CELL] for start in range(0, len(text), WKT_CELL)]


def write_geojson(listing: Listing, path: Path) -> int:
    """A FeatureCollection in WGS 84, every coordinate with all its digits."""
    count = 0
    names = [column.header for column in listing.columns]
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type": "FeatureCollection", "features": [')
        for cells, wkb in listing.rows:
            shape = None if wkb is None else shapely.geometry.mapping(shapely.from_wkb(wkb))
            properties = dict(zip(names, cells, strict=True))
            feature = {"type": "Feature", "properties": properties, "geometry": shape}
            file.write((",\n" if count else "\n") + json.dumps(feature, ensure_ascii=False))
            count += 1
        file.write("\n]}\n")
    return count


def write_geopackage(listing: Listing, path: Path) -> int:
    """One feature table in EPSG:4326."""
    import pyogrio.raw  # noqa: PLC0415 - half a second that only this format costs

    path.unlink(missing_ok=True)
    rows = list(listing.rows)
    geometry = np.array([wkb for _, wkb in rows], dtype=object)
    data, masks = [], []
    for position, column in enumerate(listing.columns):
        values, mask = _column([cells[position] for cells, _ in rows], column)
        data.append(values)
        masks.append(mask)
    pyogrio.raw.write(
        str(path),
        geometry=geometry,
        field_data=data,
        fields=np.array([column.header for column in listing.columns], dtype=object),
        field_mask=masks,
        geometry_type="MultiPolygon" if listing.has_polygons else "Point",
        crs="EPSG:4326",
        driver="GPKG",
        layer=listing.title,
    )
    return len(rows)


def _column(values: list[Any], column: Column) -> tuple[Any, Any]:
    """Values as one array, and where they are missing."""
    mask = np.array([value is None for value in values], dtype=bool)
    if not column.is_number:
        return np.array([None if v is None else str(v) for v in values], dtype=object), None
    kind = np.int64 if column.field.reading == "integer" else np.float64
    return np.array([0 if value is None else value for value in values], dtype=kind), mask
