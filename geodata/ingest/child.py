"""The reading half of an import, run as its own process: limits on itself first, then the file.

Writes lines of JSON: the header, one line a row ``[number, cells, wkb hex or null, problem or null]``,
then ``{"rows": n}``. Without that last line the parent takes nothing. Never imported by the parent.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from geodata import confined
from geodata.errors import RefusedFile
from geodata.ingest import archives, limits
from geodata.ingest.tables import Cells, Sheet, read_csv, read_xlsx
from geodata.rules.file_fields import POLYGON_KINDS
from geodata.vocab import ImportKind

OLE2 = b"\xd0\xcf\x11\xe0"
SUFFIXES = {
    "zip": (".zip", ".xlsx"),
    "gpkg": (".gpkg",),
    "geojson": (".geojson", ".json"),
    "csv": (".csv", ".txt", ".tsv"),
}

Row = tuple[int, Cells, str | None, Any]


def confine(seconds: int) -> bool:
    """Take away memory, time, room and, where the kernel lets us, the network; whether it did."""
    return confined.confine(
        seconds=seconds, memory_bytes=limits.CHILD_MEMORY_BYTES, output_bytes=limits.CHILD_OUTPUT_BYTES
    )


def detect(path: Path, file_name: str) -> str:
    """Kind of file by its first bytes; a name that says something else is refused.

    Raises:
        RefusedFile: ``file_empty``, ``file_kind_old_excel``, ``file_kind_unknown``, ``file_kind_differs``.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip():
        raise RefusedFile("file_empty")
    if head.startswith(OLE2):
        raise RefusedFile("file_kind_old_excel")
    if head.startswith(b"PK\x03\x04"):
        found = "zip"
    elif head.startswith(b"SQLite format 3\0"):
        found = "gpkg"
    elif head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}:
        found = "geojson"
    elif b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RefusedFile("file_kind_unknown")
    else:
        found = "csv"
    suffix = Path(file_name).suffix.lower()
    if suffix not in SUFFIXES[found]:
        known = any(suffix in suffixes for suffixes in SUFFIXES.values())
        raise RefusedFile("file_kind_differs" if known else "file_kind_unknown", name=file_name[-80:])
    return found


def read(path: Path, file_name: str, kind: ImportKind, services: dict[str, str], folder: Path) -> Any:
    """Choose the reader by content and open the file."""
    found = detect(path, file_name)
    if found == "csv":
        return read_csv(path, kind, services)
    if found == "zip":
        with archives.open_archive(path) as archive:
            is_workbook = archives.is_workbook(archive)
            if is_workbook != file_name.lower().endswith(".xlsx"):
                raise RefusedFile("file_kind_differs", name=file_name[-80:])
            if is_workbook:
                return read_xlsx(path, kind, services)
            unpacked = archives.unpack_shapefile(archive, folder)
    from geodata.ingest import layers, shapefiles  # noqa: PLC0415 - shapely costs a table nothing

    if found == "zip":
        return shapefiles.read_shapefile(unpacked, kind, services)
    if found == "gpkg":
        return layers.read_geopackage(path, kind, services)
    return layers.read_geojson(path, kind, services)


def rows_of(source: Any, kind: ImportKind) -> Iterator[Row]:
    """Rows with their geometry judged; a table's geometry is the text of its geometry columns."""
    polygons = kind in POLYGON_KINDS
    if isinstance(source, Sheet):
        yield from _table_rows(source, polygons)
        return
    from geodata.ingest import shapes  # noqa: PLC0415

    for number, cells, shape in source.rows:
        try:
            yield number, cells, shapes.accept(shape(), polygons=polygons).hex(), None
        except shapes.Unsound as unsound:
            yield number, cells, None, unsound.problem


def _table_rows(sheet: Sheet, polygons: bool) -> Iterator[Row]:
    places = [i for i, name in enumerate(sheet.header.fields) if _is_geometry(name)]
    places.sort(key=lambda i: int(sheet.header.fields[i].partition("+")[2] or 1))
    if not (places and polygons):
        for number, cells in sheet.rows:
            yield number, cells, None, None
        return
    from geodata.ingest import shapes  # noqa: PLC0415

    for number, cells in sheet.rows:
        text = "".join(str(cells[i]) for i in places if i < len(cells)).strip()
        try:
            wkb = shapes.accept(shapes.from_wkt(text), polygons=True).hex() if text else None
            yield number, cells, wkb, None
        except shapes.Unsound as unsound:
            yield number, cells, None, unsound.problem


def _is_geometry(name: str) -> bool:
    return name.partition("+")[0] == "geometry"


def _handed(cells: Cells, kept: list[int]) -> Cells:
    """The cells of known columns; what nobody asked for does not travel."""
    chosen = [cells[i] if i < len(cells) else "" for i in kept]
    return [cell[: limits.HANDED_CHARACTERS] if isinstance(cell, str) else cell for cell in chosen]


def _write(source: Any, kind: ImportKind, sink: TextIO) -> None:
    names = source.header.fields
    kept = [i for i, name in enumerate(names) if name and not _is_geometry(name)]
    is_table = isinstance(source, Sheet)
    head = {
        "format": source.format,
        "fields": [names[i] for i in kept],
        "headers": [str(header)[:200] for header in source.headers],
        "unknown": source.header.unknown,
        "repeated": source.header.repeated,
        "has_geometry": not is_table or any(_is_geometry(name) for name in names),
        "notes": source.notes,
    }
    sink.write(json.dumps(head) + "\n")
    count = 0
    for number, cells, wkb, problem in rows_of(source, kind):
        count += 1
        if count > limits.MAX_ROWS:
            raise RefusedFile("too_many_rows", limit=limits.MAX_ROWS)
        sink.write(json.dumps((number, _handed(cells, kept), wkb, problem)) + "\n")
    sink.write(json.dumps({"rows": count}) + "\n")


def main(order_path: str) -> None:
    """Read the order, then the file it names; write the answer beside the order."""
    order = json.loads(Path(order_path).read_bytes())
    confine(order["seconds"])
    folder = Path(order["folder"])
    kind = ImportKind(order["kind"])
    with (folder / "rows.jsonl").open("w", encoding="ascii") as sink:
        try:
            source = read(Path(order["path"]), order["file_name"], kind, order["services"], folder)
            _write(source, kind, sink)
        except RefusedFile as refused:
            sink.write(json.dumps({"refused": refused.code, "params": refused.params}) + "\n")
        except MemoryError:
            sink.flush()
            os._exit(3)
