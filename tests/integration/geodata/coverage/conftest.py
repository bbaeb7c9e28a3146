from datetime import date

import pytest
from sqlalchemy.orm import Session

from geodata.models import AssessmentArea, BoundaryVersion, Division
from tests.integration.geodata.coverage.small_county import (
    COUNTY,
    EAST,
    MIDDLE,
    NORTH,
    SOUTH,
    WEST,
    County,
    outline,
)


@pytest.fixture
def empty_county(session: Session) -> County:
    county = County(session)
    county.add(Division(code=COUNTY, level="county", name="二七区", geom=outline(WEST, SOUTH, EAST, NORTH)))
    return county


@pytest.fixture
def county(empty_county: County) -> County:
    """Two grids, one town over the western half, one assessment area in the east."""
    version = empty_county.add(
        BoundaryVersion(
            county_code=COUNTY,
            label="2026-1",
            status="effective",
            effective_from=date(2026, 1, 1),
            created_by="a",
        )
    )
    empty_county.grid(version, "G-01", (WEST, SOUTH, MIDDLE, NORTH))
    empty_county.grid(version, "G-02", (MIDDLE, SOUTH, EAST, NORTH))
    town = Division(code=COUNTY + "001", level="town", name="一街道", parent_code=COUNTY)
    town.geom = outline(WEST, SOUTH, MIDDLE, NORTH)
    empty_county.add(town)
    area = AssessmentArea(county_code=COUNTY, name="建成区", geom=outline(MIDDLE, SOUTH, EAST, NORTH))
    empty_county.add(area)
    return empty_county
