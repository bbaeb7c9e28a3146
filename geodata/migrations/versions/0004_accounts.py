"""Accounts: users, posts, sessions, counted tries, writes by key, choices of counties; a log nobody can change.

Revision ID: 0004
Revises: 0003
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Who holds which post shows on maps and cards, so caches must know of changes.
WATCHED = {"users": "people", "posts": "people", "county_settings": "rules"}


def upgrade() -> None:
    op.create_table('attempts',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('window_start', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), server_default='1', nullable=False),
    sa.PrimaryKeyConstraint('key', 'window_start', name=op.f('pk_attempts')),
    prefixes=['UNLOGGED']
    )
    op.create_table('county_settings',
    sa.Column('county_code', sa.Text(), server_default='', nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('value', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.PrimaryKeyConstraint('county_code', 'name', name=op.f('pk_county_settings'))
    )
    op.create_table('users',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('login', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('work_phone', sa.Text(), nullable=True),
    sa.Column('organisation', sa.Text(), nullable=True),
    sa.Column('password_hash', sa.Text(), nullable=True),
    sa.Column('must_change_password', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('sso_subject', sa.Text(), nullable=True),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('import_batch_id', sa.BigInteger(), nullable=True),
    sa.Column('is_invented', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.CheckConstraint("login = lower(login) AND login ~ '^[a-z0-9][a-z0-9._-]{1,39}$'", name=op.f('ck_users_login_form')),
    sa.ForeignKeyConstraint(['import_batch_id'], ['import_batches.id'], name=op.f('fk_users_import_batch_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_users')),
    sa.UniqueConstraint('login', name=op.f('uq_users_login')),
    sa.UniqueConstraint('sso_subject', name=op.f('uq_users_sso_subject'))
    )
    op.create_table('login_sessions',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('csrf_token', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_login_sessions_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_login_sessions')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_login_sessions_token_hash'))
    )
    op.create_index('ix_login_sessions_user_id', 'login_sessions', ['user_id'], unique=False, postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('posts',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('county_code', sa.Text(), nullable=True),
    sa.Column('town_code', sa.Text(), nullable=True),
    sa.Column('grid_id', sa.BigInteger(), nullable=True),
    sa.Column('station_id', sa.BigInteger(), nullable=True),
    sa.Column('industry_line', sa.Text(), nullable=True),
    sa.Column('is_deputy', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('valid_from', sa.Date(), server_default=sa.text('CURRENT_DATE'), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('import_batch_id', sa.BigInteger(), nullable=True),
    sa.Column('is_invented', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    postgresql.ExcludeConstraint((sa.column('grid_id'), '='), (sa.column('role'), '='), (sa.text('daterange(valid_from, valid_to)'), '&&'), where=sa.text('grid_id IS NOT NULL AND NOT is_deputy'), using='gist', name='ex_posts_one_holder'),
    postgresql.ExcludeConstraint((sa.column('user_id'), '='), (sa.column('role'), '='), (sa.text("COALESCE(county_code, '')"), '='), (sa.text("COALESCE(town_code, grid_id::text, station_id::text, industry_line, '')"), '='), (sa.text('daterange(valid_from, valid_to)'), '&&'), using='gist', name='ex_posts_not_twice'),
    sa.CheckConstraint("(role IN ('liaison', 'supervising_cadre')) = (grid_id IS NOT NULL) AND (role = 'station_manager') = (station_id IS NOT NULL) AND (role = 'instructor') = (industry_line IS NOT NULL)", name=op.f('ck_posts_scope_fits_role')),
    sa.CheckConstraint("NOT is_deputy OR role IN ('liaison', 'supervising_cadre')", name=op.f('ck_posts_deputy_of_grid')),
    sa.CheckConstraint("role IN ('planner', 'liaison', 'supervising_cadre', 'instructor', 'station_manager', 'viewer', 'admin', 'auditor')", name=op.f('ck_posts_role_known')),
    sa.CheckConstraint('num_nonnulls(town_code, grid_id, station_id, industry_line) <= 1', name=op.f('ck_posts_one_scope')),
    sa.CheckConstraint('valid_to >= valid_from', name=op.f('ck_posts_period')),
    sa.ForeignKeyConstraint(['grid_id'], ['grids.id'], name=op.f('fk_posts_grid_id')),
    sa.ForeignKeyConstraint(['import_batch_id'], ['import_batches.id'], name=op.f('fk_posts_import_batch_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_posts_station_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_posts_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_posts'))
    )
    op.create_index('ix_posts_grid_id', 'posts', ['grid_id', 'role'], unique=False, postgresql_where=sa.text('grid_id IS NOT NULL'))
    op.create_index('ix_posts_station_id', 'posts', ['station_id'], unique=False, postgresql_where=sa.text('station_id IS NOT NULL'))
    op.create_index('ix_posts_user_id', 'posts', ['user_id'], unique=False)
    op.create_table('submissions',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=True),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('answer', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_submissions_user_id')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_submissions'))
    )
    op.create_index('ix_audit_entries_actor', 'audit_entries', ['actor', 'id'])
    for table, subject in WATCHED.items():
        op.execute(
            f"CREATE TRIGGER note_data_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION note_data_change('{subject}')"
        )
    # Beside the trigger: not even the role that owns the table may change or remove an entry.
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON audit_entries FROM PUBLIC, CURRENT_USER")


def downgrade() -> None:
    op.execute("GRANT UPDATE, DELETE, TRUNCATE ON audit_entries TO CURRENT_USER")
    op.drop_index('ix_audit_entries_actor', table_name='audit_entries')
    op.drop_table('submissions')
    op.drop_index('ix_posts_user_id', table_name='posts')
    op.drop_index('ix_posts_station_id', table_name='posts', postgresql_where=sa.text('station_id IS NOT NULL'))
    op.drop_index('ix_posts_grid_id', table_name='posts', postgresql_where=sa.text('grid_id IS NOT NULL'))
    op.drop_table('posts')
    op.drop_index('ix_login_sessions_user_id', table_name='login_sessions', postgresql_where=sa.text('ended_at IS NULL'))
    op.drop_table('login_sessions')
    op.drop_table('users')
    op.drop_table('county_settings')
    op.drop_table('attempts')
