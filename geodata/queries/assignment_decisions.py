"""From covering pairs to one proposed owner a place: manual, exclusive, cover, border and gap rules.

Proposals of the plain case (one ordinary grid covers, no line is near) stay in ``assign_cover``; all
others are written to ``assign_decided``. The view of both is ``PROPOSALS``. The order of the rules is
told in ``docs/assignment.md``; ties go to the smallest code in byte order, never to the order of rows.
"""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.queries.assignment_clauses import (
    ACCURACY_M,
    DIVISION_IN_FORCE,
    GRIDS_IN_FORCE,
    PROVISIONAL,
    degrees_of,
    metres_between,
)
from geodata.queries.assignment_cover import COVERS, IS_PROVISIONAL, Scope
from geodata.vocab import GAP_TOLERANCE_M

_COLUMNS = "enterprise_id, grid_id, other_grid_id, fallback_code, method, status, params, boundary_version_id"
PROPOSALS = f"""
(
  SELECT c.enterprise_id, c.grid_id, NULL::bigint AS other_grid_id, NULL::text AS fallback_code,
    'covered' AS method, 'auto' AS status,
    CASE WHEN c.flags & {IS_PROVISIONAL} <> 0 THEN jsonb_build_object('provisional', true) END AS params,
    v.id AS boundary_version_id
  FROM assign_cover AS c
  JOIN grids AS g ON g.id = c.grid_id
  JOIN boundary_versions AS v ON v.county_code = g.county_code AND v.status = 'effective'
  WHERE c.flags & {COVERS} <> 0
    AND NOT EXISTS (SELECT FROM assign_special AS s WHERE s.enterprise_id = c.enterprise_id)
  UNION ALL
  SELECT enterprise_id, grid_id, other_grid_id, fallback_code, method, status, params, boundary_version_id
  FROM assign_decided
)
"""
"""One row for every place of the run that has or needs an owner; columns as in ``assignments``."""


def keep_manual(session: Session, scope: Scope) -> int:
    """Propose again every manual decision that still holds; returns how many.

    It holds while its grid is drawn in the effective version of its county, or its owner is a union.
    """
    session.execute(
        sa.text(
            "CREATE TEMP TABLE assign_decided (enterprise_id bigint, grid_id bigint, other_grid_id bigint, "
            "fallback_code text, method text, status text, params jsonb, boundary_version_id bigint) "
            "ON COMMIT DROP"
        )
    )
    kept: sa.CursorResult = session.execute(  # type: ignore[type-arg, assignment]
        sa.text(
            f"INSERT INTO assign_decided ({_COLUMNS}) SELECT {_COLUMNS} FROM assignments AS a "
            f"WHERE a.valid_to IS NULL AND a.method = 'manual' AND {scope.holds('a.enterprise_id')} "
            "AND EXISTS (SELECT FROM enterprises AS e WHERE e.id = a.enterprise_id AND e.removed_on IS NULL) "
            "AND (a.grid_id IS NULL "
            f"OR EXISTS (SELECT FROM {GRIDS_IN_FORCE} WHERE b.grid_id = a.grid_id))"
        )
    )
    return kept.rowcount


