"""Files as offices send them, written for one test."""

import csv
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely
import xlsxwriter

WEST, SOUTH = 113.60, 34.70
"""Corner of the small county of these tests; it is 0.1 degrees wide and high."""


def square(west: float, south: float, size: float = 0.01) -> shapely.Polygon:
    return shapely.box(west, south, west + size, south + size)


def csv_file(path: Path, *rows: Sequence[Any], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def xlsx_file(path: Path, *rows: Sequence[Any]) -> Path:
    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


def geojson_file(path: Path, *features: tuple[Any, Mapping[str, Any]], **extra: Any) -> Path:
    listed = [
        {"type": "Feature", "properties": dict(properties), "geometry": json.loads(shapely.to_geojson(shape))}
        if isinstance(shape, shapely.Geometry)
        else {"type": "Feature", "properties": dict(properties), "geometry": shape}
        for shape, properties in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": listed, **extra}), encoding="utf-8")
    return path


def _gis_file(
    path: Path, driver: str, features: Sequence[tuple[Any, Mapping[str, Any]]], **options: Any
) -> None:
    names = list(features[0][1])
    pyogrio.raw.write(
        str(path),
        geometry=np.array([shapely.to_wkb(shape) for shape, _ in features], dtype=object),
        field_data=[np.array([p[name] for _, p in features], dtype=object) for name in names],
        fields=np.array(names, dtype=object),
        driver=driver,
        **options,
    )


def shapefile_zip(
    path: Path,
    *features: tuple[Any, Mapping[str, Any]],
    encoding: str = "GB18030",
    crs: str | None = "EPSG:4326",
    without: Sequence[str] = (),
    folder: str = "",
    geometry_type: str = "Polygon",
) -> Path:
    work = path.parent / f"{path.stem}_parts"
    work.mkdir()
    _gis_file(
        work / "网格.shp", "ESRI Shapefile", features, crs=crs, encoding=encoding, geometry_type=geometry_type
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(work.iterdir()):
            if part.suffix not in without:
                archive.write(part, folder + part.name)
    return path


def geopackage_file(
    path: Path,
    *features: tuple[Any, Mapping[str, Any]],
    crs: str = "EPSG:4326",
    geometry_type: str = "Polygon",
) -> Path:
    _gis_file(path, "GPKG", features, crs=crs, geometry_type=geometry_type, layer="layer")
    return path
