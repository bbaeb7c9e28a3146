"""Versions of what administrators edit: services, the 8+N list, coverage rules.

Revision ID: 0010
Revises: 0009
"""
import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

EDITED = ("service_items", "service_standards", "coverage_rules")


def upgrade() -> None:
    for table in EDITED:
        op.add_column(table, sa.Column('version', sa.Integer(), server_default='1', nullable=False))
    # Until now services never changed; from now on their names do, and what was answered with them is old.
    op.execute(
        "CREATE TRIGGER note_data_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON service_items "
        "FOR EACH STATEMENT EXECUTE FUNCTION note_data_change('stations')"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER note_data_change ON service_items")
    for table in EDITED:
        op.drop_column(table, 'version')
