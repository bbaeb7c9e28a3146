"""Files are read in a child process that can be killed, cannot reach the network and sees a small machine.

Whatever happens to the child (crash, memory, time), the parent says that the file was refused.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geodata.confined import run_child
from geodata.errors import RefusedFile
from geodata.ingest import limits
from geodata.vocab import ImportKind

_OTHER_DRIVERS = (
    "MEM,PCIDSK,PDS4,VICAR,PDF,MBTiles,EEDA,OGCAPI,GDALG,MapInfo File,LVBAG,S57,DGN,OGR_VRT,CSV,GML,GPX,"
    "LIBKML,KML,GeoJSON,GeoJSONSeq,ESRIJSON,TopoJSON,OGR_GMT,GPKG,SQLite,WAsP,OpenFileGDB,DXF,FlatGeobuf,GeoRSS,VFK,"
    "PGDUMP,OSM,GPSBabel,OGR_PDS,WFS,OAPIF,EDIGEO,Idrisi,ODS,XLSX,Elasticsearch,Carto,AmigoCloud,SXF,Selafin,"
    "JML,PLSCENES,CSW,VDV,MVT,NGW,MapML,GTFS,PMTiles,JSONFG,MiraMonVector,ADBC,AVCBin,AVCE00,AIVector,HTTP,"
    "Parquet,Arrow,PostgreSQL,MySQL,MSSQLSpatial,ODBC,NAS,GMLAS,netCDF,HDF5,VRT,WMS,WCS,WMTS"
)
ENVIRONMENT = {
    "OGR_SKIP": _OTHER_DRIVERS,
    "GDAL_SKIP": _OTHER_DRIVERS.replace(",", " "),
    "GDAL_HTTP_PROXY": "127.0.0.1:9",
    "GDAL_DISABLE_READDIR_ON_OPEN": "FALSE",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_DRIVER_PATH": "disable",
    "PROJ_NETWORK": "OFF",
}
"""What GDAL and PROJ of a child may do: nothing but read the one file."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as delivered: text stays text, numbers numbers; ``wkb`` is in the file's coordinates."""

    number: int
    cells: list[Any]
    wkb: bytes | None
    problem: tuple[str, dict[str, Any]] | None


@dataclass(frozen=True, slots=True)
class RawTable:
    """What the child read. ``fields`` names each cell of a row; ``headers`` are all the sender's."""

    format: str
    fields: list[str]
    headers: list[str]
    unknown: list[str]
    repeated: list[str]
    has_geometry: bool
    notes: dict[str, Any]
    rows: list[RawRow]


def read_table(
    path: Path, kind: ImportKind, *, file_name: str, services: Mapping[str, str] | None = None
) -> RawTable:
    """Read a stranger's file in a confined child process.

    Args:
        path: the file, wherever the caller put it.
        kind: what it brings; decides which headers are known.
        file_name: the sender's name, whose ending must fit the content.
        services: header -> ``service:<item>`` for stations.

    Raises:
        RefusedFile: ``file_too_large``, ``file_too_slow``, ``file_unreadable`` or a reader's own code.
    """
    if not path.is_file():
        raise RefusedFile("file_unreadable")
    size = path.stat().st_size
    if size > limits.MAX_FILE_BYTES:
        raise RefusedFile("file_too_large", limit_mb=limits.MAX_FILE_BYTES // limits.MIB)
    seconds = limits.child_seconds(size)
    with tempfile.TemporaryDirectory(prefix="tenmin-import-") as folder:
        order = {
            "path": str(path.resolve()),
            "file_name": file_name,
            "kind": kind,
            "services": dict(services or {}),
            "folder": folder,
            "seconds": seconds,
        }
        _run(order, seconds)
        return _collect(Path(folder) / "rows.jsonl")


def _run(order: dict[str, Any], seconds: int) -> None:
    order_path = Path(order["folder"]) / "order.json"
    order_path.write_text(json.dumps(order), encoding="ascii")
    run_child(
        "geodata.ingest.child",
        order_path,
        folder=Path(order["folder"]),
        seconds=seconds,
        environment=ENVIRONMENT,
    )


def _collect(path: Path) -> RawTable:
    try:
        with path.open(encoding="ascii") as lines:
            head = checked(next(lines, ""))
            rows, ended = _rows(lines)
    except (OSError, ValueError) as error:
        raise RefusedFile("file_unreadable") from error
    if not ended:
        raise RefusedFile("file_unreadable")
    return RawTable(rows=rows, **{key: head[key] for key in RawTable.__slots__ if key != "rows"})


def _rows(lines: Iterator[str]) -> tuple[list[RawRow], bool]:
    rows: list[RawRow] = []
    for line in lines:
        value = checked(line)
        if isinstance(value, dict):
            return rows, value.get("rows") == len(rows)
        number, cells, wkb, problem = value
        rows.append(
            RawRow(
                number,
                cells,
                bytes.fromhex(wkb) if wkb else None,
                (problem[0], problem[1]) if problem else None,
            )
        )
    return rows, False


def checked(line: str) -> Any:
    """One line of a child's answer.

    Raises:
        RefusedFile: the child refused the file.
    """
    value = json.loads(line)
    if isinstance(value, dict) and "refused" in value:
        raise RefusedFile(str(value["refused"]), **value["params"])
    return value
