"""Choices of counties and of the installation: the stored ones over the defaults."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from geodata.models import CountySetting
from geodata.rules.settings import NAMES, CountySettings

ALL_COUNTIES = ""
"""Stands for the choice of all counties that have none of their own."""


@dataclass(frozen=True)
class Stored:
    """A stored choice. ``value`` None is a choice taken back; its version goes on."""

    value: Any
    version: int


UNSTORED = Stored(None, 0)


def read_settings(session: Session, county_code: str | None) -> CountySettings:
    """What holds in a county: its own choice, else the choice for all counties, else the default."""
    rows = session.execute(
        sa.select(CountySetting.name, CountySetting.value)
        .where(
            CountySetting.county_code.in_([ALL_COUNTIES, county_code or ALL_COUNTIES]),
            CountySetting.name.in_(NAMES),
            CountySetting.value != JSONB.NULL,
        )
        # The county's own rows come last and win.
        .order_by(CountySetting.county_code)
    )
    return CountySettings(**{row.name: row.value for row in rows})


def list_stored(session: Session, county_code: str) -> dict[str, Stored]:
    """What is stored for exactly this county code, by name."""
    rows = session.execute(
        sa.select(CountySetting.name, CountySetting.value, CountySetting.version).where(
            CountySetting.county_code == county_code
        )
    )
    return {name: Stored(value, version) for name, value, version in rows}


def save(session: Session, *, county_code: str, name: str, value: Any, version: int) -> int | None:
    """Store a choice based on a version (0: none yet); returns the new version, or None when it was stale.

    ``value`` None takes the choice back.
    """
    stored = JSONB.NULL if value is None else value
    statement = (
        insert(CountySetting)
        .values(county_code=county_code, name=name, value=stored)
        .on_conflict_do_update(
            index_elements=["county_code", "name"],
            set_={"value": stored, "version": CountySetting.version + 1},
            where=CountySetting.version == version,
        )
        .returning(CountySetting.version)
    )
    if version > 0 and name not in list_stored(session, county_code):
        return None
    return session.execute(statement).scalar_one_or_none()
