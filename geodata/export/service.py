"""Lists to files that people can open, GIS programs can read, and an import takes back unchanged."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from sqlalchemy.orm import Session

from geodata.errors import InvalidInput
from geodata.export.columns import Column, Say, list_columns, value_of
from geodata.export.writers import Listing, write_csv, write_geojson, write_geopackage, write_xlsx
from geodata.queries import exports, ingest_stations
from geodata.queries.scopes import Scope

Format = Literal["xlsx", "csv", "geojson", "gpkg"]
POLYGONS = {"divisions", "grids"}

_WRITERS: dict[str, Callable[[Listing, Path], int]] = {
    "xlsx": write_xlsx,
    "csv": write_csv,
    "geojson": write_geojson,
    "gpkg": write_geopackage,
}


def export_rows(  # noqa: PLR0913 - what a person may say about a list
    session: Session,
    kind: str,
    path: Path,
    *,
    format: Format,
    county_code: str | None = None,
    with_contacts: bool = False,
    by: str = "system",
    say: Say | None = None,
    scope: Scope | None = None,
) -> int:
    """Write one list to a file. Coordinates are WGS 84 and say so; invented rows carry their mark.

    Args:
        session: read only, except for the log line when contacts go out.
        kind: ``divisions``, ``grids`` (the drawing in force), ``stations``, ``enterprises``, ``demand``,
            ``assignments`` (the current ones).
        path: overwritten.
        format: tables get Chinese headers and words, GIS files field names and codes.
        county_code: only this county.
        with_contacts: with name and phone of the enterprises' contacts; logged.
        by: who exports, for the log.
        scope: only the rows that it opens; None is everybody's.
        say: the reader's words for why and how an enterprise was assigned; codes without it.

    Returns:
        Rows written.

    Raises:
        InvalidInput: ``export_kind_unknown``, ``export_format_unknown``.
    """
    if kind not in exports.KINDS:
        raise InvalidInput("export_kind_unknown", kind=kind)
    if format not in _WRITERS:
        raise InvalidInput("export_format_unknown", format=format)
    for_people = format in {"xlsx", "csv"}
    items = ingest_stations.list_service_items(session)
    columns = list_columns(kind, for_people=for_people, items=items, with_contacts=with_contacts)
    rows = exports.iterate_rows(session, kind, county_code, scope)
    listing = Listing(str(kind), columns, _cells(rows, columns, for_people, say), kind in POLYGONS)
    count = _WRITERS[format](listing, path)
    if with_contacts and kind == "enterprises":
        after = {"rows": count, "county": county_code, "format": format}
        exports.insert_export_audit(session, actor=by, kind=kind, after=json.dumps(after))
    return count


def _cells(
    rows: Iterator[Mapping[str, Any]], columns: list[Column], for_people: bool, say: Say | None
) -> Iterator[tuple[list[Any], bytes | None]]:
    for row in rows:
        wkb = row["geom"]
        cells = [value_of(column, row, for_people=for_people, say=say) for column in columns]
        yield cells, bytes(wkb) if wkb is not None else None
