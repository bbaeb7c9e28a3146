"""The demo is drawn once for all tests of this room; it never changes."""

import pytest

from geodata.demo.enterprises import invent_enterprises
from geodata.demo.firms import Firm
from geodata.demo.grids import GridPlan, plan_grids
from geodata.demo.lattice import Lattice, build_lattice


@pytest.fixture(scope="session")
def lattice() -> Lattice:
    return build_lattice()


@pytest.fixture(scope="session")
def plan(lattice: Lattice) -> GridPlan:
    return plan_grids(lattice)


@pytest.fixture(scope="session")
def firms(lattice: Lattice, plan: GridPlan) -> list[Firm]:
    return invent_enterprises(lattice, plan)
