"""Boundary versions: what they hold, what an activation touches, and their change of state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.errors import NotFound
from geodata.models import AuditEntry, BoundaryVersion
from geodata.queries.assignment_clauses import ACCURACY_M, DIVISION_IN_FORCE, degrees_of
from geodata.queries.audit import POST
from geodata.rules.boundaries import Drawn
from geodata.vocab import GAP_TOLERANCE_M, VersionStatus


@dataclass(frozen=True)
class VersionRow:
    """A version in a list, with the number of its grids and findings."""

    id: int
    county_code: str
    label: str
    status: str
    effective_from: date | None
    effective_to: date | None
    created_by: str
    approved_by: str | None
    grids: int
    blocking: int
    warnings: int


def list_versions(session: Session, *, county_code: str | None = None) -> list[VersionRow]:
    """All versions, by county, the newest first."""
    found = session.execute(
        sa.text(
            "SELECT v.id, v.county_code, v.label, v.status, v.effective_from, v.effective_to, v.created_by, "
            "v.approved_by, (SELECT count(*) FROM grid_boundaries AS b WHERE b.version_id = v.id) AS grids, "
            "counted.blocking, counted.warnings FROM boundary_versions AS v CROSS JOIN LATERAL ("
            "  SELECT count(*) FILTER (WHERE f ->> 'severity' = 'blocking') AS blocking, "
            "    count(*) FILTER (WHERE f ->> 'severity' = 'warning') AS warnings "
            "  FROM jsonb_array_elements("
            "    CASE WHEN jsonb_typeof(v.findings) = 'array' THEN v.findings ELSE '[]' END) AS f"
            ") AS counted "
            "WHERE CAST(:county AS text) IS NULL OR v.county_code = :county "
            "ORDER BY v.county_code, v.effective_from DESC NULLS FIRST, v.id DESC"
        ),
        {"county": county_code},
    )
    return [VersionRow(**row) for row in found.mappings()]


def find_version_id(session: Session, label: str, *, county_code: str | None = None) -> list[int]:
    """Ids of the versions with a label; counties may share one."""
    found = session.scalars(
        sa.select(BoundaryVersion.id)
        .where(BoundaryVersion.label == label)
        .where(sa.true() if county_code is None else BoundaryVersion.county_code == county_code)
        .order_by(BoundaryVersion.id)
    )
    return list(found)


def lock_version(session: Session, version_id: int) -> BoundaryVersion:
    """The version, locked until the transaction ends, as it is now.

    Raises:
        NotFound: ``boundary_version_not_found``.
    """
    version = session.get(BoundaryVersion, version_id, with_for_update=True, populate_existing=True)
    if version is None:
        raise NotFound("boundary_version_not_found", id=version_id)
    return version


def find_effective(session: Session, county_code: str) -> BoundaryVersion | None:
    """The version in force in a county."""
    return session.scalar(
        sa.select(BoundaryVersion).where(
            BoundaryVersion.county_code == county_code, BoundaryVersion.status == VersionStatus.EFFECTIVE
        )
    )


def list_due(session: Session, *, today: date) -> list[BoundaryVersion]:
    """Approved versions whose day has come, the earliest first."""
    return list(
        session.scalars(
            sa.select(BoundaryVersion)
            .where(BoundaryVersion.status == VersionStatus.APPROVED, BoundaryVersion.effective_from <= today)
            .order_by(BoundaryVersion.effective_from, BoundaryVersion.id)
        )
    )


def list_drawn(session: Session, version_id: int) -> list[Drawn]:
    """All grids of a version as shapes, by code."""
    found = session.execute(
        sa.text(
            "SELECT g.code, b.kind, ST_AsBinary(b.geom), b.community_codes "
            "FROM grid_boundaries AS b JOIN grids AS g ON g.id = b.grid_id "
            'WHERE b.version_id = :version ORDER BY g.code COLLATE "C"'
        ),
        {"version": version_id},
    )
    return [Drawn(code, kind, shapely.from_wkb(bytes(wkb)), tuple(codes)) for code, kind, wkb, codes in found]


def find_county_shape(session: Session, county_code: str, *, today: date) -> shapely.Geometry | None:
    """The county's own polygon in force on a day, in degrees."""
    wkb = session.scalar(
        sa.text(
            f"SELECT ST_AsBinary(d.geom) FROM divisions AS d WHERE d.code = :county AND {DIVISION_IN_FORCE}"
        ),
        {"county": county_code, "today": today},
    )
    return None if wkb is None else shapely.from_wkb(bytes(wkb))


@dataclass(frozen=True)
class RefusedRow:
    """A row of the newest grid file of a version that was not taken."""

    file_name: str
    row_number: int | None
    code: str
    value: str | None


