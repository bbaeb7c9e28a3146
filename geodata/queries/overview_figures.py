"""The figures of the overview: each one named condition, counted in the table and listed by the same words.

So a figure and the list behind it cannot differ. ``:county``, ``:today`` and ``:confirm_days`` are bound by
the queries that use these pieces.
"""

from dataclasses import dataclass
from enum import StrEnum

from geodata.errors import InvalidInput
from geodata.queries.clauses import Clause
from geodata.queries.station_care import SEEN_AT
from geodata.vocab import UNORGANIZED_STATES, OrganizationStatus

STALE_DAYS = 90
"""An enterprise without a union that nobody visited for so many days counts as stale."""

POST_HELD = "p.valid_from <= :today AND (p.valid_to IS NULL OR p.valid_to > :today) AND u.disabled_at IS NULL"
"""A post ``p`` of user ``u`` counts while it is in force and its holder can sign in."""


def _words(*values: str) -> str:
    return ", ".join(f"'{value}'" for value in values)


_NEEDS_UNION = f"e.organization_status IN ({_words(*sorted(UNORGANIZED_STATES))})"
_ORGANIZED = sorted(set(OrganizationStatus) - UNORGANIZED_STATES - {OrganizationStatus.NOT_APPLICABLE})
_IN_SCOPE = f"e.organization_status <> '{OrganizationStatus.NOT_APPLICABLE}'"
_HAS_UNION = f"e.organization_status IN ({_words(*_ORGANIZED)})"
_MOVING = "c.state IN ('open', 'paused')"


class Figure(StrEnum):
    """What is counted about enterprises; the conditions are in ``ENTERPRISE_FIGURES``."""

    ENTERPRISES = "enterprises"
    IN_SCOPE = "in_scope"
    UNORGANIZED = "unorganized"
    CLAIMED = "claimed"
    UNCLAIMED = "unclaimed"
    SURVEY = "step_survey"
    MATERIALS = "step_materials"
    MOBILIZATION = "step_mobilization"
    APPROVAL = "step_application_approval"
    UNVEILING = "step_unveiling"
    PAUSED = "paused"
    OVERDUE = "overdue"
    STALE = "stale"
    TO_VERIFY = "to_verify"
    FOUNDED = "founded"
    WORK_COVERED = "work_covered"
    ORGANIZED = "organized"
    UNCONFIRMED_UNION = "unconfirmed_union"
    BOUNDARY_REVIEW = "boundary_review"
    GAP_REVIEW = "gap_review"
    LOCATION_PENDING = "location_pending"
    DISPUTED = "disputed"
    LAPSED = "lapsed"
    NOT_ON_MAP = "not_on_map"
    OUT_OF_COUNTY = "out_of_county"
    UNASSIGNED = "unassigned"


STEP_FIGURES = tuple(figure for figure in Figure if figure.startswith("step_"))

ENTERPRISE_FIGURES: dict[Figure, str] = {
    Figure.ENTERPRISES: "TRUE",
    Figure.IN_SCOPE: _IN_SCOPE,
    Figure.UNORGANIZED: _NEEDS_UNION,
    Figure.CLAIMED: "c.holder_id IS NOT NULL",
    Figure.UNCLAIMED: f"{_NEEDS_UNION} AND c.holder_id IS NULL",
    **{
        figure: f"{_MOVING} AND c.step = '{figure.removeprefix('step_')}'"
        for figure in Figure
        if figure.startswith("step_")
    },
    Figure.PAUSED: "c.state = 'paused'",
    Figure.OVERDUE: "c.state = 'open' AND c.due_on < :today",
    Figure.STALE: (
        f"{_NEEDS_UNION} AND (visit.visited_on IS NULL OR visit.visited_on < :today - {STALE_DAYS})"
    ),
    Figure.TO_VERIFY: "c.state = 'to_verify'",
    Figure.FOUNDED: "founded.enterprise_id IS NOT NULL",
    Figure.WORK_COVERED: f"{_IN_SCOPE} AND (liaison.grid_id IS NOT NULL OR line.industry_line IS NOT NULL)",
    Figure.ORGANIZED: _HAS_UNION,
    Figure.UNCONFIRMED_UNION: (
        f"{_HAS_UNION} AND e.organization_status <> '{OrganizationStatus.OWN_UNION}' "
        "AND e.covering_confirmed_on IS NULL"
    ),
    Figure.BOUNDARY_REVIEW: "a.status = 'boundary_review'",
    Figure.GAP_REVIEW: "a.status = 'gap_review'",
    Figure.LOCATION_PENDING: "a.status = 'location_pending'",
    Figure.DISPUTED: "d.id IS NOT NULL",
    Figure.LAPSED: "c.state = 'open' AND c.unheld_why = 'lapsed'",
    Figure.NOT_ON_MAP: "e.geom IS NULL",
    Figure.OUT_OF_COUNTY: "a.status = 'out_of_county'",
    Figure.UNASSIGNED: "a.id IS NULL",
}

