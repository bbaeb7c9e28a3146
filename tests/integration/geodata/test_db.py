"""Connections that died while they rested are found before they are used."""

import pytest
import sqlalchemy as sa

from geodata import db
from geodata.db import make_engine

_ME = sa.text("SELECT pg_backend_pid()")


@pytest.mark.parametrize("rest_s", [0.0, 1000.0])
def test_connection_that_died_while_it_rested_is_replaced(database_url, monkeypatch, rest_s):
    monkeypatch.setattr(db, "_REST_S", rest_s)
    engine, other = make_engine(database_url), make_engine(database_url)
    with engine.connect() as connection:
        first = connection.scalar(_ME)
    with other.connect() as connection:
        connection.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": first})
    with engine.connect() as connection:
        assert connection.scalar(_ME) != first
    engine.dispose()
    other.dispose()


def test_connection_in_use_a_moment_ago_is_used_again_without_asking(database_url):
    engine = make_engine(database_url)
    asked = []
    sa.event.listen(engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    with engine.connect() as connection:
        first = connection.scalar(_ME)
    with engine.connect() as connection:
        assert connection.scalar(_ME) == first
    assert len(asked) == 2
    engine.dispose()
