"""A county of two grids side by side, the smallest world in which every rule has a case."""

from types import SimpleNamespace

import pytest
from sqlalchemy.orm import Session

from tests.integration.geodata.assignment.world import COMMUNITY, COUNTY, TOWN, World, box


@pytest.fixture
def world(session: Session) -> World:
    return World(session)


@pytest.fixture
def county(world: World) -> SimpleNamespace:
    """West grid G1 (0..1000 m), east grid G2 (1000..2000 m); the county reaches 3000 m, its east undrawn."""
    world.division(COUNTY, box(0, 0, 3000, 1000), name="示例区")
    world.division(TOWN, box(0, 0, 3000, 1000), name="示例街道")
    world.division(COMMUNITY, box(2200, 0, 3000, 1000), name="示例社区")
    version = world.version()
    west = world.grid(version, "G1", box(0, 0, 1000, 1000), community_codes=["410103001009"])
    east = world.grid(version, "G2", box(1000, 0, 2000, 1000), community_codes=["410103001008"])
    return SimpleNamespace(version=version, west=west, east=east)
