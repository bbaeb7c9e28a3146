"""Shapefiles: GDAL's one driver, after our own check that the files agree. Run only in the child process."""

import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from geodata.errors import RefusedFile
from geodata.ingest import shapes
from geodata.ingest.columns import FileKind
from geodata.ingest.layers import Layer, Shape, name_columns
from geodata.ingest.shapes import Unsound
from geodata.ingest.tables import Cells

_MAGIC = b"\x00\x00\x27\x0a"
_HEADER_BYTES = 100


def read_shapefile(path: Path, kind: FileKind, services: dict[str, str]) -> Layer:
    """Read an unpacked shapefile, after its three files were found to agree with each other.

    Raises:
        RefusedFile: ``shapefile_damaged``.
    """
    count = check_shapefile(path)
    encoding = _dbf_encoding(path)
    driver = _only_shapefile_driver()
    try:
        meta, _, geometry, columns = driver.raw.read(str(path), encoding=encoding, force_2d=True)
    except Exception as error:
        raise RefusedFile("shapefile_damaged") from error
    if geometry is None or len(geometry) != count:
        raise RefusedFile("shapefile_damaged")
    headers = [str(name) for name in meta["fields"]]
    layer = name_columns("shapefile", kind, headers, services, _shape_rows(geometry, columns))
    layer.notes |= {"encoding": encoding.lower(), "crs": _projection(path.with_suffix(".prj"))}
    return layer


def check_shapefile(path: Path) -> int:
    """Number of records, when shp, shx and dbf tell the same and fit their lengths.

    GDAL returns rows without geometry for truncated or lying records, and says nothing.

    Raises:
        RefusedFile: ``shapefile_damaged``.
    """
    try:
        shp, shx = path.read_bytes(), path.with_suffix(".shx").read_bytes()
        with path.with_suffix(".dbf").open("rb") as file:
            records, header_size, record_size = struct.unpack("<4xIHH", file.read(12))
            dbf_size = file.seek(0, 2)
        is_sound = dbf_size >= header_size + records * record_size and _agree(shp, shx, records)
    except (ValueError, struct.error, OSError) as error:
        raise RefusedFile("shapefile_damaged") from error
    if not is_sound:
        raise RefusedFile("shapefile_damaged")
    return int(records)


def _agree(shp: bytes, shx: bytes, records: int) -> bool:
    """Whether index and shapes have the stated records, each where and as long as the index says."""
    if shp[:4] != _MAGIC or shx[:4] != _MAGIC or (len(shx) - _HEADER_BYTES) % 8:
        return False
    index = np.frombuffer(shx, dtype=">i4", offset=_HEADER_BYTES).reshape(-1, 2).astype(np.int64) * 2
    starts, sizes = index[:, 0], index[:, 1]
    if len(index) != records or struct.unpack(">I", shp[24:28])[0] * 2 != len(shp):
        return False
    if records and (starts.min() < _HEADER_BYTES or (starts + 8 + sizes).max() > len(shp)):
        return False
    stated = (struct.unpack_from(">i", shp, start + 4)[0] * 2 for start in starts.tolist())
    return all(size == told for size, told in zip(sizes.tolist(), stated, strict=True))


def _dbf_encoding(path: Path) -> str:
    """The encoding named by .cpg; without one, UTF-8 if every byte agrees, else GB18030."""
    cpg = path.with_suffix(".cpg")
    named = cpg.read_bytes()[:40].decode("ascii", "ignore").strip().upper() if cpg.exists() else ""
    if named in {"UTF-8", "UTF8", "65001"}:
        return "UTF-8"
    if named in {"GBK", "GB2312", "GB18030", "CP936", "936", "EUC-CN", "ANSI 936", "OEM 936"}:
        return "GB18030"
    try:
        path.with_suffix(".dbf").read_bytes()[32:].decode("utf-8")
    except UnicodeError:
        return "GB18030"
    return "UTF-8"


def _only_shapefile_driver() -> Any:
    """Import pyogrio without pandas (slow), with the one driver that OGR_SKIP (in the environment) leaves."""
    sys.modules.setdefault("geopandas", None)  # type: ignore[arg-type]
    sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]
    import pyogrio  # noqa: PLC0415 - after the environment is set
    import pyogrio.raw  # noqa: PLC0415

    return pyogrio


def _shape_rows(geometry: Any, columns: list[Any]) -> Iterator[tuple[int, Cells, Shape]]:
    for position in range(len(geometry)):
        cells = [_numpy_cell(column[position]) for column in columns]
        yield position + 1, cells, lambda wkb=geometry[position]: _shape(wkb)  # type: ignore[misc]


def _shape(wkb: Any) -> Any:
    if wkb is None:
        raise Unsound("geometry_missing")
    return shapes.from_wkb(wkb)


def _numpy_cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, np.datetime64):
        return "" if np.isnat(value) else str(value)[:10]
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, float) and not np.isfinite(plain):
        return ""
    return plain if isinstance(plain, str | int | float | bool) else str(plain)


def _projection(path: Path) -> str:
    return path.read_bytes()[:20_000].decode("utf-8", "ignore") if path.exists() else ""