def list_refused_rows(session: Session, version_id: int) -> list[RefusedRow]:
    """Rows refused by the newest import into a version: the drawing lacks them."""
    found = session.execute(
        sa.text(
            "SELECT i.file_name, r.row_number, r.code, r.value FROM rejections AS r "
            "JOIN import_batches AS i ON i.id = r.batch_id "
            "WHERE r.severity = 'refused' AND i.id = ("
            "  SELECT max(id) FROM import_batches WHERE boundary_version_id = :version AND kind = 'grids') "
            "ORDER BY r.row_number NULLS FIRST, r.id"
        ),
        {"version": version_id},
    )
    return [RefusedRow(*row) for row in found]


def list_makers(session: Session, version_id: int, created_by: str) -> set[str]:
    """Logins of everybody who put something into a version: who made it, and who brought rows later."""
    brought = session.scalars(
        sa.text(
            "SELECT DISTINCT imported_by FROM import_batches "
            "WHERE boundary_version_id = :version AND inserted + updated > 0"
        ),
        {"version": version_id},
    )
    return {created_by, *brought}


def put_in_force(
    session: Session, version: BoundaryVersion, previous: BoundaryVersion | None, *, effective_from: date
) -> None:
    """Archive the version in force and put another in its place, in this order: never two at once."""
    if previous is not None:
        session.execute(
            sa.update(BoundaryVersion)
            .where(BoundaryVersion.id == previous.id)
            .values(status=VersionStatus.ARCHIVED, effective_to=effective_from)
        )
    session.execute(
        sa.update(BoundaryVersion)
        .where(BoundaryVersion.id == version.id)
        .values(
            status=VersionStatus.EFFECTIVE,
            effective_from=effective_from,
            activated_at=sa.func.clock_timestamp(),
        )
    )


