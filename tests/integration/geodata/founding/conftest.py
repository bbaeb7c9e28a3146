"""A county of two grids with a liaison each, a cadre on the west one, and enterprises to work on."""

from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from geodata.assignment.service import assign_enterprises
from geodata.founding.acts import Actor
from geodata.models import Enterprise, Grid, Post, User
from geodata.queries.scopes import Scope
from tests.integration.geodata.assignment.world import COUNTY, World, box


@dataclass
class Office:
    """The county of one test: grids, people as actors, and enterprises of the west grid."""

    session: Session
    world: World
    west: Grid
    east: Grid
    liaison: Actor
    neighbour: Actor
    cadre: Actor
    planner: Actor
    shops: list[Enterprise]

    @property
    def shop(self) -> Enterprise:
        return self.shops[0]


def person(session: Session, login: str, name: str, scope: Scope, **post: object) -> Actor:
    user = User(login=login, name=name, work_phone="0371-60010001")
    session.add(user)
    session.flush()
    session.add(Post(user_id=user.id, county_code=COUNTY, **post))
    session.flush()
    return Actor(user.id, login, scope)


def build_office(session: Session) -> Office:
    world = World(session)
    world.division(COUNTY, box(0, 0, 2000, 1000), name="示例区")
    version = world.version()
    west = world.grid(version, "G1", box(0, 0, 1000, 1000))
    east = world.grid(version, "G2", box(1000, 0, 2000, 1000))
    shops = [
        world.enterprise(
            100 + 60 * number,
            500,
            name=f"麦芒{number}号店",
            county_code=COUNTY,
            industry_line="餐饮",
            staff_count=12,
            contact_name="王经理",
            contact_phone="13800138000",
        )
        for number in range(4)
    ]
    assign_enterprises(session)
    return Office(
        session,
        world,
        west,
        east,
        person(session, "mu", "穆棠", Scope(grid_ids=frozenset({west.id})), role="liaison", grid_id=west.id),
        person(session, "cen", "岑远", Scope(grid_ids=frozenset({east.id})), role="liaison", grid_id=east.id),
        person(
            session,
            "wen",
            "闻人朗",
            Scope(grid_ids=frozenset({west.id, east.id})),
            role="supervising_cadre",
            grid_id=west.id,
        ),
        person(session, "gui", "规划甲", Scope(county_codes=frozenset({COUNTY})), role="planner"),
        shops,
    )


@pytest.fixture
def office(session: Session) -> Office:
    return build_office(session)