_CANDIDATES = f"""
CREATE TEMP TABLE assign_candidates ON COMMIT DROP AS
SELECT c.enterprise_id, c.grid_id, g.code COLLATE "C" AS code, g.county_code COLLATE "C" AS county_code,
  b.version_id, b.kind = 'exclusive' AS is_exclusive,
  e.operating_code = ANY (b.community_codes) IS TRUE AS is_named,
  c.flags & {COVERS} <> 0 AS covers, c.flags & {IS_PROVISIONAL} <> 0 AS is_provisional, c.distance_m,
  {ACCURACY_M} AS accuracy_m
FROM assign_special AS s
JOIN assign_cover AS c ON c.enterprise_id = s.enterprise_id
JOIN enterprises AS e ON e.id = s.enterprise_id
JOIN {GRIDS_IN_FORCE} ON b.grid_id = c.grid_id
WHERE NOT EXISTS (SELECT FROM assign_decided AS m WHERE m.enterprise_id = s.enterprise_id)
  AND (c.flags & {COVERS} <> 0 OR c.distance_m < ({ACCURACY_M}))
"""
# Two counties' grids may both cover a place on or near the county line: the county's own polygon decides.
_DROP_OTHER_COUNTIES = f"""
WITH covered AS (
  -- One version in force is one county, and numbers compare faster than codes.
  SELECT enterprise_id, min(county_code) FILTER (WHERE covers) AS least,
    min(version_id) FILTER (WHERE covers) <> max(version_id) FILTER (WHERE covers) AS is_split
  FROM assign_candidates
  WHERE enterprise_id IN (
    SELECT enterprise_id FROM assign_candidates
    GROUP BY enterprise_id HAVING min(version_id) <> max(version_id))
  GROUP BY enterprise_id
), home AS MATERIALIZED (
  SELECT c.enterprise_id, CASE WHEN NOT c.is_split THEN c.least ELSE COALESCE((
    SELECT min(d.code COLLATE "C") FROM divisions AS d
    WHERE d.level = 'county' AND {DIVISION_IN_FORCE} AND ST_Covers(d.geom, e.geom)
      AND EXISTS (SELECT FROM assign_candidates AS o
                  WHERE o.enterprise_id = c.enterprise_id AND o.covers AND o.county_code = d.code)
  ), c.least) END AS county_code
  FROM covered AS c JOIN enterprises AS e ON e.id = c.enterprise_id
)
DELETE FROM assign_candidates AS c USING home AS h
WHERE h.enterprise_id = c.enterprise_id AND h.county_code IS DISTINCT FROM c.county_code
"""
_DECIDE = f"""
WITH counted AS (
  SELECT c.*,
    count(*) FILTER (WHERE covers AND is_exclusive) OVER place AS exclusive_covers,
    count(*) FILTER (WHERE covers AND NOT is_exclusive) OVER place AS ordinary_covers,
    row_number() OVER (PARTITION BY enterprise_id, covers ORDER BY distance_m, code, grid_id) AS nearness
  FROM assign_candidates AS c
  WINDOW place AS (PARTITION BY enterprise_id)
), asked AS (
  -- An exclusive grid goes before the ordinary one below it.
  SELECT *, CASE WHEN exclusive_covers > 0 THEN covers AND is_exclusive ELSE covers END AS owns
  FROM counted
), eligible AS (
  -- Of the grids that do not cover the place, only the nearest asks.
  SELECT *, count(*) FILTER (WHERE is_named) OVER (PARTITION BY enterprise_id) AS named
  FROM asked
  WHERE owns OR (NOT covers AND nearness = 1
    AND CASE WHEN exclusive_covers > 0 THEN exclusive_covers ELSE ordinary_covers END = 1)
), ranked AS (
  SELECT *,
    row_number() OVER (
      PARTITION BY enterprise_id
      ORDER BY exclusive_covers > 0 AND NOT owns,
        NOT (is_named AND named = 1 AND exclusive_covers = 0), code, grid_id
    ) AS place_in_line,
    count(*) OVER (PARTITION BY enterprise_id) AS asking,
    max(distance_m) FILTER (WHERE NOT owns) OVER (PARTITION BY enterprise_id) AS line_m
  FROM eligible
), owners AS (
  SELECT r.*, o.grid_id AS other_grid_id
  FROM ranked AS r
  LEFT JOIN ranked AS o ON o.enterprise_id = r.enterprise_id AND o.place_in_line = 2
  WHERE r.place_in_line = 1
)
INSERT INTO assign_decided ({_COLUMNS})
SELECT r.enterprise_id, r.grid_id, r.other_grid_id, NULL,
  CASE WHEN exclusive_covers > 0 THEN 'exclusive' WHEN asking > 1 THEN 'border' ELSE 'covered' END,
  CASE WHEN asking > 1 THEN 'boundary_review' ELSE 'auto' END,
  NULLIF(jsonb_strip_nulls(jsonb_build_object(
    'distance_m', CASE WHEN asking > 1 AND line_m IS NOT NULL THEN round(line_m::numeric, 1) END,
    'accuracy_m', CASE WHEN asking > 1 AND line_m IS NOT NULL THEN accuracy_m END,
    'on_line', CASE WHEN asking > 1 AND line_m IS NULL THEN true END,
    'by_code', CASE WHEN asking > 1 AND is_named AND named = 1 AND exclusive_covers = 0 THEN true END,
    'provisional', CASE WHEN r.is_provisional THEN true END)), '{{}}'),
  r.version_id
FROM owners AS r
"""


def decide_special(session: Session, *, today: date) -> None:
    """Propose an owner for every special place that some grid covers (R3, R4)."""
    session.execute(sa.text(_CANDIDATES))
    session.execute(sa.text("ANALYZE assign_candidates"))
    session.execute(sa.text(_DROP_OTHER_COUNTIES), {"today": today})
    session.execute(sa.text(_DECIDE))