ENTERPRISES = f"""enterprises AS e
LEFT JOIN assignments AS a ON a.enterprise_id = e.id AND a.valid_to IS NULL
LEFT JOIN grids AS g ON g.id = a.grid_id
LEFT JOIN founding_cases AS c ON c.enterprise_id = e.id AND c.state <> 'closed'
LEFT JOIN disputes AS d ON d.enterprise_id = e.id AND d.state = 'open'
LEFT JOIN (SELECT enterprise_id, max(visited_on) AS visited_on FROM visits GROUP BY enterprise_id) AS visit
  ON visit.enterprise_id = e.id
LEFT JOIN (
  SELECT DISTINCT enterprise_id FROM founding_cases WHERE state = 'closed' AND "end" = 'founded'
) AS founded ON founded.enterprise_id = e.id
LEFT JOIN (
  SELECT DISTINCT p.grid_id FROM posts AS p JOIN users AS u ON u.id = p.user_id
  WHERE p.role = 'liaison' AND {POST_HELD}
) AS liaison ON liaison.grid_id = a.grid_id
LEFT JOIN (
  SELECT DISTINCT p.industry_line FROM posts AS p JOIN users AS u ON u.id = p.user_id
  WHERE p.role = 'instructor' AND (p.county_code IS NULL OR p.county_code = :county) AND {POST_HELD}
) AS line ON line.industry_line = e.industry_line"""
"""One row an enterprise, with what the conditions name: none of the joins can double it."""


class StationFigure(StrEnum):
    """What is counted about stations, by the grid they stand in."""

    STATIONS = "stations"
    UNCONFIRMED = "stations_unconfirmed"
    OVERDUE_REOPENING = "stations_overdue"


STATION_FIGURES: dict[StationFigure, str] = {
    StationFigure.STATIONS: "s.status <> 'retired'",
    StationFigure.UNCONFIRMED: (
        "s.status = 'open' AND (s.confirmed_on IS NULL "
        "OR s.confirmed_on < :today - CAST(:confirm_days AS integer)) "
        f"AND (closed.id IS NULL OR (closed.closed_to <= now() AND {SEEN_AT} >= closed.closed_to))"
    ),
    StationFigure.OVERDUE_REOPENING: (
        "s.status IN ('open', 'temporarily_closed') AND CASE WHEN closed.closed_to IS NULL "
        "THEN closed.id IS NOT NULL OR s.status = 'temporarily_closed' "
        f"ELSE closed.closed_to <= now() AND ({SEEN_AT} IS NULL OR {SEEN_AT} < closed.closed_to) END"
    ),
}
"""The same rules as what a manager is asked for, see ``geodata.queries.station_needs``."""

STATIONS = """(
  SELECT each.*, (
    SELECT b.grid_id FROM grid_boundaries AS b
    JOIN boundary_versions AS v ON v.id = b.version_id AND v.status = 'effective'
    JOIN grids AS g ON g.id = b.grid_id
    WHERE g.county_code = :county AND ST_Covers(b.geom, each.geom)
    ORDER BY b.kind = 'exclusive' DESC, g.code COLLATE "C", b.grid_id LIMIT 1
  ) AS grid_id
  FROM stations AS each WHERE each.county_code = :county
) AS s
LEFT JOIN LATERAL (
  SELECT x.id, x.closed_to FROM station_closures AS x
  WHERE x.station_id = s.id AND x.kind <> 'early' AND x.closed_from <= now()
  ORDER BY x.closed_from DESC LIMIT 1
) AS closed ON true"""
"""One row a station of the county, in the one grid it stands in: exclusive before ordinary, then by code."""

ALL, NONE = "all", "none"
_GRID, _UNION = "grid:", "union:"


@dataclass(frozen=True, slots=True)
class RowKey:
    """A row of the overview: one grid, one union of last resort, ``none`` (no owner here), or ``all``."""

    text: str

    @classmethod
    def of(cls, grid_id: int | None, fallback_code: str | None) -> "RowKey":
        """The row that counts an owner."""
        if grid_id is not None:
            return cls(f"{_GRID}{grid_id}")
        return cls(NONE if fallback_code is None else f"{_UNION}{fallback_code}")

    @property
    def grid_id(self) -> int | None:
        """The grid, if the row is one.

        Raises:
            InvalidInput: ``overview_row_unknown``.
        """
        if not self.text.startswith(_GRID):
            return None
        digits = self.text.removeprefix(_GRID)
        if not (digits.isascii() and digits.isdigit()):
            raise InvalidInput("overview_row_unknown")
        return int(digits)

    def clause(self, grid: str = "a.grid_id", union: str | None = "a.fallback_code") -> Clause | None:
        """The condition that an owner falls into this row; without ``union`` the rest is ``none``.

        Raises:
            InvalidInput: ``overview_row_unknown``.
        """
        if self.text == ALL:
            return None
        if self.text == NONE:
            return Clause(f"{grid} IS NULL" + (f" AND {union} IS NULL" if union else ""))
        if (grid_id := self.grid_id) is not None:
            return Clause(f"{grid} = :row_grid", {"row_grid": grid_id})
        if self.text.startswith(_UNION) and union:
            return Clause(f"{union} = :row_union", {"row_union": self.text.removeprefix(_UNION)})
        raise InvalidInput("overview_row_unknown")
