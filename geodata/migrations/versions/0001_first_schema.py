"""first schema

Revision ID: 0001
Revises: 
"""
from alembic import op
import sqlalchemy as sa
import geoalchemy2
from sqlalchemy.dialects import postgresql
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None

FUNCTIONS = """
CREATE FUNCTION bigrams(value text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT ARRAY(
    SELECT DISTINCT substr(lower(value), i, 2) FROM generate_series(1, length(value) - 1) AS i
  )
$$;
COMMENT ON FUNCTION bigrams(text) IS 'Pairs of neighbouring characters, lower case: finds two-character Chinese words by a GIN index.';

CREATE FUNCTION uscc_is_valid(code text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT code ~ '^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$'
    AND (31 - (
      SELECT sum((strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(code, i, 1)) - 1)
                 * (ARRAY[1,3,9,27,19,26,16,17,20,29,25,13,8,24,10,30,28])[i])
      FROM generate_series(1, 17) AS i) % 31) % 31
      = strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(code, 18, 1)) - 1
$$;
COMMENT ON FUNCTION uscc_is_valid(text) IS 'GB 32100-2015: alphabet, length and check character of a unified social credit code.';

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit entries are append-only' USING ERRCODE = 'integrity_constraint_violation',
    CONSTRAINT = 'audit_append_only';
END $$;

CREATE FUNCTION note_data_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO data_changes (subject) VALUES (TG_ARGV[0]);
  RETURN NULL;
END $$;

CREATE FUNCTION refuse_assignment_overlap() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  conflicting bigint;
BEGIN
  -- Two current rows are refused by uq_assignments_current, two closed ones by ex_assignments_history; left is
  -- a current row against closed ones. Counting forces a plan for all rows (an EXISTS chose a nested loop that
  -- a million rows never ended); EXECUTE plans for the statement at hand.
  EXECUTE
    'SELECT (SELECT count(*) FROM changed AS c JOIN assignments AS o ON o.enterprise_id = c.enterprise_id '
    '        AND o.valid_to IS NOT NULL AND o.valid_to > c.valid_from WHERE c.valid_to IS NULL) '
    '     + (SELECT count(*) FROM changed AS c JOIN assignments AS o ON o.enterprise_id = c.enterprise_id '
    '        AND o.valid_to IS NULL AND o.valid_from < c.valid_to WHERE c.valid_to IS NOT NULL)'
    INTO conflicting;
  IF conflicting > 0 THEN
    RAISE EXCEPTION 'assignments of one enterprise overlap in time'
      USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'assignments_no_overlap';
  END IF;
  RETURN NULL;
END $$;
"""

WATCHED = {
    "divisions": "divisions",
    "boundary_versions": "grids",
    "grid_boundaries": "grids",
    "assessment_areas": "areas",
    "streets": "streets",
    "stations": "stations",
    "station_hours": "stations",
    "station_hours_exceptions": "stations",
    "station_closures": "stations",
    "station_services": "stations",
    "service_standards": "stations",
    "coverage_rules": "rules",
    "demand_points": "demand",
    "enterprises": "enterprises",
    "assignments": "assignments",
}


