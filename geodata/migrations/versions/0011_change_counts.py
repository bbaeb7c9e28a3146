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


def downgrade() -> None:
    op.drop_column("data_changes", "changes")
