"""Engine, session and the declarative base. Workflows flush; only scripts and requests commit."""

import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Session

from geodata.errors import Misconfigured

Progress = Callable[[str, int, int], None]
"""Told of long work: stage code, done, total (0 when not known)."""

_REST_S = 1.0
"""A connection that rested longer is tried before it is used."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all tables; constraint names are fixed so that errors and migrations can name them."""

    metadata = sa.MetaData(naming_convention=NAMING)


def normalize_url(url: str) -> str:
    """Name the driver: ``postgres://`` and ``postgresql://`` become ``postgresql+psycopg://``.

    SQLAlchemy 2.0 and 2.1 disagree about the default driver, so it is never left open.
    """
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def make_engine(url: str, *, pool_size: int = 5, statement_timeout_s: int = 0) -> sa.Engine:
    """An engine on PostGIS with safe time-outs on locks and idle transactions.

    Args:
        url: the database.
        pool_size: connections kept open.
        statement_timeout_s: after so many seconds a statement is given up; 0 never.
    """
    options = "-c jit=off -c lock_timeout=10s -c idle_in_transaction_session_timeout=15min -c TimeZone=UTC"
    if statement_timeout_s:
        options += f" -c statement_timeout={statement_timeout_s}s"
    engine = sa.create_engine(normalize_url(url), pool_size=pool_size, connect_args={"options": options})
    _ping_rested(engine)
    return engine


def _ping_rested(engine: sa.Engine) -> None:
    """Try a connection before use when it has rested, or when something unasked waits on it, such as its end.

    What ``pool_pre_ping`` does every time costs a round trip a request, a tenth of a busy server's work.
    """

    @sa.event.listens_for(engine, "checkin")
    def note(_connection: Any, record: Any) -> None:
        record.info["used_at"] = monotonic()

    @sa.event.listens_for(engine, "checkout")
    def ping(connection: Any, record: Any, _proxy: Any) -> None:
        now = monotonic()
        if now - record.info.get("used_at", now) < _REST_S and not _has_word(connection):
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise sa.exc.DisconnectionError from error  # the pool opens another one


def _has_word(connection: Any) -> bool:
    """Whether the server said something on a connection at rest; a healthy one is silent. No round trip."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


@contextmanager
def transaction(engine: sa.Engine) -> Iterator[Session]:
    """One unit of work: committed when the block ends well, rolled back otherwise."""
    with Session(engine) as session, session.begin():
        yield session


def check_database(engine: sa.Engine) -> None:
    """Refuse a database in which the tool would be quietly wrong.

    Raises:
        Misconfigured: ``database_encoding`` (not UTF-8), ``database_locale`` (LC_CTYPE ``C`` or
            ``POSIX`` breaks Chinese search), ``database_extension`` (postgis, pg_trgm or btree_gist missing).
    """
    with engine.connect() as connection:
        row = connection.execute(
            sa.text(
                "SELECT pg_encoding_to_char(encoding), datcollate, datctype "
                "FROM pg_database WHERE datname = current_database()"
            )
        ).one()
        if row[0] != "UTF8":
            raise Misconfigured("database_encoding", encoding=row[0])
        if row[2] in {"C", "POSIX"}:
            raise Misconfigured("database_locale", locale=row[2])
        present = set(connection.scalars(sa.text("SELECT extname FROM pg_extension")))
    for extension in ("postgis", "pg_trgm", "btree_gist"):
        if extension not in present:
            raise Misconfigured("database_extension", extension=extension)
