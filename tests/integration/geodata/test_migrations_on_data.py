"""Every revision goes down and up again on full data, and what both sides know stays as it was."""

from itertools import pairwise

import pytest
import sqlalchemy as sa

from geodata import migrations
from geodata.db import make_engine

# From 0002 on: going below it takes away the reference data on which all other rows rest.
REVISIONS = migrations.known_revisions()[1:]
# These say that something was written, which a migration does.
WRITTEN_BY_MIGRATIONS = {"data_changes", "alembic_version"}

COLUMNS = sa.text(
    """
    SELECT c.relname AS "table", a.attname AS "column", format_type(a.atttypid, a.atttypmod) AS type
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = 'public'
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind = 'r' AND NOT EXISTS (SELECT FROM pg_depend AS d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1, 2
    """
)


@pytest.fixture(scope="module")
def moving_url(cluster, demo_database):
    """A copy of the full database that goes down revision by revision."""
    cluster.create_database("moving", template=demo_database)
    yield cluster.url("moving")
    cluster.drop_database("moving")


def columns_of(url):
    """Type, count and an order-independent checksum of every column of every table."""
    engine = make_engine(url)
    found = {}
    with engine.connect() as connection:
        by_table = {}
        for table, column, kind in connection.execute(COLUMNS):
            if table not in WRITTEN_BY_MIGRATIONS:
                by_table.setdefault(table, {})[column] = kind
        for table, kinds in by_table.items():
            sums = ", ".join(
                f"""sum(('x' || left(md5("{column}"::text), 16))::bit(64)::bigint::numeric)"""
                for column in kinds
            )
            row = connection.execute(sa.text(f'SELECT count(*), {sums} FROM "{table}"')).one()  # noqa: S608
            for (column, kind), value in zip(kinds.items(), row[1:], strict=True):
                found[table, column] = (kind, row[0], value)
    engine.dispose()
    return found


@pytest.mark.parametrize(("below", "revision"), [*pairwise(REVISIONS)][::-1], ids=REVISIONS[:0:-1])
def test_a_revision_down_and_up_keeps_every_column(moving_url, below, revision):
    before = columns_of(moving_url)
    migrations.downgrade(moving_url, below)
    down = columns_of(moving_url)
    assert {name: before[name] for name in down if name in before} == {
        name: value for name, value in down.items() if name in before
    }
    migrations.upgrade(moving_url, revision)
    up = columns_of(moving_url)
    assert {name: kind for name, (kind, *_) in up.items()} == {
        name: kind for name, (kind, *_) in before.items()
    }
    survived = down.keys() & before.keys()
    assert {name: up[name] for name in survived} == {name: before[name] for name in survived}
    migrations.downgrade(moving_url, below)
