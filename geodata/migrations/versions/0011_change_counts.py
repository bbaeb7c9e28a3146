"""Let rows that tell of changes be folded together: each says for how many it stands.

Revision ID: 0011
Revises: 0010
"""
import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("data_changes", sa.Column("changes", sa.BigInteger(), server_default="1", nullable=False))
    # Folding leaves dead rows behind; they are read over in every request until they are swept.
    op.execute("ALTER TABLE data_changes SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200)")


def downgrade() -> None:
    op.execute("ALTER TABLE data_changes RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)")
    op.drop_column("data_changes", "changes")
