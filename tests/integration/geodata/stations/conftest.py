from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.models import AuditEntry, Division, Post, Station, User
from geodata.queries.people import local_today
from geodata.queries.scopes import Scope
from geodata.stations.changing import Editor
from geodata.stations.reading import get_care
from tests.integration.geodata.coverage.small_county import (
    ALL_WEEK,
    COUNTY,
    EAST,
    NORTH,
    SOUTH,
    WEST,
    County,
    away,
    outline,
)

HERE = (113.52, 34.74)


@dataclass
class Kept:
    """A station that is always open, with people beside it, and its manager."""

    session: Session
    county: County
    station: Station

    @property
    def id(self) -> int:
        return self.station.id

    @property
    def scope(self) -> Scope:
        return Scope(station_ids=frozenset({self.id}))

    def version(self) -> int:
        return self.session.scalars(sa.select(Station.version).where(Station.id == self.id)).one()

    def editor(self, version: int | None = None, by: str = "ding") -> Editor:
        return Editor(by=by, scope=self.scope, version=self.version() if version is None else version)

    def care(self):
        self.session.expire_all()
        return get_care(self.session, self.id, scope=self.scope)

    def service(self, code: str):
        return next(each for each in self.care().services if each.code == code)

    def entries(self) -> list[AuditEntry]:
        return list(
            self.session.scalars(
                sa.select(AuditEntry)
                .where(AuditEntry.subject_kind == "station", AuditEntry.subject_id == str(self.id))
                .order_by(AuditEntry.id)
            )
        )


@pytest.fixture
def kept(session: Session) -> Kept:
    county = County(session)
    county.add(Division(code=COUNTY, level="county", name="二七区", geom=outline(WEST, SOUTH, EAST, NORTH)))
    services = {"toilet": "working", "first_aid": "working", "phone_charging": "broken"}
    station = county.station(*HERE, hours=ALL_WEEK, services=services)
    station.confirmed_on = local_today(session) - timedelta(days=3)
    station.access_method = "open"
    county.demand(*away(*HERE, 90, 150), people=300)
    users = [User(login="ding", name="站长丁"), User(login="li", name="站长李")]
    session.add_all(users)
    session.flush()
    session.add(Post(user_id=users[0].id, role="station_manager", county_code=COUNTY, station_id=station.id))
    session.flush()
    return Kept(session, county, station)
