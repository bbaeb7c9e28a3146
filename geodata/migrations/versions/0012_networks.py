"""Street networks, barriers, hours of demand, candidate sites, siting answers, scenarios.

Revision ID: 0012
Revises: 0011
"""
import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SUBJECTS = {
    "network_versions": "networks",
    "barriers": "barriers",
    "demand_hours": "demand",
    "candidate_sites": "plans",
    "scenarios": "plans",
}
OLD_KINDS = (
    "'import_preview', 'import_save', 'import_undo', 'assign', 'coverage', 'export', "
    "'boundary_check', 'boundary_activate'"
)
NEW_KINDS = OLD_KINDS + ", 'network_load', 'siting'"


def upgrade() -> None:
    op.create_table('network_versions',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_code', sa.Text(), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), server_default='loaded', nullable=False),
    sa.Column('file_name', sa.Text(), nullable=False),
    sa.Column('file_sha256', sa.Text(), nullable=False),
    sa.Column('datum', sa.Text(), nullable=False),
    sa.Column('credit', sa.Text(), server_default='', nullable=False),
    sa.Column('nodes', sa.Integer(), nullable=False),
    sa.Column('edges', sa.Integer(), nullable=False),
    sa.Column('length_m', sa.Double(), nullable=False),
    sa.Column('report', JSONB(), server_default='{}', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('created_by', sa.Text(), nullable=False),
    sa.Column('used_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('used_by', sa.Text(), nullable=True),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('is_invented', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.CheckConstraint("source IN ('osm', 'graphml', 'lines')", name=op.f('ck_network_versions_source_known')),
    sa.CheckConstraint("status IN ('loaded', 'in_use', 'archived')", name=op.f('ck_network_versions_status_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_network_versions')),
    sa.UniqueConstraint('county_code', 'label', name=op.f('uq_network_versions_county_code_label'))
    )
    op.create_index('uq_network_versions_in_use', 'network_versions', ['county_code'], unique=True, postgresql_where=sa.text("status = 'in_use'"))
    op.create_table('siting_runs',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_code', sa.Text(), nullable=False),
    sa.Column('question', JSONB(), nullable=False),
    sa.Column('options', JSONB(), nullable=False),
    sa.Column('inputs_hash', sa.Text(), nullable=False),
    sa.Column('result', JSONB(), nullable=False),
    sa.Column('asked_by', sa.Text(), nullable=False),
    sa.Column('computed_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_siting_runs'))
    )
    op.create_index('ix_siting_runs_county_code', 'siting_runs', ['county_code', 'id'], unique=False)
    op.create_table('network_edges',
    sa.Column('version_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('from_node', sa.Integer(), nullable=False),
    sa.Column('to_node', sa.Integer(), nullable=False),
    sa.Column('uses', sa.SmallInteger(), nullable=False),
    sa.Column('road_class', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('speed_kmh', sa.Double(), nullable=True),
    sa.Column('is_bridge', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('is_tunnel', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('length_m', sa.Double(), nullable=False),
    sa.Column('geom', Geometry(geometry_type='LINESTRING', srid=4326, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry', nullable=False), nullable=False),
    sa.CheckConstraint('length_m > 0', name=op.f('ck_network_edges_length')),
    sa.CheckConstraint('speed_kmh > 0', name=op.f('ck_network_edges_speed')),
    sa.CheckConstraint('uses BETWEEN 1 AND 31', name=op.f('ck_network_edges_uses')),
    sa.ForeignKeyConstraint(['version_id'], ['network_versions.id'], name=op.f('fk_network_edges_version_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('version_id', 'number', name=op.f('pk_network_edges'))
    )
    op.create_index('ix_network_edges_geom', 'network_edges', ['geom'], unique=False, postgresql_using='gist')
    op.create_table('barriers',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('drawn_by', sa.Text(), nullable=False),
    sa.Column('geom', Geometry(srid=4326, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry', nullable=False), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('import_batch_id', sa.BigInteger(), nullable=True),
    sa.Column('is_invented', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.CheckConstraint("GeometryType(geom) IN ('LINESTRING', 'MULTILINESTRING', 'POLYGON', 'MULTIPOLYGON')", name=op.f('ck_barriers_shape')),
    sa.CheckConstraint("kind IN ('wall', 'water', 'railway', 'expressway', 'works', 'other')", name=op.f('ck_barriers_kind_known')),
    sa.CheckConstraint('ST_IsValid(geom) AND NOT ST_IsEmpty(geom)', name=op.f('ck_barriers_geom_sound')),
    sa.CheckConstraint('valid_to > valid_from', name=op.f('ck_barriers_period')),
    sa.ForeignKeyConstraint(['import_batch_id'], ['import_batches.id'], name=op.f('fk_barriers_import_batch_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_barriers'))
    )
    op.create_index('ix_barriers_county_code', 'barriers', ['county_code', 'valid_from'], unique=False)
    op.create_index('ix_barriers_geom', 'barriers', ['geom'], unique=False, postgresql_using='gist')
    op.create_table('candidate_sites',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('host_kind', sa.Text(), server_default='other', nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('cost', sa.Double(), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('added_by', sa.Text(), nullable=False),
    sa.Column('geom', Geometry(geometry_type='POINT', srid=4326, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry', nullable=False), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('import_batch_id', sa.BigInteger(), nullable=True),
    sa.Column('is_invented', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.CheckConstraint("host_kind IN ('bank', 'petrol_station', 'post_office', 'telecom', 'shop', 'public_body', 'property', 'other')", name=op.f('ck_candidate_sites_host_kind_known')),
    sa.CheckConstraint("source IN ('uploaded', 'drawn', 'proposed')", name=op.f('ck_candidate_sites_source_known')),
    sa.CheckConstraint('cost >= 0', name=op.f('ck_candidate_sites_cost')),
    sa.ForeignKeyConstraint(['import_batch_id'], ['import_batches.id'], name=op.f('fk_candidate_sites_import_batch_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_candidate_sites'))
    )
    op.create_index('ix_candidate_sites_county_code', 'candidate_sites', ['county_code', 'id'], unique=False)
    op.create_index('ix_candidate_sites_geom', 'candidate_sites', ['geom'], unique=False, postgresql_using='gist')
    op.create_table('demand_hours',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('demand_point_id', sa.BigInteger(), nullable=False),
    sa.Column('weekday', sa.SmallInteger(), nullable=False),
    sa.Column('opens_min', sa.Integer(), nullable=False),
    sa.Column('closes_min', sa.Integer(), nullable=False),
    sa.CheckConstraint('opens_min >= 0 AND opens_min < 1440 AND closes_min > opens_min AND closes_min <= opens_min + 1440', name=op.f('ck_demand_hours_minutes')),
    sa.CheckConstraint('weekday BETWEEN 0 AND 7', name=op.f('ck_demand_hours_weekday')),
    sa.ForeignKeyConstraint(['demand_point_id'], ['demand_points.id'], name=op.f('fk_demand_hours_demand_point_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_demand_hours')),
    sa.UniqueConstraint('demand_point_id', 'weekday', 'opens_min', name=op.f('uq_demand_hours_demand_point_id_weekday_opens_min'))
    )
    op.create_table('scenarios',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('question', JSONB(), nullable=False),
    sa.Column('changes', JSONB(), server_default='[]', nullable=False),
    sa.Column('is_shared', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('made_by', sa.BigInteger(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('import_batch_id', sa.BigInteger(), nullable=True),
    sa.Column('is_invented', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.ForeignKeyConstraint(['import_batch_id'], ['import_batches.id'], name=op.f('fk_scenarios_import_batch_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['made_by'], ['users.id'], name=op.f('fk_scenarios_made_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scenarios')),
    sa.UniqueConstraint('county_code', 'name', name=op.f('uq_scenarios_county_code_name'))
    )
    op.create_index('ix_scenarios_made_by', 'scenarios', ['made_by'], unique=False)
    op.add_column('coverage_rules', sa.Column('profile', sa.Text(), server_default='foot', nullable=False))
    op.add_column('coverage_runs', sa.Column('measure', sa.Text(), server_default='straight_line', nullable=False))
    op.add_column('coverage_runs', sa.Column('network_version_id', sa.BigInteger(), nullable=True))
    op.drop_index(op.f('uq_coverage_runs_question'), table_name='coverage_runs')
    op.create_index('uq_coverage_runs_question', 'coverage_runs', [sa.literal_column("COALESCE(county_code, '')"), 'rule_code', 'measure', 'day_type', sa.literal_column('COALESCE(minute, -1)'), 'services', 'as_of', 'inputs_hash'], unique=True)
    op.create_foreign_key(op.f('fk_coverage_runs_network_version_id'), 'coverage_runs', 'network_versions', ['network_version_id'], ['id'])
    op.create_check_constraint(op.f('ck_coverage_rules_profile_known'), 'coverage_rules', "profile IN ('foot', 'ebike', 'car')")
    op.create_check_constraint(op.f('ck_coverage_runs_measure_known'), 'coverage_runs', "measure IN ('straight_line', 'streets')")
    op.create_check_constraint(op.f('ck_coverage_runs_network'), 'coverage_runs', "(measure = 'streets') = (network_version_id IS NOT NULL)")
    op.execute("UPDATE coverage_rules SET profile = 'ebike' WHERE code = 'ebike_10'")
    _know_kinds(NEW_KINDS)
    for table, subject in SUBJECTS.items():
        op.execute(
            f"CREATE TRIGGER note_data_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION note_data_change('{subject}')"
        )


def downgrade() -> None:
    op.execute("DELETE FROM jobs WHERE kind IN ('network_load', 'siting')")
    _know_kinds(OLD_KINDS)
    op.execute("DELETE FROM coverage_runs WHERE measure = 'streets'")
    op.drop_constraint(op.f('ck_coverage_runs_network'), 'coverage_runs', type_='check')
    op.drop_constraint(op.f('ck_coverage_runs_measure_known'), 'coverage_runs', type_='check')
    op.drop_constraint(op.f('ck_coverage_rules_profile_known'), 'coverage_rules', type_='check')
    op.drop_constraint(op.f('fk_coverage_runs_network_version_id'), 'coverage_runs', type_='foreignkey')
    op.drop_index('uq_coverage_runs_question', table_name='coverage_runs')
    op.create_index(op.f('uq_coverage_runs_question'), 'coverage_runs', [sa.literal_column("COALESCE(county_code, ''::text)"), 'rule_code', 'day_type', sa.literal_column("COALESCE(minute, '-1'::integer)"), 'services', 'as_of', 'inputs_hash'], unique=True)
    op.drop_column('coverage_runs', 'network_version_id')
    op.drop_column('coverage_runs', 'measure')
    op.drop_column('coverage_rules', 'profile')
    op.drop_index('ix_scenarios_made_by', table_name='scenarios')
    op.drop_table('scenarios')
    op.drop_table('demand_hours')
    op.drop_index('ix_candidate_sites_geom', table_name='candidate_sites', postgresql_using='gist')
    op.drop_index('ix_candidate_sites_county_code', table_name='candidate_sites')
    op.drop_table('candidate_sites')
    op.drop_index('ix_barriers_geom', table_name='barriers', postgresql_using='gist')
    op.drop_index('ix_barriers_county_code', table_name='barriers')
    op.drop_table('barriers')
    op.drop_index('ix_network_edges_geom', table_name='network_edges', postgresql_using='gist')
    op.drop_table('network_edges')
    op.drop_index('ix_siting_runs_county_code', table_name='siting_runs')
    op.drop_table('siting_runs')
    op.drop_index('uq_network_versions_in_use', table_name='network_versions', postgresql_where=sa.text("status = 'in_use'"))
    op.drop_table('network_versions')


def _know_kinds(kinds: str) -> None:
    op.drop_constraint(op.f("ck_jobs_kind_known"), "jobs", type_="check")
    op.create_check_constraint(op.f("ck_jobs_kind_known"), "jobs", f"kind IN ({kinds})")
