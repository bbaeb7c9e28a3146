"""Owners of places without coordinates, by the codes of their address (R6, R7; old codes still resolve)."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.queries.assignment_clauses import DIVISION_IN_FORCE, GRIDS_IN_FORCE, PROVISIONAL
from geodata.queries.assignment_cover import Scope

# The operating address decides. A registered code counts only where no operating code is known, and
# never against the county that lists the enterprise.
_UNPLACED = f"""
CREATE TEMP TABLE assign_unplaced ON COMMIT DROP AS
SELECT e.id AS enterprise_id,
  CASE WHEN e.operating_code IS NOT NULL THEN e.operating_code
       WHEN e.registered_code IS NOT NULL
         AND (e.county_code IS NULL OR left(e.registered_code, 6) = e.county_code) THEN e.registered_code
       ELSE e.county_code END AS code,
  {PROVISIONAL} OR (e.operating_code IS NULL AND e.registered_code IS NOT NULL) AS is_provisional
FROM enterprises AS e
WHERE e.geom IS NULL AND e.removed_on IS NULL AND {{scope}}
  AND NOT EXISTS (SELECT FROM assign_decided AS m WHERE m.enterprise_id = e.id)
"""
_RESOLVE = f"""
WITH asked AS (
  SELECT DISTINCT code FROM assign_unplaced WHERE code IS NOT NULL
), stated AS (
  -- Each level the code names, as last drawn: in force, or what was there before.
  SELECT DISTINCT ON (a.code, level.digits) a.code, level.digits, d.code AS found, d.parent_code, d.geom,
    ({DIVISION_IN_FORCE}) AS is_in_force
  FROM asked AS a
  CROSS JOIN (VALUES (12), (9), (6)) AS level (digits)
  JOIN divisions AS d ON d.code = left(a.code, level.digits)
  WHERE length(a.code) >= level.digits
  ORDER BY a.code, level.digits, is_in_force DESC, d.valid_from DESC
), unions AS (
  -- The town or county union each level leads to: itself, its successor on the ground, or its parent.
  SELECT s.code, s.digits,
    CASE WHEN s.is_in_force AND s.digits < 12 THEN s.found
         WHEN NOT s.is_in_force AND s.geom IS NOT NULL THEN COALESCE(successor.code, parent.code)
         ELSE parent.code END AS union_code
  FROM stated AS s
  LEFT JOIN LATERAL (
    SELECT d.code FROM divisions AS d
    WHERE NOT s.is_in_force AND d.level IN ('town', 'county') AND {DIVISION_IN_FORCE}
      AND ST_Covers(d.geom, ST_PointOnSurface(s.geom))
    ORDER BY length(d.code) DESC, d.code COLLATE "C" LIMIT 1
  ) AS successor ON true
  LEFT JOIN divisions AS d ON d.code = s.parent_code AND {DIVISION_IN_FORCE}
  CROSS JOIN LATERAL (
    SELECT CASE WHEN d.level = 'community' THEN d.parent_code ELSE d.code END AS code
  ) AS parent
), fallback AS (
  SELECT DISTINCT ON (code) code, union_code FROM unions WHERE union_code IS NOT NULL
  ORDER BY code, digits DESC
), served AS (
  SELECT d.code FROM divisions AS d WHERE d.level = 'county' AND {DIVISION_IN_FORCE}
  UNION SELECT county_code FROM boundary_versions WHERE status = 'effective'
), listed AS (
  SELECT a.code, min(b.grid_id) AS grid_id, min(v.id) AS version_id
  FROM asked AS a JOIN {GRIDS_IN_FORCE} ON a.code = ANY (b.community_codes) AND b.kind <> 'exclusive'
  WHERE length(a.code) = 12 GROUP BY a.code HAVING count(*) = 1
), within AS (
  SELECT s.code, min(b.grid_id) AS grid_id, min(v.id) AS version_id
  FROM stated AS s JOIN {GRIDS_IN_FORCE}
    ON s.digits = 12 AND b.kind <> 'exclusive' AND b.geom && s.geom AND ST_Covers(b.geom, s.geom)
  GROUP BY s.code HAVING count(*) = 1
), only_county AS (
  SELECT min(code) AS code FROM served HAVING count(*) = 1
), owned AS (
  SELECT u.enterprise_id, u.code, u.is_provisional,
    COALESCE(listed.grid_id, within.grid_id) AS grid_id,
    CASE WHEN listed.grid_id IS NULL AND within.grid_id IS NOT NULL THEN true END AS by_polygon,
    COALESCE(f.union_code, served.code, CASE WHEN u.code IS NULL THEN only_county.code END) AS union_code
  FROM assign_unplaced AS u
  LEFT JOIN listed ON listed.code = u.code
  LEFT JOIN within ON within.code = u.code
  LEFT JOIN fallback AS f ON f.code = u.code
  LEFT JOIN served ON served.code = left(u.code, 6)
  LEFT JOIN only_county ON true
)
INSERT INTO assign_decided
  (enterprise_id, grid_id, other_grid_id, fallback_code, method, status, params, boundary_version_id)
SELECT o.enterprise_id, o.grid_id, NULL, CASE WHEN o.grid_id IS NULL THEN o.union_code END,
  CASE WHEN o.grid_id IS NOT NULL THEN 'community_code'
       WHEN o.union_code IS NOT NULL THEN 'code_fallback' ELSE 'out_of_county' END,
  CASE WHEN o.grid_id IS NULL AND o.union_code IS NULL THEN 'out_of_county' ELSE 'location_pending' END,
  NULLIF(jsonb_strip_nulls(jsonb_build_object(
    'code', o.code, 'by_polygon', o.by_polygon,
    'place_unknown', CASE WHEN o.code IS NULL THEN true END,
    'provisional', CASE WHEN o.is_provisional THEN true END)), '{{}}'),
  v.id
FROM owned AS o
LEFT JOIN grids AS g ON g.id = o.grid_id
LEFT JOIN boundary_versions AS v
  ON v.county_code = COALESCE(g.county_code, left(o.union_code, 6)) AND v.status = 'effective'
"""


def decide_unplaced(session: Session, scope: Scope, *, today: date) -> None:
    """Propose an owner for places without coordinates.

    The one grid that lists the community, or covers it wholly; else the union of the town, else of the
    county that the code leads to today; else, for a code of another county, the queue out_of_county.
    A place of which nothing is known goes to the union of the only county, where there is only one.
    """
    session.execute(sa.text(_UNPLACED.format(scope=scope.holds("e.id"))))
    session.execute(sa.text("ANALYZE assign_unplaced"))
    session.execute(sa.text(_RESOLVE), {"today": today})


def count_unplaced(session: Session, scope: Scope) -> int:
    """Places of the run without coordinates: the number that every map must name."""
    return int(
        session.scalar(
            sa.text(
                "SELECT count(*) FROM enterprises AS e "
                f"WHERE e.geom IS NULL AND e.removed_on IS NULL AND {scope.holds('e.id')}"
            )
        )
        or 0
    )
