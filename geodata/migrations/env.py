"""Alembic environment: one transaction, time-outs, and an advisory lock against two upgrades at once."""

import sqlalchemy as sa
from alembic import context
from geoalchemy2 import alembic_helpers

from geodata import models  # noqa: F401  (fills the metadata)
from geodata.db import Base

_LOCK_KEY = 0x7E9_0010


def _include(name: str | None, kind: str, _parents: object) -> bool:
    """Only our own tables: PostGIS keeps some in the same schema."""
    return kind != "table" or name in Base.metadata.tables


def _run() -> None:
    engine = sa.create_engine(context.config.attributes["url"], poolclass=sa.pool.NullPool)
    with engine.connect() as connection, connection.begin():
        connection.execute(sa.text("SET LOCAL lock_timeout = '5s'"))
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_name=_include,
            include_object=alembic_helpers.include_object,
            process_revision_directives=alembic_helpers.writer,
            render_item=alembic_helpers.render_item,
            transaction_per_migration=False,
        )
        context.run_migrations()
    engine.dispose()


_run()