def _create_triggers() -> None:
    op.execute(
        "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    for event, table in (("INSERT", "NEW"), ("UPDATE", "NEW")):
        op.execute(
            f"CREATE TRIGGER assignments_no_overlap_{event.lower()} AFTER {event} ON assignments "
            f"REFERENCING {table} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION refuse_assignment_overlap()"
        )
    for table, subject in WATCHED.items():
        op.execute(
            f"CREATE TRIGGER note_data_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION note_data_change('{subject}')"
        )



def upgrade() -> None:
    op.execute(FUNCTIONS)
    op.create_table('audit_entries',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('post', sa.Text(), nullable=True),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('subject_kind', sa.Text(), nullable=False),
    sa.Column('subject_id', sa.Text(), nullable=False),
    sa.Column('before', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('after', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entries'))
    )
    op.create_index('ix_audit_entries_subject', 'audit_entries', ['subject_kind', 'subject_id', 'id'], unique=False)
    op.create_table('boundary_versions',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_code', sa.Text(), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), server_default='draft', nullable=False),
    sa.Column('effective_from', sa.Date(), nullable=True),
    sa.Column('effective_to', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('created_by', sa.Text(), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('findings', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('approved_by', sa.Text(), nullable=True),
    sa.Column('activated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_invented', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    postgresql.ExcludeConstraint((sa.column('county_code'), '='), (sa.text('daterange(effective_from, effective_to)'), '&&'), where=sa.text("status IN ('effective', 'archived')"), using='gist', name='ex_boundary_versions_one_effective'),
    sa.CheckConstraint("status IN ('draft', 'invalid', 'checked', 'approved', 'effective', 'archived')", name=op.f('ck_boundary_versions_status_known')),
    sa.CheckConstraint("status NOT IN ('effective', 'archived') OR effective_from IS NOT NULL", name=op.f('ck_boundary_versions_effective_has_date')),
    sa.CheckConstraint('approved_by IS NULL OR approved_by <> created_by', name=op.f('ck_boundary_versions_second_person')),
    sa.CheckConstraint('effective_to > effective_from', name=op.f('ck_boundary_versions_period')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_boundary_versions')),
    sa.UniqueConstraint('county_code', 'label', name=op.f('uq_boundary_versions_county_code_label'))
    )
    op.create_index('uq_boundary_versions_effective', 'boundary_versions', ['county_code'], unique=True, postgresql_where=sa.text("status = 'effective'"))
    op.create_table('coverage_rules',
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('label_zh', sa.Text(), nullable=False),
    sa.Column('label_en', sa.Text(), nullable=False),
    sa.Column('basis_zh', sa.Text(), nullable=False),
    sa.Column('basis_en', sa.Text(), nullable=False),
    sa.Column('speed_mps', sa.Double(), nullable=False),
    sa.Column('straight_limit_m', sa.Double(), nullable=True),
    sa.Column('street_limit_s', sa.Double(), nullable=True),
    sa.Column('access_cap_m', sa.Double(), server_default='100', nullable=False),
    sa.Column('unconfirmed_after_days', sa.Integer(), nullable=True),
    sa.Column('is_default', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.CheckConstraint('num_nonnulls(straight_limit_m, street_limit_s) > 0', name=op.f('ck_coverage_rules_some_limit')),
    sa.CheckConstraint('straight_limit_m > 0 AND street_limit_s > 0 AND speed_mps > 0', name=op.f('ck_coverage_rules_limits')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_coverage_rules'))
    )
    op.create_index('uq_coverage_rules_default', 'coverage_rules', ['is_default'], unique=True, postgresql_where=sa.text('is_default'))
    op.create_table('data_changes',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_changes'))
    )
    op.create_index('ix_data_changes_subject_id', 'data_changes', ['subject', 'id'], unique=False)
    op.create_table('grids',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_code', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grids')),
    sa.UniqueConstraint('county_code', 'code', name=op.f('uq_grids_county_code_code'))
    )
    op.create_table('service_items',
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name_zh', sa.Text(), nullable=False),
    sa.Column('name_en', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_service_items'))
    )
    op.create_table('service_standards',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_code', sa.Text(), nullable=True),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('standard_items', postgresql.ARRAY(sa.Text()), nullable=False),
    postgresql.ExcludeConstraint((sa.text("COALESCE(county_code, '')"), '='), (sa.text('daterange(valid_from, valid_to)'), '&&'), using='gist', name='ex_service_standards_period'),
    sa.CheckConstraint('valid_to > valid_from', name=op.f('ck_service_standards_period')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_standards'))
    )
    op.create_geospatial_table('streets',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('rank', sa.SmallInteger(), nullable=False),
    sa.Column('kind', sa.Text(), server_default='road', nullable=False),
    sa.Column('is_invented', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('geom', Geometry(srid=4326, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry', nullable=False), nullable=False),
    sa.CheckConstraint('ST_IsValid(geom) AND NOT ST_IsEmpty(geom)', name=op.f('ck_streets_geom_sound')),
    sa.CheckConstraint('rank BETWEEN 1 AND 4', name=op.f('ck_streets_rank')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_streets'))
    )
    op.create_geospatial_index('ix_streets_geom', 'streets', ['geom'], unique=False, postgresql_using='gist', postgresql_ops={})
    op.create_table('coverage_runs',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_code', sa.Text(), nullable=True),
    sa.Column('rule_code', sa.Text(), nullable=False),
    sa.Column('day_type', sa.Text(), nullable=False),
    sa.Column('minute', sa.Integer(), nullable=True),
    sa.Column('services', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('engine', sa.Text(), nullable=False),
    sa.Column('inputs_hash', sa.Text(), nullable=False),
    sa.Column('inputs', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('figures', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('computed_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("day_type IN ('workday', 'saturday', 'sunday', 'holiday')", name=op.f('ck_coverage_runs_day_type_known')),
    sa.CheckConstraint('minute BETWEEN 0 AND 1439', name=op.f('ck_coverage_runs_minute')),
    sa.ForeignKeyConstraint(['rule_code'], ['coverage_rules.code'], name=op.f('fk_coverage_runs_rule_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_coverage_runs'))
    )
    op.create_index('uq_coverage_runs_question', 'coverage_runs', [sa.literal_column("COALESCE(county_code, '')"), 'rule_code', 'day_type', sa.literal_column('COALESCE(minute, -1)'), 'services', 'as_of', 'inputs_hash'], unique=True)
    op.create_table('import_batches',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('file_name', sa.Text(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('datum', sa.Text(), nullable=False),
    sa.Column('source_department', sa.Text(), nullable=True),
    sa.Column('imported_by', sa.Text(), nullable=False),
    sa.Column('imported_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('boundary_version_id', sa.BigInteger(), nullable=True),
    sa.Column('rows', sa.Integer(), server_default='0', nullable=False),
    sa.Column('inserted', sa.Integer(), server_default='0', nullable=False),
    sa.Column('updated', sa.Integer(), server_default='0', nullable=False),
    sa.Column('unchanged', sa.Integer(), server_default='0', nullable=False),
    sa.Column('refused', sa.Integer(), server_default='0', nullable=False),
    sa.Column('warned', sa.Integer(), server_default='0', nullable=False),
    sa.CheckConstraint("kind IN ('divisions', 'grids', 'stations', 'enterprises', 'demand')", name=op.f('ck_import_batches_kind_known')),
    sa.CheckConstraint('rows = inserted + updated + unchanged + refused', name=op.f('ck_import_batches_rows_add_up')),
    sa.ForeignKeyConstraint(['boundary_version_id'], ['boundary_versions.id'], name=op.f('fk_import_batches_boundary_version_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_batches'))
    )
    op.create_geospatial_table('assessment_areas',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('county_code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('geom', Geometry(geometry_type='MULTIPOLYGON', srid=4326, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry', nullable=False), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('import_batch_id', sa.BigInteger(), nullable=True),
    sa.Column('is_invented', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.CheckConstraint('ST_IsValid(geom) AND NOT ST_IsEmpty(geom)', name=op.f('ck_assessment_areas_geom_sound')),
    sa.ForeignKeyConstraint(['import_batch_id'], ['import_batches.id'], name=op.f('fk_assessment_areas_import_batch_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_areas')),
    sa.UniqueConstraint('county_code', 'name', name=op.f('uq_assessment_areas_county_code_name'))
    )
    op.create_geospatial_index('ix_assessment_areas_geom', 'assessment_areas', ['geom'], unique=False, postgresql_using='gist', postgresql_ops={})
    op.create_geospatial_table('demand_points',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.Text(), nullable=True),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('county_code', sa.Text(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=True),
    sa.Column('worker_group', sa.Text(), nullable=True),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('counted_on', sa.Date(), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('geom', Geometry(geometry_type='POINT', srid=4326, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry'), nullable=True),
    sa.Column('raw_x', sa.Double(), nullable=True),
    sa.Column('raw_y', sa.Double(), nullable=True),
    sa.Column('raw_datum', sa.Text(), nullable=True),
    sa.Column('coord_source', sa.Text(), nullable=True),
    sa.Column('location_level', sa.Text(), server_default='none', nullable=False),
    sa.Column('location_accuracy_m', sa.Double(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('import_batch_id', sa.BigInteger(), nullable=True),
    sa.Column('is_invented', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.CheckConstraint("location_level IN ('entrance', 'building', 'street', 'community', 'town', 'none')", name=op.f('ck_demand_points_location_level_known')),
    sa.CheckConstraint('people >= 0', name=op.f('ck_demand_points_people')),
    sa.ForeignKeyConstraint(['import_batch_id'], ['import_batches.id'], name=op.f('fk_demand_points_import_batch_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_demand_points')),
    sa.UniqueConstraint('county_code', 'code', name=op.f('uq_demand_points_county_code_code'))
    )
    op.create_index('ix_demand_points_county_code_id', 'demand_points', ['county_code', 'id'], unique=False)
    op.create_geospatial_index('ix_demand_points_geom', 'demand_points', ['geom'], unique=False, postgresql_using='gist', postgresql_ops={})
    op.create_geospatial_table('divisions',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('level', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('parent_code', sa.Text(), nullable=True),
    sa.Column('valid_from', sa.Date(), server_default=sa.text("'1949-10-01'"), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('geom', Geometry(geometry_type='MULTIPOLYGON', srid=4326, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry'), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('import_batch_id', sa.BigInteger(), nullable=True),
    sa.Column('is_invented', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    postgresql.ExcludeConstraint((sa.column('code'), '='), (sa.text('daterange(valid_from, valid_to)'), '&&'), using='gist', name='ex_divisions_code_period'),
    sa.CheckConstraint("code ~ '^[0-9]+$' AND length(code) = CASE level WHEN 'county' THEN 6 WHEN 'town' THEN 9 ELSE 12 END", name=op.f('ck_divisions_code_fits_level')),
    sa.CheckConstraint("level IN ('county', 'town', 'community')", name=op.f('ck_divisions_level_known')),
    sa.CheckConstraint('ST_IsValid(geom) AND NOT ST_IsEmpty(geom)', name=op.f('ck_divisions_geom_sound')),
    sa.CheckConstraint('valid_to > valid_from', name=op.f('ck_divisions_period')),
    sa.ForeignKeyConstraint(['import_batch_id'], ['import_batches.id'], name=op.f('fk_divisions_import_batch_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_divisions'))
    )
    op.create_geospatial_index('ix_divisions_geom', 'divisions', ['geom'], unique=False, postgresql_using='gist', postgresql_ops={})
    op.create_geospatial_table('enterprises',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('uscc', sa.Text(), nullable=True),
    sa.Column('uscc_stated', sa.Text(), nullable=True),
    sa.Column('legacy_code', sa.Text(), nullable=True),
    sa.Column('parent_id', sa.BigInteger(), nullable=True),
    sa.Column('parent_uscc', sa.Text(), nullable=True),
    sa.Column('unit_kind', sa.Text(), server_default='other', nullable=False),
    sa.Column('industry_code', sa.Text(), nullable=True),
    sa.Column('industry_line', sa.Text(), nullable=True),
    sa.Column('staff_count', sa.Integer(), nullable=True),
    sa.Column('staff_counted_on', sa.Date(), nullable=True),
    sa.Column('organization_status', sa.Text(), server_default='unorganized', nullable=False),
    sa.Column('covering_union', sa.Text(), nullable=True),
    sa.Column('covering_confirmed_on', sa.Date(), nullable=True),
    sa.Column('registered_address', sa.Text(), nullable=True),
    sa.Column('registered_code', sa.Text(), nullable=True),
    sa.Column('operating_address', sa.Text(), nullable=True),
    sa.Column('operating_code', sa.Text(), nullable=True),
    sa.Column('county_code', sa.Text(), nullable=True),
    sa.Column('contact_name', sa.Text(), nullable=True),
    sa.Column('contact_phone', sa.Text(), nullable=True),
    sa.Column('removed_on', sa.Date(), nullable=True),
    sa.Column('removal_reason', sa.Text(), nullable=True),
    sa.Column('geom', Geometry(geometry_type='POINT', srid=4326, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry'), nullable=True),
    sa.Column('raw_x', sa.Double(), nullable=True),
    sa.Column('raw_y', sa.Double(), nullable=True),
    sa.Column('raw_datum', sa.Text(), nullable=True),
    sa.Column('coord_source', sa.Text(), nullable=True),
    sa.Column('location_level', sa.Text(), server_default='none', nullable=False),
    sa.Column('location_accuracy_m', sa.Double(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('import_batch_id', sa.BigInteger(), nullable=True),
    sa.Column('is_invented', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.CheckConstraint("location_level IN ('entrance', 'building', 'street', 'community', 'town', 'none')", name=op.f('ck_enterprises_location_level_known')),
    sa.CheckConstraint("organization_status IN ('unorganized', 'in_progress', 'own_union', 'covered_joint', 'covered_industry', 'covered_parent', 'absorbed', 'not_applicable')", name=op.f('ck_enterprises_organization_status_known')),
    sa.CheckConstraint("removal_reason IN ('closed_down', 'moved_out', 'duplicate', 'no_workers')", name=op.f('ck_enterprises_removal_reason_known')),
    sa.CheckConstraint("unit_kind IN ('non_public_enterprise', 'individual_business', 'farmer_cooperative', 'social_organization', 'public_body', 'other')", name=op.f('ck_enterprises_unit_kind_known')),
    sa.CheckConstraint('(removed_on IS NULL) = (removal_reason IS NULL)', name=op.f('ck_enterprises_removal_has_reason')),
    sa.CheckConstraint('parent_id <> id', name=op.f('ck_enterprises_own_parent')),
    sa.CheckConstraint('staff_count >= 0', name=op.f('ck_enterprises_staff_count')),
    sa.CheckConstraint('uscc IS NULL OR uscc_is_valid(uscc)', name=op.f('ck_enterprises_uscc_valid')),
    sa.ForeignKeyConstraint(['import_batch_id'], ['import_batches.id'], name=op.f('fk_enterprises_import_batch_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['parent_id'], ['enterprises.id'], name=op.f('fk_enterprises_parent_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enterprises'))
    )
    op.create_index('ix_enterprises_county_code_id', 'enterprises', ['county_code', 'id'], unique=False)
    op.create_geospatial_index('ix_enterprises_geom', 'enterprises', ['geom'], unique=False, postgresql_using='gist', postgresql_ops={})
    op.create_index('ix_enterprises_name', 'enterprises', ['name'], unique=False)
    op.create_index('ix_enterprises_name_bigrams', 'enterprises', [sa.literal_column('bigrams(name)')], unique=False, postgresql_using='gin')
    op.create_index(op.f('ix_enterprises_parent_id'), 'enterprises', ['parent_id'], unique=False)
    op.create_index('uq_enterprises_uscc', 'enterprises', ['uscc'], unique=True, postgresql_where=sa.text('uscc IS NOT NULL'))
    op.create_geospatial_table('grid_boundaries',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('version_id', sa.BigInteger(), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('community_codes', postgresql.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('geom', Geometry(geometry_type='MULTIPOLYGON', srid=4326, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry', nullable=False), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('import_batch_id', sa.BigInteger(), nullable=True),
    sa.Column('is_invented', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.CheckConstraint("kind IN ('grid', 'zone', 'exclusive')", name=op.f('ck_grid_boundaries_kind_known')),
    sa.CheckConstraint('ST_IsValid(geom) AND NOT ST_IsEmpty(geom)', name=op.f('ck_grid_boundaries_geom_sound')),
    sa.ForeignKeyConstraint(['grid_id'], ['grids.id'], name=op.f('fk_grid_boundaries_grid_id')),
    sa.ForeignKeyConstraint(['import_batch_id'], ['import_batches.id'], name=op.f('fk_grid_boundaries_import_batch_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['version_id'], ['boundary_versions.id'], name=op.f('fk_grid_boundaries_version_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_boundaries')),
    sa.UniqueConstraint('version_id', 'grid_id', name=op.f('uq_grid_boundaries_version_id_grid_id'))
    )
    op.create_geospatial_index('ix_grid_boundaries_geom', 'grid_boundaries', ['geom'], unique=False, postgresql_using='gist', postgresql_ops={})
    op.create_index(op.f('ix_grid_boundaries_grid_id'), 'grid_boundaries', ['grid_id'], unique=False)
    op.create_index('ix_grid_boundaries_name_bigrams', 'grid_boundaries', [sa.literal_column('bigrams(name)')], unique=False, postgresql_using='gin')
    op.create_table('rejections',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('batch_id', sa.BigInteger(), nullable=False),
    sa.Column('severity', sa.Text(), nullable=False),
    sa.Column('row_number', sa.Integer(), nullable=True),
    sa.Column('column_name', sa.Text(), nullable=True),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=True),
    sa.Column('params', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.CheckConstraint("severity IN ('refused', 'warning')", name=op.f('ck_rejections_severity_known')),
    sa.ForeignKeyConstraint(['batch_id'], ['import_batches.id'], name=op.f('fk_rejections_batch_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rejections'))
    )
    op.create_index(op.f('ix_rejections_batch_id'), 'rejections', ['batch_id'], unique=False)
    op.create_geospatial_table('stations',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('brand_label', sa.Text(), nullable=True),
    sa.Column('station_type', sa.Text(), server_default='standard', nullable=False),
    sa.Column('venue_type', sa.Text(), server_default='outdoor_station', nullable=False),
    sa.Column('status', sa.Text(), server_default='open', nullable=False),
    sa.Column('host_unit', sa.Text(), nullable=True),
    sa.Column('sponsor', sa.Text(), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('district_label', sa.Text(), nullable=True),
    sa.Column('county_code', sa.Text(), nullable=True),
    sa.Column('access_method', sa.Text(), server_default='unknown', nullable=False),
    sa.Column('access_note', sa.Text(), nullable=True),
    sa.Column('duty_phone', sa.Text(), nullable=True),
    sa.Column('confirmed_on', sa.Date(), nullable=True),
    sa.Column('hours_text', sa.Text(), nullable=True),
    sa.Column('invented_fields', postgresql.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('geom', Geometry(geometry_type='POINT', srid=4326, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry'), nullable=True),
    sa.Column('raw_x', sa.Double(), nullable=True),
    sa.Column('raw_y', sa.Double(), nullable=True),
    sa.Column('raw_datum', sa.Text(), nullable=True),
    sa.Column('coord_source', sa.Text(), nullable=True),
    sa.Column('location_level', sa.Text(), server_default='none', nullable=False),
    sa.Column('location_accuracy_m', sa.Double(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('import_batch_id', sa.BigInteger(), nullable=True),
    sa.Column('is_invented', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.CheckConstraint("access_method IN ('open', 'qr', 'app', 'bell', 'staff_only', 'unknown')", name=op.f('ck_stations_access_method_known')),
    sa.CheckConstraint("location_level IN ('entrance', 'building', 'street', 'community', 'town', 'none')", name=op.f('ck_stations_location_level_known')),
    sa.CheckConstraint("station_type IN ('standard', 'micro', 'mobile')", name=op.f('ck_stations_station_type_known')),
    sa.CheckConstraint("status IN ('planned', 'building', 'accepted', 'open', 'temporarily_closed', 'retired')", name=op.f('ck_stations_status_known')),
    sa.CheckConstraint("venue_type IN ('outdoor_station', 'drivers_home', 'nursing_room', 'workers_palace', 'party_mass_center', 'staff_home')", name=op.f('ck_stations_venue_type_known')),
    sa.ForeignKeyConstraint(['import_batch_id'], ['import_batches.id'], name=op.f('fk_stations_import_batch_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stations')),
    sa.UniqueConstraint('code', name=op.f('uq_stations_code'))
    )
    op.create_index('ix_stations_county_code_id', 'stations', ['county_code', 'id'], unique=False)
    op.create_geospatial_index('ix_stations_geom', 'stations', ['geom'], unique=False, postgresql_using='gist', postgresql_ops={})
    op.create_index('ix_stations_name_bigrams', 'stations', [sa.literal_column('bigrams(name)')], unique=False, postgresql_using='gin')
    op.create_table('assignments',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('enterprise_id', sa.BigInteger(), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=True),
    sa.Column('other_grid_id', sa.BigInteger(), nullable=True),
    sa.Column('fallback_code', sa.Text(), nullable=True),
    sa.Column('method', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('params', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('boundary_version_id', sa.BigInteger(), nullable=True),
    sa.Column('decided_by', sa.Text(), nullable=True),
    sa.Column('decision_reason', sa.Text(), nullable=True),
    sa.Column('valid_from', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('valid_to', sa.DateTime(timezone=True), nullable=True),
    postgresql.ExcludeConstraint((sa.column('enterprise_id'), '='), (sa.text('tstzrange(valid_from, valid_to)'), '&&'), where=sa.text('valid_to IS NOT NULL'), using='gist', name='ex_assignments_history'),
    sa.CheckConstraint("method <> 'manual' OR (decided_by IS NOT NULL AND decision_reason IS NOT NULL)", name=op.f('ck_assignments_manual_has_reason')),
    sa.CheckConstraint("method IN ('manual', 'exclusive', 'covered', 'border', 'gap_nearest', 'gap_fallback', 'community_code', 'code_fallback', 'out_of_county')", name=op.f('ck_assignments_method_known')),
    sa.CheckConstraint("num_nonnulls(grid_id, fallback_code) = CASE WHEN status = 'out_of_county' THEN 0 ELSE 1 END", name=op.f('ck_assignments_exactly_one_owner')),
    sa.CheckConstraint("status IN ('auto', 'manual', 'boundary_review', 'gap_review', 'location_pending', 'out_of_county')", name=op.f('ck_assignments_status_known')),
    sa.CheckConstraint('valid_to > valid_from', name=op.f('ck_assignments_period')),
    sa.ForeignKeyConstraint(['boundary_version_id'], ['boundary_versions.id'], name=op.f('fk_assignments_boundary_version_id')),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_assignments_enterprise_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['grid_id'], ['grids.id'], name=op.f('fk_assignments_grid_id')),
    sa.ForeignKeyConstraint(['other_grid_id'], ['grids.id'], name=op.f('fk_assignments_other_grid_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignments'))
    )
    op.create_index('ix_assignments_grid_current', 'assignments', ['grid_id'], unique=False, postgresql_where=sa.text('valid_to IS NULL'))
    op.create_index('uq_assignments_current', 'assignments', ['enterprise_id'], unique=True, postgresql_where=sa.text('valid_to IS NULL'))
    op.create_table('enterprise_clarity',
    sa.Column('enterprise_id', sa.BigInteger(), nullable=False),
    sa.Column('operation_state', sa.Text(), nullable=True),
    sa.Column('workforce_count', sa.Integer(), nullable=True),
    sa.Column('party_member_count', sa.Integer(), nullable=True),
    sa.Column('investor_state', sa.Text(), nullable=True),
    sa.Column('party_organization_state', sa.Text(), nullable=True),
    sa.Column('union_organization_state', sa.Text(), nullable=True),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.CheckConstraint('workforce_count >= 0 AND party_member_count >= 0', name=op.f('ck_enterprise_clarity_counts')),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_enterprise_clarity_enterprise_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('enterprise_id', name=op.f('pk_enterprise_clarity'))
    )
    op.create_table('station_closures',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('station_id', sa.BigInteger(), nullable=False),
    sa.Column('closed_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_to', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    postgresql.ExcludeConstraint((sa.column('station_id'), '='), (sa.text('tstzrange(closed_from, closed_to)'), '&&'), using='gist', name='ex_station_closures_period'),
    sa.CheckConstraint('closed_to > closed_from', name=op.f('ck_station_closures_period')),
    sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_station_closures_station_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_station_closures'))
    )
    op.create_table('station_hours',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('station_id', sa.BigInteger(), nullable=False),
    sa.Column('weekday', sa.SmallInteger(), nullable=False),
    sa.Column('opens_min', sa.Integer(), nullable=False),
    sa.Column('closes_min', sa.Integer(), nullable=False),
    sa.CheckConstraint('opens_min >= 0 AND opens_min < 1440 AND closes_min > opens_min AND closes_min <= opens_min + 1440', name=op.f('ck_station_hours_minutes')),
    sa.CheckConstraint('weekday BETWEEN 0 AND 7', name=op.f('ck_station_hours_weekday')),
    sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_station_hours_station_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_station_hours')),
    sa.UniqueConstraint('station_id', 'weekday', 'opens_min', name=op.f('uq_station_hours_station_id_weekday_opens_min'))
    )
    op.create_table('station_hours_exceptions',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('station_id', sa.BigInteger(), nullable=False),
    sa.Column('on_date', sa.Date(), nullable=False),
    sa.Column('opens_min', sa.Integer(), nullable=True),
    sa.Column('closes_min', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.CheckConstraint('(opens_min IS NULL) = (closes_min IS NULL) AND (opens_min IS NULL OR (opens_min >= 0 AND opens_min < 1440 AND closes_min > opens_min AND closes_min <= opens_min + 1440))', name=op.f('ck_station_hours_exceptions_minutes')),
    sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_station_hours_exceptions_station_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_station_hours_exceptions')),
    sa.UniqueConstraint('station_id', 'on_date', name=op.f('uq_station_hours_exceptions_station_id_on_date'))
    )
    op.create_table('station_services',
    sa.Column('station_id', sa.BigInteger(), nullable=False),
    sa.Column('item_code', sa.Text(), nullable=False),
    sa.Column('condition', sa.Text(), server_default='unknown', nullable=False),
    sa.Column('mode', sa.Text(), server_default='own', nullable=False),
    sa.Column('distance_m', sa.Double(), nullable=True),
    sa.Column('quantity', sa.Integer(), nullable=True),
    sa.Column('checked_on', sa.Date(), nullable=True),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.CheckConstraint("(mode = 'nearby') OR distance_m IS NULL", name=op.f('ck_station_services_distance_only_nearby')),
    sa.CheckConstraint("condition IN ('working', 'broken', 'out_of_stock', 'expired', 'removed', 'unknown')", name=op.f('ck_station_services_condition_known')),
    sa.CheckConstraint("mode IN ('own', 'nearby')", name=op.f('ck_station_services_mode_known')),
    sa.CheckConstraint('quantity >= 0', name=op.f('ck_station_services_quantity')),
    sa.ForeignKeyConstraint(['item_code'], ['service_items.code'], name=op.f('fk_station_services_item_code')),
    sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_station_services_station_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('station_id', 'item_code', name=op.f('pk_station_services'))
    )
    _create_triggers()


def downgrade() -> None:
    op.drop_table('station_services')
    op.drop_table('station_hours_exceptions')
    op.drop_table('station_hours')
    op.drop_table('station_closures')
    op.drop_table('enterprise_clarity')
    op.drop_index('uq_assignments_current', table_name='assignments', postgresql_where=sa.text('valid_to IS NULL'))
    op.drop_index('ix_assignments_grid_current', table_name='assignments', postgresql_where=sa.text('valid_to IS NULL'))
    op.drop_table('assignments')
    op.drop_index('ix_stations_name_bigrams', table_name='stations', postgresql_using='gin')
    op.drop_geospatial_index('ix_stations_geom', table_name='stations', postgresql_using='gist', column_name='geom')
    op.drop_index('ix_stations_county_code_id', table_name='stations')
    op.drop_geospatial_table('stations')
    op.drop_index(op.f('ix_rejections_batch_id'), table_name='rejections')
    op.drop_table('rejections')
    op.drop_index('ix_grid_boundaries_name_bigrams', table_name='grid_boundaries', postgresql_using='gin')
    op.drop_index(op.f('ix_grid_boundaries_grid_id'), table_name='grid_boundaries')
    op.drop_geospatial_index('ix_grid_boundaries_geom', table_name='grid_boundaries', postgresql_using='gist', column_name='geom')
    op.drop_geospatial_table('grid_boundaries')
    op.drop_index('uq_enterprises_uscc', table_name='enterprises', postgresql_where=sa.text('uscc IS NOT NULL'))
    op.drop_index(op.f('ix_enterprises_parent_id'), table_name='enterprises')
    op.drop_index('ix_enterprises_name_bigrams', table_name='enterprises', postgresql_using='gin')
    op.drop_index('ix_enterprises_name', table_name='enterprises')
    op.drop_geospatial_index('ix_enterprises_geom', table_name='enterprises', postgresql_using='gist', column_name='geom')
    op.drop_index('ix_enterprises_county_code_id', table_name='enterprises')
    op.drop_geospatial_table('enterprises')
    op.drop_geospatial_index('ix_divisions_geom', table_name='divisions', postgresql_using='gist', column_name='geom')
    op.drop_geospatial_table('divisions')
    op.drop_geospatial_index('ix_demand_points_geom', table_name='demand_points', postgresql_using='gist', column_name='geom')
    op.drop_index('ix_demand_points_county_code_id', table_name='demand_points')
    op.drop_geospatial_table('demand_points')
    op.drop_geospatial_index('ix_assessment_areas_geom', table_name='assessment_areas', postgresql_using='gist', column_name='geom')
    op.drop_geospatial_table('assessment_areas')
    op.drop_table('import_batches')
    op.drop_index('uq_coverage_runs_question', table_name='coverage_runs')
    op.drop_table('coverage_runs')
    op.drop_geospatial_index('ix_streets_geom', table_name='streets', postgresql_using='gist', column_name='geom')
    op.drop_geospatial_table('streets')
    op.drop_table('service_standards')
    op.drop_table('service_items')
    op.drop_table('grids')
    op.drop_index('ix_data_changes_subject_id', table_name='data_changes')
    op.drop_table('data_changes')
    op.drop_index('uq_coverage_rules_default', table_name='coverage_rules', postgresql_where=sa.text('is_default'))
    op.drop_table('coverage_rules')
    op.drop_index('uq_boundary_versions_effective', table_name='boundary_versions', postgresql_where=sa.text("status = 'effective'"))
    op.drop_table('boundary_versions')
    op.drop_index('ix_audit_entries_subject', table_name='audit_entries')
    op.drop_table('audit_entries')
    for name in (
        "refuse_assignment_overlap()",
        "note_data_change()",
        "refuse_change()",
        "uscc_is_valid(text)",
        "bigrams(text)",
    ):
        op.execute(f"DROP FUNCTION {name}")