_UNCOVERED = f"""
CREATE TEMP TABLE assign_uncovered ON COMMIT DROP AS
SELECT e.id AS enterprise_id, e.geom, NULL::text AS county_code, e.operating_code,
  COALESCE(left(e.operating_code, 6), e.county_code) AS stated_county, {PROVISIONAL} AS is_provisional
FROM enterprises AS e
WHERE e.geom IS NOT NULL AND e.removed_on IS NULL AND {{scope}}
  AND NOT EXISTS (SELECT FROM assign_cover AS c WHERE c.enterprise_id = e.id AND c.flags & {COVERS} <> 0)
  AND NOT EXISTS (SELECT FROM assign_decided AS m WHERE m.enterprise_id = e.id)
"""
# County polygons are large: each is prepared once and asked for all its places. A county that has no
# polygon takes whoever names it.
_UNCOVERED_COUNTIES = f"""
UPDATE assign_uncovered AS u SET county_code = found.county_code
FROM (
  SELECT inside.enterprise_id, min(d.code COLLATE "C") AS county_code
  FROM (SELECT d.code, d.geom FROM divisions AS d
        WHERE d.level = 'county' AND d.geom IS NOT NULL AND {DIVISION_IN_FORCE} OFFSET 0) AS d
  CROSS JOIN LATERAL (
    SELECT u.enterprise_id FROM assign_uncovered AS u
    WHERE u.geom && d.geom AND ST_Covers(d.geom, u.geom) OFFSET 0
  ) AS inside
  GROUP BY inside.enterprise_id
) AS found
WHERE found.enterprise_id = u.enterprise_id
"""
_UNDRAWN_COUNTIES = f"""
UPDATE assign_uncovered AS u SET county_code = served.code
FROM (
  SELECT d.code FROM divisions AS d WHERE d.level = 'county' AND d.geom IS NULL AND {DIVISION_IN_FORCE}
  UNION
  SELECT v.county_code FROM boundary_versions AS v WHERE v.status = 'effective' AND NOT EXISTS (
    SELECT FROM divisions AS d WHERE d.code = v.county_code AND {DIVISION_IN_FORCE})
) AS served
WHERE u.county_code IS NULL AND served.code = u.stated_county
"""
_TOLERANCE_DEG = degrees_of(":tolerance_m", "u.geom")
_GAP_DISTANCE_M = metres_between("u.geom", "b.geom")
_GAPS = f"""
INSERT INTO assign_decided ({_COLUMNS})
SELECT u.enterprise_id, near.grid_id, NULL,
  CASE WHEN u.county_code IS NULL OR near.grid_id IS NOT NULL THEN NULL
       ELSE COALESCE(division.code, town.code, u.county_code) END,
  CASE WHEN u.county_code IS NULL THEN 'out_of_county'
       WHEN near.grid_id IS NOT NULL THEN 'gap_nearest' ELSE 'gap_fallback' END,
  CASE WHEN u.county_code IS NULL THEN 'out_of_county' ELSE 'gap_review' END,
  NULLIF(jsonb_strip_nulls(jsonb_build_object(
    'distance_m', round(near.distance_m::numeric, 1),
    'tolerance_m', CASE WHEN near.grid_id IS NOT NULL THEN CAST(:tolerance_m AS float) END,
    'no_boundaries', CASE WHEN u.county_code IS NOT NULL AND county.id IS NULL THEN true END,
    'provisional', CASE WHEN u.is_provisional THEN true END)), '{{}}'),
  county.id
FROM assign_uncovered AS u
LEFT JOIN boundary_versions AS county ON county.county_code = u.county_code AND county.status = 'effective'
LEFT JOIN LATERAL (
  SELECT b.grid_id, {_GAP_DISTANCE_M} AS distance_m
  FROM {GRIDS_IN_FORCE}
  WHERE u.county_code IS NOT NULL AND b.geom && ST_Expand(u.geom, {_TOLERANCE_DEG}) AND b.kind <> 'exclusive'
    AND g.county_code = u.county_code AND ST_DWithin(b.geom, u.geom, {_TOLERANCE_DEG})
    AND {_GAP_DISTANCE_M} <= :tolerance_m
  ORDER BY distance_m, g.code COLLATE "C" LIMIT 1
) AS near ON true
LEFT JOIN LATERAL (
  -- The union of the smallest division that covers the place.
  SELECT d.code FROM divisions AS d
  WHERE u.county_code IS NOT NULL AND near.grid_id IS NULL
    AND {DIVISION_IN_FORCE} AND left(d.code, 6) = u.county_code
    AND d.geom && u.geom AND ST_Covers(d.geom, u.geom)
  ORDER BY length(d.code) DESC, d.code COLLATE "C" LIMIT 1
) AS division ON true
LEFT JOIN LATERAL (
  SELECT d.code FROM divisions AS d
  WHERE u.county_code IS NOT NULL AND division.code IS NULL
    AND d.code = left(u.operating_code, 9) AND {DIVISION_IN_FORCE} AND left(d.code, 6) = u.county_code
) AS town ON true
"""


def decide_uncovered(session: Session, scope: Scope, *, today: date) -> None:
    """Propose an owner for located places in no grid: nearest grid, else union (R5); else out of county."""
    session.execute(sa.text(_UNCOVERED.format(scope=scope.holds("e.id"))))
    session.execute(sa.text("CREATE INDEX ON assign_uncovered USING gist (geom)"))
    session.execute(sa.text("ANALYZE assign_uncovered"))
    session.execute(sa.text(_UNCOVERED_COUNTIES), {"today": today})
    session.execute(sa.text(_UNDRAWN_COUNTIES), {"today": today})
    session.execute(sa.text(_GAPS), {"today": today, "tolerance_m": GAP_TOLERANCE_M})
