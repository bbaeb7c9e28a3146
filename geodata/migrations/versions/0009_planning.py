"""Proposals that a union of the line covers an enterprise.

Revision ID: 0009
Revises: 0008
"""
import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('cover_proposals',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('enterprise_id', sa.BigInteger(), nullable=False),
    sa.Column('union_name', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), server_default='open', nullable=False),
    sa.Column('proposed_by', sa.BigInteger(), nullable=False),
    sa.Column('decided_by', sa.BigInteger(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decision_note', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('import_batch_id', sa.BigInteger(), nullable=True),
    sa.Column('is_invented', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.CheckConstraint("(state = 'open') = (decided_at IS NULL AND decided_by IS NULL)", name=op.f('ck_cover_proposals_decided_whole')),
    sa.CheckConstraint("state = 'withdrawn' OR decided_by <> proposed_by", name=op.f('ck_cover_proposals_decided_by_another')),
    sa.CheckConstraint("state IN ('open', 'confirmed', 'declined', 'withdrawn')", name=op.f('ck_cover_proposals_state_known')),
    sa.ForeignKeyConstraint(['decided_by'], ['users.id'], name=op.f('fk_cover_proposals_decided_by')),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_cover_proposals_enterprise_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['import_batch_id'], ['import_batches.id'], name=op.f('fk_cover_proposals_import_batch_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['proposed_by'], ['users.id'], name=op.f('fk_cover_proposals_proposed_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cover_proposals'))
    )
    op.create_index('ix_cover_proposals_enterprise_id', 'cover_proposals', ['enterprise_id'], unique=False)
    op.create_index('uq_cover_proposals_open', 'cover_proposals', ['enterprise_id'], unique=True, postgresql_where=sa.text("state = 'open'"))
    op.execute(
        "CREATE TRIGGER note_data_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON cover_proposals "
        "FOR EACH STATEMENT EXECUTE FUNCTION note_data_change('founding')"
    )


def downgrade() -> None:
    op.drop_index('uq_cover_proposals_open', table_name='cover_proposals', postgresql_where=sa.text("state = 'open'"))
    op.drop_index('ix_cover_proposals_enterprise_id', table_name='cover_proposals')
    op.drop_table('cover_proposals')
