"""Warnings about a whole batch: wrong datum, wrong county, one point for hundreds, labels that disagree."""

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from sqlalchemy.orm import Session

from geodata.crs import to_wgs84
from geodata.ingest.findings import Notes
from geodata.ingest.typed import Row
from geodata.queries import imports
from geodata.rules.imports import (
    find_crowded_places,
    find_steady_shift,
    judge_label,
    label_names_division,
    suspect_datum,
)
from geodata.vocab import Datum

_SAMPLE = 2000
_OTHERS = (Datum.WGS84, Datum.GCJ02, Datum.BD09)


def warn_outside(
    session: Session, rows: Sequence[Row], counties: Mapping[str, str], county_code: str | None, notes: Notes
) -> None:
    """Points in no loaded county, or in another than the importer's."""
    if not counties:
        if any(row.is_located for row in rows):
            notes.warn(None, None, "no_divisions")
        return
    for number, covering in imports.list_covering(session):
        if covering is None:
            notes.warn(number, "lon", "outside_county")
        elif county_code in counties and covering != county_code:
            notes.warn(number, "lon", "other_county", counties[covering], stated=counties[str(county_code)])


def warn_labels(session: Session, rows: Sequence[Row], counties: Mapping[str, str], notes: Notes) -> None:
    """Stations whose district label is not the county their point lies in; the point decides."""
    labels = {row.number: row.values["district_label"] for row in rows if "district_label" in row.values}
    if not (labels and counties):
        return
    known = list(counties.values())
    for number, covering in imports.list_covering(session):
        label = labels.get(number)
        actual = counties.get(covering) if covering else None
        code = judge_label(label, actual, known) if label else None
        if code:
            notes.warn(number, "district_label", code, label, actual=actual or "–")


def warn_crowded(rows: Sequence[Row], notes: Notes) -> None:
    """One exact point for a hundred rows or more: registered en masse, or all put on the town hall."""
    lon = np.array([row.lon for row in rows])
    lat = np.array([row.lat for row in rows])
    for positions in find_crowded_places(lon, lat):
        first = rows[int(positions[0])]
        at = f"{first.x:.8g}, {first.y:.8g}"
        notes.warn(first.number, "lon", "same_place_many", at, count=len(positions))


def warn_shift_of_points(
    session: Session,
    rows: Sequence[Row],
    datum: Datum | int,
    expected: Mapping[int, str],
    notes: Notes,
) -> None:
    """Question the datum when another one would put the outsiders back into their own divisions.

    Args:
        session: for the divisions.
        rows: typed rows with raw pairs.
        datum: as stated.
        expected: row number -> code of the division the row says it is in.
        notes: takes the finding.
    """
    judged = [row for row in rows if row.is_located and row.number in expected]
    judged = judged[:: max(1, len(judged) // _SAMPLE)]
    x, y = np.array([row.x for row in judged]), np.array([row.y for row in judged])
    _warn_datum(session, [expected[row.number] for row in judged], x, y, datum, notes)


def warn_shift_of_polygons(
    session: Session, rows: Sequence[Row], datum: Datum | int, county_code: str, notes: Notes
) -> None:
    """The same question for grids, by the vertices that stick out of their county."""
    corners = [shapely.get_coordinates(shapely.from_wkb(row.wkb)) for row in rows if row.wkb is not None]
    if not corners:
        return
    vertices = np.concatenate(corners)
    vertices = vertices[:: max(1, len(vertices) // _SAMPLE)]
    _warn_datum(session, [county_code] * len(vertices), vertices[:, 0], vertices[:, 1], datum, notes)


def _warn_datum(
    session: Session,
    codes: list[str],
    x: "np.typing.NDArray[np.float64]",
    y: "np.typing.NDArray[np.float64]",
    datum: Datum | int,
    notes: Notes,
) -> None:
    if isinstance(datum, int) or not codes:
        return

    def count(candidate: Datum) -> tuple[int, int]:
        lon, lat = to_wgs84(x.copy(), y.copy(), candidate)
        return imports.count_outside(session, codes, lon.tolist(), lat.tolist())

    total, outside = count(datum)
    if not outside:
        return
    same = {Datum.WGS84, Datum.CGCS2000} if datum in {Datum.WGS84, Datum.CGCS2000} else {datum}
    others = {str(other): count(other)[1] for other in _OTHERS if other not in same}
    if likely := suspect_datum(total, outside, others):
        notes.warn(
            None,
            None,
            "datum_suspect",
            str(datum),
            outside=outside,
            total=total,
            likely=likely,
            outside_likely=others[likely],
        )


def warn_shift_of_known(shifts: Sequence[tuple[float, float]], datum: Datum | int, notes: Notes) -> None:
    """Question the datum when known rows have all moved by one and the same datum-sized step."""
    if not shifts:
        return
    steps = np.array(shifts, dtype=np.float64)
    size_m = find_steady_shift(steps[:, 0], steps[:, 1])
    if size_m is not None:
        notes.warn(None, None, "steady_shift", str(datum), metres=round(size_m), rows=len(shifts))


def expected_divisions(
    rows: Sequence[Row], counties: Mapping[str, str], county_code: str | None
) -> dict[int, str]:
    """Which division each row says it is in: by code, by district label, else the importer's county."""
    by_label: dict[str, str | None] = {}
    expected: dict[int, str] = {}
    for row in rows:
        code = row.values.get("place_code") or row.values.get("county_code")
        label = row.values.get("district_label")
        if code is None and label:
            if label not in by_label:
                named = (c for c, name in counties.items() if label_names_division(label, name))
                by_label[label] = next(named, None)
            code = by_label[label]
        code = code or (None if label else county_code)
        if code in counties:
            expected[row.number] = str(code)
    return expected
