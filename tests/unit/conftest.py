"""Unit tests decide about values; one that asks for a database is in the wrong place."""

from typing import NoReturn

import pytest


def _refuse(name: str) -> NoReturn:
    pytest.fail(f"a unit test must not use the {name!r} fixture: move the test to tests/integration")


@pytest.fixture(scope="session")
def cluster() -> None:
    _refuse("cluster")


@pytest.fixture
def engine() -> None:
    _refuse("engine")


@pytest.fixture
def session() -> None:
    _refuse("session")


@pytest.fixture
def database_url() -> None:
    _refuse("database_url")
