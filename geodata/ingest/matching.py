"""Staged rows meet the stored ones: county, doubts about the place, and who is who by natural key."""

from collections.abc import Callable

from geodata.errors import RefusedFile
from geodata.ingest import plausibility
from geodata.ingest.duplicates import ADDRESSES
from geodata.ingest.work import Work
from geodata.queries import imports, ingest_demand, ingest_grids, ingest_stations
from geodata.vocab import ImportKind, VersionStatus

OPEN_VERSIONS = {VersionStatus.DRAFT, VersionStatus.INVALID, VersionStatus.CHECKED}
"""States in which grids may still come in or go."""


def match_rows(work: Work) -> None:
    """Find for every staged row the stored one it updates, and note what is doubtful about its place.

    Raises:
        RefusedFile: grids only: ``version_not_draft``, ``county_missing``, ``several_counties``.
    """
    _MATCH[work.kind](work)


def refuse_foreign(work: Work) -> None:
    """Leave out rows that lie in, or belong to, a county that is not the importer's.

    Raises:
        RefusedFile: ``county_not_yours``, when a whole drawing is of another county.
    """
    if work.counties is None or not work.rows:
        return
    if work.kind is ImportKind.GRIDS:
        county = _grid_county(work)
        if county not in work.counties:
            raise RefusedFile("county_not_yours", county=county)
        return
    column = "left(s.code, 6)" if work.kind is ImportKind.DIVISIONS else "s.county_code"
    stored = "left(t.code, 6)" if work.kind is ImportKind.DIVISIONS else "t.county_code"
    foreign = imports.list_foreign(
        work.session, work.target, brought=column, stored=stored, counties=sorted(work.counties)
    )
    for number, named in foreign:
        work.notes.refuse(number, "county_code", "county_not_yours", named, county=named or "—")
    work.drop({number for number, _ in foreign})


def _match_divisions(work: Work) -> None:
    _refuse_invalid(work)
    imports.match_by_column(work.session, work.target, "code", "t.valid_to IS NULL")


def _match_grids(work: Work) -> None:
    _refuse_invalid(work)
    if not work.rows:
        return
    county = _grid_county(work)
    refused = [row for row in work.rows if row.values.get("county_code", county) != county]
    for row in refused:
        work.notes.refuse(
            row.number, "county_code", "county_differs", row.values["county_code"], county=county
        )
    work.drop({row.number for row in refused})
    label = str(work.version_label)
    version = ingest_grids.find_version(work.session, county, label)
    if version is not None and version.status not in OPEN_VERSIONS:
        raise RefusedFile("version_not_draft", version=label, status=version.status)
    if version is None:
        version = ingest_grids.create_version(
            work.session, county, label, by=work.by, is_invented=work.is_invented
        )
    work.version_id = version.id
    ingest_grids.identify_grids(work.session, county, version.id)
    for number in ingest_grids.list_outside_county(work.session, county):
        work.notes.warn(number, "geometry", "outside_county")
    plausibility.warn_shift_of_polygons(work.session, work.rows, work.datum, county, work.notes)


def _grid_county(work: Work) -> str:
    """The one county of a grids file: asked for, stated in every row, or the one that covers them."""
    if work.county_code:
        return work.county_code
    stated = sorted({row.values["county_code"] for row in work.rows if "county_code" in row.values})
    counties = stated or ingest_grids.find_common_county(work.session)
    if len(counties) != 1:
        raise RefusedFile("several_counties" if counties else "county_missing", counties=", ".join(counties))
    return counties[0]


def _match_stations(work: Work) -> None:
    hours = (
        (row.number, *opening) for row in work.rows if row.openings is not None for opening in row.openings
    )
    services = ((row.number, item, *value) for row in work.rows for item, value in row.offered.items())
    ingest_stations.stage_details(work.session, hours, services)
    _locate(work)
    imports.match_by_column(work.session, work.target, "code")
    condition = "s.code IS NULL OR t.code LIKE 'auto-%'"
    imports.match_by_place(work.session, work.target, ADDRESSES[work.kind], condition)
    ingest_stations.give_codes(work.session)
    ingest_stations.mark_hours(work.session)


def _match_enterprises(work: Work) -> None:
    _locate(work)
    imports.match_by_column(work.session, work.target, "uscc")
    condition = "s.uscc IS NULL OR t.uscc IS NULL"
    imports.match_by_place(work.session, work.target, ADDRESSES[work.kind], condition)


def _match_demand(work: Work) -> None:
    hours = (
        (row.number, *opening) for row in work.rows if row.openings is not None for opening in row.openings
    )
    ingest_demand.stage_hours(work.session, hours)
    _locate(work)
    same_county = "s.county_code IS NOT DISTINCT FROM t.county_code"
    imports.match_by_column(work.session, work.target, "code", same_county)
    condition = "s.code IS NULL OR t.code IS NULL"
    imports.match_by_place(work.session, work.target, ADDRESSES[work.kind], condition)


def _refuse_invalid(work: Work) -> None:
    """The database has the last word on shapes: its GEOS is older, and conversion may pinch a sliver."""
    faults = imports.take_invalid_shapes(work.session)
    for number, fault in faults:
        work.notes.refuse(number, "geometry", "geometry_invalid", at=fault[:100])
    work.drop({number for number, _ in faults})


def _locate(work: Work) -> None:
    """Counties of the points, and every doubt about where they lie."""
    counties = imports.list_county_names(work.session)
    expected = plausibility.expected_divisions(work.rows, counties, work.county_code)
    imports.locate_counties(work.session, work.county_code)
    plausibility.warn_outside(work.session, work.rows, counties, work.county_code, work.notes)
    plausibility.warn_labels(work.session, work.rows, counties, work.notes)
    plausibility.warn_shift_of_points(work.session, work.rows, work.datum, expected, work.notes)


_MATCH: dict[ImportKind, Callable[[Work], None]] = {
    ImportKind.DIVISIONS: _match_divisions,
    ImportKind.GRIDS: _match_grids,
    ImportKind.STATIONS: _match_stations,
    ImportKind.ENTERPRISES: _match_enterprises,
    ImportKind.DEMAND: _match_demand,
}
