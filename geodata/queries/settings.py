"""Choices of counties: the stored ones over the defaults."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.models import CountySetting
from geodata.rules.settings import NAMES, CountySettings


def read_settings(session: Session, county_code: str | None) -> CountySettings:
    """What holds in a county: its own choice, else the choice for all counties, else the default."""
    stored = _stored(session, county_code)
    return CountySettings(**{name: value for (_, name), value in stored.items()})


def _stored(session: Session, county_code: str | None) -> dict[tuple[str, str], Any]:
    rows = session.execute(
        sa.select(CountySetting.county_code, CountySetting.name, CountySetting.value)
        .where(CountySetting.county_code.in_(["", county_code or ""]), CountySetting.name.in_(NAMES))
        # The county's own rows come last and win.
        .order_by(CountySetting.county_code)
    )
    return {("", name): value for _, name, value in rows}
