"""Scenarios as they are kept, and the planned stations made of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geodata.models import Scenario, Station
from geodata.queries.scopes import Scope
from geodata.vocab import Datum, LocationLevel, StationStatus

_CODE_LOCK = 0x7E9_0052


@dataclass(frozen=True)
class KeptScenario:
    """A scenario with who made it; ``changes`` and ``question`` as JSON."""

    id: int
    county_code: str
    name: str
    note: str | None
    question: dict[str, Any]
    changes: list[dict[str, Any]]
    is_shared: bool
    made_by: int
    maker: str
    version: int
    updated_at: datetime


_KEPT = (
    "SELECT s.id, s.county_code, s.name, s.note, s.question, s.changes, s.is_shared, s.made_by, "
    "u.name AS maker, s.version, s.updated_at FROM scenarios s JOIN users u ON u.id = s.made_by"
)
# One's own, and what others of the county share.
_VISIBLE = "(s.made_by = :reader OR s.is_shared) AND (:everything OR s.county_code = ANY(:scope_counties))"


def list_scenarios(
    session: Session, *, reader: int, scope: Scope, county: str | None = None
) -> list[KeptScenario]:
    """Scenarios that somebody may open, the latest first."""
    rows = session.execute(
        sa.text(
            f"{_KEPT} WHERE {_VISIBLE} AND (CAST(:county AS text) IS NULL OR s.county_code = :county) "
            "ORDER BY s.updated_at DESC, s.id DESC"
        ),
        {**_reader(reader, scope), "county": county},
    )
    return [KeptScenario(**row) for row in rows.mappings()]


def find_scenarios(session: Session, ids: Sequence[int], *, reader: int, scope: Scope) -> list[KeptScenario]:
    """Those of some scenarios that somebody may open, in the order asked."""
    rows = session.execute(
        sa.text(f"{_KEPT} WHERE {_VISIBLE} AND s.id = ANY(:ids) ORDER BY array_position(:ids, s.id)"),
        {**_reader(reader, scope), "ids": list(ids)},
    )
    return [KeptScenario(**row) for row in rows.mappings()]


def lock_scenario(session: Session, scenario_id: int, *, reader: int, scope: Scope) -> KeptScenario | None:
    """A scenario somebody may open, held against others until the transaction ends."""
    rows = session.execute(
        sa.text(f"{_KEPT} WHERE {_VISIBLE} AND s.id = :id FOR UPDATE OF s"),
        {**_reader(reader, scope), "id": scenario_id},
    )
    found = rows.mappings().one_or_none()
    return None if found is None else KeptScenario(**found)


def add_scenario(session: Session, values: dict[str, Any]) -> int | None:
    """Insert a scenario and return its id; ``None`` when its county has one of that name."""
    statement = insert(Scenario).values(**values).on_conflict_do_nothing().returning(Scenario.id)
    return session.execute(statement).scalar_one_or_none()


def has_name(session: Session, county_code: str, name: str, *, but: int) -> bool:
    """Whether another scenario of a county bears a name."""
    statement = sa.select(Scenario.id).where(
        Scenario.county_code == county_code, Scenario.name == name, Scenario.id != but
    )
    return session.scalars(statement).first() is not None


def save_scenario(session: Session, scenario_id: int, values: dict[str, Any]) -> int:
    """Write over a locked scenario; returns its new version."""
    statement = (
        sa.update(Scenario)
        .where(Scenario.id == scenario_id)
        .values(**values, version=Scenario.version + 1, updated_at=sa.func.now())
        .returning(Scenario.version)
    )
    return int(session.execute(statement).scalar_one())


def remove_scenario(session: Session, scenario_id: int) -> None:
    """Delete a scenario; stations planned from it stay."""
    session.execute(sa.delete(Scenario).where(Scenario.id == scenario_id))


def add_planned_stations(
    session: Session, county_code: str, sites: Sequence[tuple[str, float, float]]
) -> list[tuple[int, str]]:
    """Insert planned stations (name, longitude, latitude), in order; returns their ids and codes.

    Codes are ``plan-<county>-<number>``, counting on, never reused.
    """
    session.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CODE_LOCK})
    last = session.execute(
        sa.text(
            "SELECT COALESCE(max(substr(code, 13)::integer), 0) FROM stations "
            "WHERE code ~ ('^plan-' || CAST(:county AS text) || '-[0-9]{4,9}$')"
        ),
        {"county": county_code},
    ).scalar_one()
    added = []
    for number, (name, lon, lat) in enumerate(sites, start=int(last) + 1):
        code = f"plan-{county_code}-{number:04d}"
        statement = (
            sa.insert(Station)
            .values(
                code=code,
                name=name,
                status=StationStatus.PLANNED,
                county_code=county_code,
                geom=f"SRID=4326;POINT({lon!r} {lat!r})",
                raw_x=lon,
                raw_y=lat,
                raw_datum=Datum.WGS84,
                coord_source="scenario",
                location_level=LocationLevel.BUILDING,
            )
            .returning(Station.id)
        )
        added.append((int(session.execute(statement).scalar_one()), code))
    return added


def _reader(reader: int, scope: Scope) -> dict[str, Any]:
    return {
        "reader": reader,
        "everything": scope.everything,
        "scope_counties": sorted(scope.county_codes),
    }
