"""The rules R1-R11 and the hard cases, on real PostGIS."""

from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from geodata.assignment.service import assign_enterprises, decide, which_grid
from geodata.models import Assignment
from tests.integration.geodata.assignment.world import World


def test_covered_place_goes_to_its_grid(world: World, county: SimpleNamespace) -> None:
    place = world.enterprise(500, 500)
    summary = assign_enterprises(world.session)
    owner = world.owner(place)
    assert (owner.grid_id, owner.method, owner.status) == (county.west.id, "covered", "auto")
    assert owner.boundary_version_id == county.version.id
    assert (summary.enterprises, summary.assigned, summary.opened) == (1, 1, 1)


def test_second_run_writes_nothing(world: World, county: SimpleNamespace) -> None:
    for x in (500, 1000, 1005, 2020, 2500, 9000):
        world.enterprise(x, 500)
    world.enterprise(operating_code="410103001009")
    first = assign_enterprises(world.session)
    rows = world.session.execute(sa.select(Assignment.__table__).order_by(Assignment.id)).all()
    second = assign_enterprises(world.session)
    assert first.opened == first.enterprises == 7
    assert (second.opened, second.closed, second.unchanged) == (0, 0, 7)
    assert world.session.execute(sa.select(Assignment.__table__).order_by(Assignment.id)).all() == rows
