"""People in a small county."""

import pytest
from sqlalchemy.orm import Session

from tests.integration.geodata.accounts.staff import Staff


@pytest.fixture
def staff(session: Session) -> Staff:
    return Staff(session)
