"""Row-level access: whose rows somebody may see or change, as a condition inside SQL."""

from dataclasses import dataclass
from typing import Any

from geodata.queries.clauses import Clause


@dataclass(frozen=True)
class Scope:
    """The rows that one permission opens to somebody: the union of the scopes of the posts that hold it.

    ``everything`` is all counties of the deployment. Made in ``webmap.auth`` from posts, applied in SQL by
    the methods; a scope without anything sees nothing.
    """

    everything: bool = False
    county_codes: frozenset[str] = frozenset()
    town_codes: frozenset[str] = frozenset()
    grid_ids: frozenset[int] = frozenset()
    station_ids: frozenset[int] = frozenset()
    lines: frozenset[str] = frozenset()

    @property
    def is_county_wide(self) -> bool:
        """Whether whole counties are open, so that maps may draw them."""
        return self.everything or bool(self.county_codes)

    def __bool__(self) -> bool:
        """Whether it opens anything at all."""
        return self.everything or any(
            (self.county_codes, self.town_codes, self.grid_ids, self.station_ids, self.lines)
        )

    def has_county(self, county_code: str | None) -> bool:
        """Whether all of a county is open."""
        return self.everything or county_code in self.county_codes

    def enterprises(self, e: str = "e", a: str = "a") -> Clause | None:
        """Enterprises ``e`` with the row in force ``a`` of their assignment: by owner, else as listed.

        A grid, town or line opens its own; a county all whose owner it is. For the review of a border case
        both liaisons see it, so the other grid counts too.
        """
        if self.everything:
            return None
        county = (
            f"COALESCE((SELECT scoped.county_code FROM grids AS scoped WHERE scoped.id = {a}.grid_id), "
            f"left({a}.fallback_code, 6), {e}.county_code)"
        )
        return Clause(
            f"{county} = ANY(:scope_counties) OR {a}.grid_id = ANY(:scope_grids) "
            f"OR {a}.other_grid_id = ANY(:scope_grids) OR {e}.industry_line = ANY(:scope_lines) "
            f"OR EXISTS (SELECT FROM unnest(CAST(:scope_towns AS text[])) AS town "
            f"WHERE starts_with(COALESCE({a}.fallback_code, {e}.operating_code, ''), town))",
            self._values("counties", "grids", "lines", "towns"),
        )

    def grids(self, grid_id: str, county_code: str) -> Clause | None:
        """Grids by id and county."""
        if self.everything:
            return None
        return Clause(
            f"{county_code} = ANY(:scope_counties) OR {grid_id} = ANY(:scope_grids)",
            self._values("counties", "grids"),
        )

    def stations(self, s: str = "s") -> Clause | None:
        """Stations ``s``: one's own, those of a county, or those that stand in one of the grids."""
        if self.everything:
            return None
        return Clause(
            f"{s}.id = ANY(:scope_stations) OR {s}.county_code = ANY(:scope_counties) OR EXISTS ("
            "SELECT FROM grid_boundaries AS sb JOIN boundary_versions AS sv ON sv.id = sb.version_id "
            "AND sv.status = 'effective' "
            f"WHERE sb.grid_id = ANY(:scope_grids) AND ST_Covers(sb.geom, {s}.geom))",
            self._values("stations", "counties", "grids"),
        )

    def _values(self, *names: str) -> dict[str, Any]:
        held = {
            "counties": self.county_codes,
            "grids": self.grid_ids,
            "lines": self.lines,
            "towns": self.town_codes,
            "stations": self.station_ids,
        }
        return {f"scope_{name}": sorted(held[name]) for name in names}


EVERYTHING = Scope(everything=True)
"""All rows: for commands on the machine itself, where whoever types is trusted."""