def note(
    session: Session,
    *,
    by: str,
    action: str,
    version: BoundaryVersion,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write the one audit entry of a change of state."""
    session.add(
        AuditEntry(
            actor=by,
            post=session.info.get(POST),
            action=action,
            subject_kind="boundary_version",
            subject_id=str(version.id),
            before=before,
            after={"county": version.county_code, "label": version.label, **(after or {})},
        )
    )
    session.flush()


# What an activation can change: places in or near changed ground, places without coordinates that a code
# ties to the county, and whoever a vanished grid or the county's union owned. A superset is enough; the
# tests compare with a run about everybody.
_CHANGED_SHAPES = """
CREATE TEMP TABLE changed_ground ON COMMIT DROP AS
WITH old AS (
  SELECT * FROM grid_boundaries WHERE version_id = :old
), new AS (
  SELECT * FROM grid_boundaries WHERE version_id = :new
), changed AS (
  SELECT CASE
    WHEN o.id IS NULL THEN n.geom
    WHEN n.id IS NULL THEN o.geom
    WHEN o.kind <> n.kind OR o.community_codes <> n.community_codes THEN ST_Collect(o.geom, n.geom)
    WHEN NOT ST_OrderingEquals(o.geom, n.geom) THEN ST_SymDifference(o.geom, n.geom)
  END AS geom
  FROM old AS o FULL JOIN new AS n ON n.grid_id = o.grid_id
  UNION ALL
  SELECT d.geom FROM divisions AS d
  WHERE CAST(:old AS bigint) IS NULL AND d.level = 'county' AND d.code = :county
)
SELECT part.geom FROM changed CROSS JOIN LATERAL ST_Dump(changed.geom) AS part
WHERE changed.geom IS NOT NULL AND NOT ST_IsEmpty(part.geom)
"""
_NEAR_M = f"greatest({ACCURACY_M}, {GAP_TOLERANCE_M})"
_TOUCHED = f"""
SELECT e.id
FROM changed_ground AS c
CROSS JOIN LATERAL (
  SELECT e.id FROM enterprises AS e
  WHERE e.geom && ST_Expand(c.geom, CAST(:widest_deg AS float)) AND e.removed_on IS NULL
    AND ST_DWithin(c.geom, e.geom, {degrees_of(_NEAR_M, "e.geom")})
  OFFSET 0
) AS e
UNION
SELECT e.id FROM enterprises AS e
WHERE e.removed_on IS NULL AND e.geom IS NULL AND (
  e.county_code = :county OR left(e.operating_code, 6) = :county OR left(e.registered_code, 6) = :county
  OR num_nonnulls(e.county_code, e.operating_code, e.registered_code) = 0)
UNION
SELECT a.enterprise_id
FROM assignments AS a JOIN enterprises AS e ON e.id = a.enterprise_id AND e.removed_on IS NULL
LEFT JOIN grids AS g ON g.id = a.grid_id
LEFT JOIN grids AS o ON o.id = a.other_grid_id
WHERE a.valid_to IS NULL AND (
  left(a.fallback_code, 6) = :county
  OR (e.geom IS NULL AND (g.county_code = :county OR a.status = 'out_of_county'))
  OR (a.status = 'out_of_county' AND (left(e.operating_code, 6) = :county OR e.county_code = :county))
  OR (g.county_code = :county AND NOT EXISTS (
    SELECT FROM grid_boundaries AS b WHERE b.version_id = :new AND b.grid_id = a.grid_id))
  OR (o.county_code = :county AND NOT EXISTS (
    SELECT FROM grid_boundaries AS b WHERE b.version_id = :new AND b.grid_id = a.other_grid_id)))
"""
_WIDEST = f"SELECT max({degrees_of(_NEAR_M, 'e.geom')}) FROM enterprises AS e WHERE e.geom IS NOT NULL"


def list_touched(session: Session, version: BoundaryVersion, previous: BoundaryVersion | None) -> list[int]:
    """Ids of the enterprises whose owner an activation may change, and hardly any others."""
    session.execute(sa.text("DROP TABLE IF EXISTS changed_ground"))
    values: dict[str, Any] = {
        "new": version.id,
        "old": None if previous is None else previous.id,
        "county": version.county_code,
    }
    session.execute(sa.text(_CHANGED_SHAPES), values)
    values["widest_deg"] = session.scalar(sa.text(_WIDEST)) or 0.0
    return sorted(session.scalars(sa.text(_TOUCHED), values))


@dataclass(frozen=True)
class Move:
    """Enterprises that change their owner: from whom, to whom, how many; ``None`` is "nobody yet".

    ``open_cases`` of them have a founding case under way.
    """

    from_code: str | None
    from_name: str | None
    to_code: str | None
    to_name: str | None
    enterprises: int
    enterprise_ids: tuple[int, ...]
    open_cases: int = 0


_MOVES = """
SELECT COALESCE(og.code, a.fallback_code) AS from_code, COALESCE(ob.name, od.name) AS from_name,
  COALESCE(ng.code, p.fallback_code) AS to_code, COALESCE(nb.name, nd.name) AS to_name,
  count(*) AS enterprises,
  (array_agg(p.enterprise_id ORDER BY p.enterprise_id))[1:20] AS enterprise_ids,
  count(c.id) AS open_cases
FROM {proposals} AS p
LEFT JOIN assignments AS a ON a.enterprise_id = p.enterprise_id AND a.valid_to IS NULL
LEFT JOIN grids AS og ON og.id = a.grid_id
LEFT JOIN grid_boundaries AS ob ON ob.grid_id = a.grid_id AND ob.version_id = :old
LEFT JOIN divisions AS od ON od.code = a.fallback_code AND od.valid_to IS NULL
LEFT JOIN grids AS ng ON ng.id = p.grid_id
LEFT JOIN grid_boundaries AS nb ON nb.grid_id = p.grid_id AND nb.version_id = :new
LEFT JOIN divisions AS nd ON nd.code = p.fallback_code AND nd.valid_to IS NULL
LEFT JOIN founding_cases AS c ON c.enterprise_id = p.enterprise_id AND c.state <> 'closed'
WHERE a.grid_id IS DISTINCT FROM p.grid_id OR a.fallback_code IS DISTINCT FROM p.fallback_code
GROUP BY 1, 2, 3, 4
ORDER BY 5 DESC, 1 NULLS FIRST, 3 NULLS LAST
"""


def list_proposed_moves(
    session: Session, proposals: str, *, version_id: int, previous_id: int | None
) -> list[Move]:
    """Compare the running proposals with the owners in force, by pair of owners, the largest first."""
    found = session.execute(
        sa.text(_MOVES.format(proposals=proposals)), {"new": version_id, "old": previous_id}
    )
    return [Move(**{**row, "enterprise_ids": tuple(row["enterprise_ids"])}) for row in found.mappings()]


def grids_of(session: Session, version_ids: Sequence[int]) -> dict[int, set[str]]:
    """Grid codes by version."""
    codes: dict[int, set[str]] = {version_id: set() for version_id in version_ids}
    found = session.execute(
        sa.text(
            "SELECT b.version_id, g.code FROM grid_boundaries AS b JOIN grids AS g ON g.id = b.grid_id "
            "WHERE b.version_id = ANY(:versions)"
        ),
        {"versions": list(version_ids)},
    )
    for version_id, code in found:
        codes[version_id].add(code)
    return codes
