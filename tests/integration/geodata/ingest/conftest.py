"""A small county with two towns, loaded through the import itself."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.ingest.service import ImportReport, import_file
from geodata.vocab import Datum, ImportKind
from tests.integration.geodata.ingest.files import SOUTH, WEST, geojson_file

COUNTY, NEIGHBOUR = "410103", "410104"

Take = Callable[..., ImportReport]


@pytest.fixture
def take(session: Session) -> Take:
    """Import a file with the usual answers."""

    def run(kind: str, path: Path, **options: Any) -> ImportReport:
        answers = {"datum": Datum.WGS84, "by": "tester", **options}
        return import_file(session, ImportKind(kind), path, **answers)

    return run


@pytest.fixture
def county(take: Take, tmp_path: Path) -> str:
    """Two counties side by side, 0.1 degrees each."""
    take(
        "divisions",
        geojson_file(
            tmp_path / "divisions.geojson",
            (shapely.box(WEST, SOUTH, WEST + 0.1, SOUTH + 0.1), {"code": COUNTY, "name": "二七区"}),
            (
                shapely.box(WEST + 0.1, SOUTH, WEST + 0.2, SOUTH + 0.1),
                {"code": NEIGHBOUR, "name": "管城回族区"},
            ),
        ),
    )
    return COUNTY


@pytest.fixture
def scalar(session: Session) -> Callable[..., Any]:
    """One value from the database."""

    def ask(statement: str, **params: Any) -> Any:
        return session.execute(sa.text(statement), params).scalar()

    return ask
