"""Databases beside the one in use: made for a restore, dropped again when it fails."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from geodata.db import make_engine, normalize_url
from geodata.errors import Conflict, InvalidInput
from scripts.cluster import Cluster
from scripts.postgres_files import EXTENSIONS

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


@contextmanager
def new_database(url: str, name: str) -> Iterator[str]:
    """Make a database on the same server with our extensions; gone again if the block fails.

    On a server of one's own the role needs CREATEDB and the right to create the extensions; where it has
    not, an administrator makes the empty database and ``DATABASE_URL`` names it.

    Raises:
        InvalidInput: ``database_name_invalid``.
        Conflict: ``database_exists``.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInput("database_name_invalid", name=name)
    parsed = sa.make_url(normalize_url(url))
    target = parsed.set(database=name).render_as_string(hide_password=False)
    with _server(url) as connection:
        if connection.scalar(
            sa.text("SELECT EXISTS (SELECT FROM pg_database WHERE datname = :name)"), {"name": name}
        ):
            raise Conflict("database_exists", name=name)
        _make(connection, url, name)
        try:
            _add_extensions(url, target, name)
            yield target
        except BaseException:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
            raise


@contextmanager
def _server(url: str) -> Iterator[sa.Connection]:
    """A connection on which databases can be made: outside any transaction."""
    engine = make_engine(url)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection
    finally:
        engine.dispose()


def _private(url: str) -> Cluster | None:
    """The private cluster, if this is its address: there we may do what only a superuser may."""
    cluster = Cluster.of_checkout()
    return cluster if normalize_url(url) == cluster.url() else None


def _make(connection: sa.Connection, url: str, name: str) -> None:
    if cluster := _private(url):
        cluster.create_database(name)
    else:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE template0"))


def _add_extensions(url: str, target: str, name: str) -> None:
    if cluster := _private(url):
        cluster.add_extensions(name)
        return
    engine = make_engine(target)
    with engine.begin() as connection:
        for extension in EXTENSIONS:
            connection.execute(sa.text(f"CREATE EXTENSION IF NOT EXISTS {extension}"))
    engine.dispose()
