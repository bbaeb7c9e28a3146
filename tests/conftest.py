"""One throw-away PostGIS for the whole run; each test sees it as if nobody else had been there."""

import itertools
import os
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hypothesis import settings
from sqlalchemy.orm import Session

from geodata import confined, migrations
from geodata.db import make_engine
from scripts.cluster import Cluster, throwaway

# A busy machine is no failure of a law.
settings.register_profile("tenmin", deadline=None)
settings.load_profile("tenmin")

TEMPLATE = "tenmin_template"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A private server in a temporary directory; leftovers of killed runs are swept up first."""
    with throwaway() as running:
        yield running


@pytest.fixture(scope="session")
def template_database(cluster: Cluster) -> str:
    """The name of a database with our extensions and the newest schema; clone it, never connect to it."""
    cluster.create_database(TEMPLATE)
    cluster.add_extensions(TEMPLATE)
    cluster.check_locale(TEMPLATE)
    migrations.upgrade(cluster.url(TEMPLATE))
    return TEMPLATE


@pytest.fixture(scope="session")
def _shared_url(cluster: Cluster, template_database: str) -> str:
    cluster.create_database("shared", template=template_database)
    return cluster.url("shared")


@pytest.fixture
def database_url(cluster: Cluster, template_database: str) -> Iterator[str]:
    """The address of a database of this test's own, for tests that must commit (about 0.2 s each)."""
    name = f"own_{next(_numbers)}"
    cluster.create_database(name, template=template_database)
    yield cluster.url(name)
    cluster.drop_database(name)


@pytest.fixture
def empty_database_url(cluster: Cluster) -> Iterator[str]:
    """Like `database_url`, with extensions but without any table of ours: for tests of migrations."""
    name = f"empty_{next(_numbers)}"
    cluster.create_database(name)
    cluster.add_extensions(name)
    yield cluster.url(name)
    cluster.drop_database(name)


@pytest.fixture(scope="session")
def engine(_shared_url: str) -> Iterator[sa.Engine]:
    """An engine on the database that `session` rolls back; commit nothing through it."""
    shared = make_engine(_shared_url)
    yield shared
    shared.dispose()


@pytest.fixture
def session(engine: sa.Engine) -> Iterator[Session]:
    """A session whose commits are savepoints: everything is rolled back after the test."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as inner:
            yield inner
        if outer.is_active:
            outer.rollback()


@pytest.fixture(scope="session", autouse=True)
def _measured_children() -> None:
    """Let coverage into the confined child, whose environment is otherwise empty."""
    name = "COVERAGE_PROCESS_CONFIG"
    if name in os.environ:
        confined.ENVIRONMENT[name] = os.environ[name]
