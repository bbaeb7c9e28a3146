"""The same small county as for assignment, with a version still ahead."""

import pytest
from sqlalchemy.orm import Session

from tests.integration.geodata.assignment.world import World


@pytest.fixture
def world(session: Session) -> World:
    return World(session)
