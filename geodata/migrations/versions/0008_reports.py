"""Reports of the public about stations, the salt of the day, the offices that anybody may ask.

Revision ID: 0008
Revises: 0007
"""
import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# The finder and the public pages show both; the salts are nobody's business.
WATCHED = {"station_reports": "reports", "union_offices": "offices"}


def upgrade() -> None:
    op.create_table('report_salts',
    sa.Column('on_date', sa.Date(), nullable=False),
    sa.Column('salt', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('on_date', name=op.f('pk_report_salts'))
    )
    op.create_table('union_offices',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('division_code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('hours', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('import_batch_id', sa.BigInteger(), nullable=True),
    sa.Column('is_invented', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.CheckConstraint("division_code ~ '^[0-9]{6}([0-9]{3})?$'", name=op.f('ck_union_offices_division_code_form')),
    sa.CheckConstraint("regexp_replace(phone, '[^0-9]', '', 'g') !~ '^(0?0?86)?1[3-9][0-9]{9}$'", name=op.f('ck_union_offices_phone_not_mobile')),
    sa.ForeignKeyConstraint(['import_batch_id'], ['import_batches.id'], name=op.f('fk_union_offices_import_batch_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_union_offices')),
    sa.UniqueConstraint('division_code', name=op.f('uq_union_offices_division_code'))
    )
    op.create_table('station_reports',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('station_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('item_code', sa.Text(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('sender_hash', sa.LargeBinary(), nullable=False),
    sa.Column('on_date', sa.Date(), nullable=False),
    sa.Column('reported_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('status', sa.Text(), server_default='open', nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by', sa.Text(), nullable=True),
    sa.Column('answer_note', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('import_batch_id', sa.BigInteger(), nullable=True),
    sa.Column('is_invented', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.CheckConstraint("(status = 'open') = (answered_at IS NULL)", name=op.f('ck_station_reports_answered')),
    sa.CheckConstraint("kind = 'service' OR item_code IS NULL", name=op.f('ck_station_reports_item_of_service')),
    sa.CheckConstraint("kind IN ('locked', 'service', 'place')", name=op.f('ck_station_reports_kind_known')),
    sa.CheckConstraint("status IN ('open', 'fixed', 'not_confirmed', 'duplicate')", name=op.f('ck_station_reports_status_known')),
    sa.CheckConstraint('char_length(note) <= 200 AND char_length(answer_note) <= 200', name=op.f('ck_station_reports_short')),
    sa.ForeignKeyConstraint(['import_batch_id'], ['import_batches.id'], name=op.f('fk_station_reports_import_batch_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['item_code'], ['service_items.code'], name=op.f('fk_station_reports_item_code')),
    sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_station_reports_station_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_station_reports'))
    )
    op.create_index('ix_station_reports_open', 'station_reports', ['on_date', 'station_id'], unique=False, postgresql_where=sa.text("status = 'open'"))
    op.create_index('ix_station_reports_station_id', 'station_reports', ['station_id', 'on_date'], unique=False)
    for table, subject in WATCHED.items():
        op.execute(
            f"CREATE TRIGGER note_data_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION note_data_change('{subject}')"
        )


def downgrade() -> None:
    op.drop_index('ix_station_reports_station_id', table_name='station_reports')
    op.drop_index('ix_station_reports_open', table_name='station_reports', postgresql_where=sa.text("status = 'open'"))
    op.drop_table('station_reports')
    op.drop_table('union_offices')
    op.drop_table('report_salts')
