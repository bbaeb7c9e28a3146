"""Whether two databases hold the same rows: a count and a checksum for every table, whatever the order."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

# Ours are those that no extension brought; partitions and unlogged tables among them.
_TABLES = sa.text(
    """
    SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name,
        c.relpersistence = 'u' AS is_unlogged
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema$)'
        AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass
            AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1
    """
)
# A row as text looks the same everywhere under these settings.
_FORM = (
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO, YMD'",
    "SET LOCAL IntervalStyle = 'postgres'",
    "SET LOCAL extra_float_digits = 1",
    "SET LOCAL bytea_output = 'hex'",
)


@dataclass(frozen=True)
class Fingerprint:
    """Rows of one table, and the sum over them of 64 bits of the MD5 of each row's text."""

    rows: int
    checksum: str


def list_tables(session: Session) -> list[str]:
    """Our tables that outlive a crash, as ``schema.table``, by name."""
    return [row.name for row in session.execute(_TABLES) if not row.is_unlogged]


def list_unlogged_tables(session: Session) -> list[str]:
    """Our tables that a crash empties: what is in them is never worth keeping."""
    return [row.name for row in session.execute(_TABLES) if row.is_unlogged]


def take_fingerprints(session: Session) -> dict[str, Fingerprint]:
    """Count and checksum of every table in the state this transaction sees; time grows with the data."""
    for setting in _FORM:
        session.execute(sa.text(setting))
    return {table: _fingerprint(session, table) for table in list_tables(session)}


def _fingerprint(session: Session, table: str) -> Fingerprint:
    row = session.execute(
        sa.text(
            "SELECT count(*) AS rows, "
            "COALESCE(sum(('x' || left(md5(t::text), 16))::bit(64)::bigint::numeric), 0) AS checksum "
            f"FROM {table} AS t"
        )
    ).one()
    return Fingerprint(row.rows, str(row.checksum))


def find_revision(session: Session) -> str | None:
    """The schema revision of a database, ``None`` when it has no schema of ours."""
    if session.scalar(sa.text("SELECT to_regclass('alembic_version')")) is None:
        return None
    found: str | None = session.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return found


def export_snapshot(session: Session) -> str:
    """A name under which another session sees exactly what this transaction sees."""
    found: str = session.execute(sa.text("SELECT pg_export_snapshot()")).scalar_one()
    return found
