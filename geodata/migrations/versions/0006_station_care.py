"""The station manager: visitors of a day, photos, who confirmed, kinds of closure, several openings a date.

Revision ID: 0006
Revises: 0005
"""
import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('station_photos',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('station_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.LargeBinary(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('thumbnail', sa.LargeBinary(), nullable=True),
    sa.Column('added_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('added_by', sa.Text(), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('removed_by', sa.Text(), nullable=True),
    sa.Column('is_invented', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.CheckConstraint('(removed_at IS NULL) = (content IS NOT NULL)', name=op.f('ck_station_photos_content_until_removed')),
    sa.CheckConstraint('(removed_at IS NULL) = (removed_by IS NULL)', name=op.f('ck_station_photos_removed_by_somebody')),
    sa.CheckConstraint('(removed_at IS NULL) = (thumbnail IS NOT NULL)', name=op.f('ck_station_photos_thumbnail_until_removed')),
    sa.CheckConstraint('octet_length(sha256) = 32', name=op.f('ck_station_photos_sha256')),
    sa.CheckConstraint('width > 0 AND height > 0', name=op.f('ck_station_photos_size')),
    sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_station_photos_station_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_station_photos'))
    )
    op.create_index('uq_station_photos_present', 'station_photos', ['station_id', 'sha256'], unique=True, postgresql_where=sa.text('removed_at IS NULL'))
    op.create_table('station_visitors',
    sa.Column('station_id', sa.BigInteger(), nullable=False),
    sa.Column('on_date', sa.Date(), nullable=False),
    sa.Column('visitors', sa.Integer(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_by', sa.Text(), nullable=False),
    sa.Column('is_invented', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.CheckConstraint('visitors BETWEEN 0 AND 100000', name=op.f('ck_station_visitors_visitors')),
    sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_station_visitors_station_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('station_id', 'on_date', name=op.f('pk_station_visitors'))
    )
    op.add_column('station_closures', sa.Column('kind', sa.Text(), server_default='planned', nullable=False))
    op.create_check_constraint(op.f('ck_station_closures_kind_known'), 'station_closures', "kind IN ('planned', 'unplanned', 'early')")
    op.drop_constraint(op.f('uq_station_hours_exceptions_station_id_on_date'), 'station_hours_exceptions', type_='unique')
    op.execute(
        "ALTER TABLE station_hours_exceptions ADD CONSTRAINT ex_station_hours_exceptions_openings "
        "EXCLUDE USING gist (station_id WITH =, on_date WITH =, "
        "int4range(COALESCE(opens_min, 0), COALESCE(closes_min, 2880)) WITH &&)"
    )
    op.add_column('stations', sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('stations', sa.Column('confirmed_by', sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column('stations', 'confirmed_by')
    op.drop_column('stations', 'confirmed_at')
    op.execute("ALTER TABLE station_hours_exceptions DROP CONSTRAINT ex_station_hours_exceptions_openings")
    # The older schema knows one opening a date: the first is kept.
    op.execute(
        "DELETE FROM station_hours_exceptions AS later USING station_hours_exceptions AS earlier "
        "WHERE earlier.station_id = later.station_id AND earlier.on_date = later.on_date "
        "AND earlier.opens_min < later.opens_min"
    )
    op.create_unique_constraint(op.f('uq_station_hours_exceptions_station_id_on_date'), 'station_hours_exceptions', ['station_id', 'on_date'])
    op.drop_constraint(op.f('ck_station_closures_kind_known'), 'station_closures', type_='check')
    op.drop_column('station_closures', 'kind')
    op.drop_table('station_visitors')
    op.drop_index('uq_station_photos_present', table_name='station_photos', postgresql_where=sa.text('removed_at IS NULL'))
    op.drop_table('station_photos')
