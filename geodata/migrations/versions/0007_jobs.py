"""Long work: jobs, the files they take in and hand out, and the queue of the library that carries them.

Revision ID: 0007
Revises: 0006
"""
import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Whatever the library's version made, by its own prefix: tables first, they use the types.
DROP_QUEUE = r"""
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT c.oid::regclass::text FROM pg_class AS c
        WHERE c.relkind = 'r' AND c.relname LIKE 'procrastinate\_%' AND c.relnamespace = 'public'::regnamespace
    LOOP EXECUTE 'DROP TABLE ' || name || ' CASCADE'; END LOOP;
    FOR name IN SELECT p.oid::regprocedure::text FROM pg_proc AS p
        WHERE p.proname LIKE 'procrastinate\_%' AND p.pronamespace = 'public'::regnamespace
    LOOP EXECUTE 'DROP FUNCTION ' || name || ' CASCADE'; END LOOP;
    FOR name IN SELECT t.oid::regtype::text FROM pg_type AS t
        WHERE t.typname LIKE 'procrastinate\_%' AND t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'c')
    LOOP EXECUTE 'DROP TYPE ' || name || ' CASCADE'; END LOOP;
END
$$
"""


def upgrade() -> None:
    _execute(SchemaManager.get_schema())
    op.create_table('jobs',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('county_code', sa.Text(), nullable=True),
    sa.Column('subject', sa.Text(), nullable=True),
    sa.Column('params', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=True),
    sa.Column('asked_by', sa.Text(), nullable=False),
    sa.Column('post', sa.Text(), nullable=True),
    sa.Column('language', sa.Text(), server_default='zh', nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('state', sa.Text(), server_default='queued', nullable=False),
    sa.Column('stage', sa.Text(), nullable=True),
    sa.Column('done', sa.Integer(), server_default='0', nullable=False),
    sa.Column('total', sa.Integer(), server_default='0', nullable=False),
    sa.Column('result', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('error_code', sa.Text(), nullable=True),
    sa.Column('error_params', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('cancel_asked', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('queue_id', sa.BigInteger(), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("(state = 'failed') = (error_code IS NOT NULL)", name=op.f('ck_jobs_failed_says_why')),
    sa.CheckConstraint("(state IN ('queued', 'running')) = (finished_at IS NULL)", name=op.f('ck_jobs_finished_when_over')),
    sa.CheckConstraint("kind IN ('import_preview', 'import_save', 'import_undo', 'assign', 'coverage', 'export', 'boundary_check', 'boundary_activate')", name=op.f('ck_jobs_kind_known')),
    sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f('ck_jobs_state_known')),
    sa.CheckConstraint('done >= 0 AND total >= 0', name=op.f('ck_jobs_progress_counted')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_jobs_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_jobs'))
    )
    op.create_index('ix_jobs_open', 'jobs', ['queue_id'], unique=False, postgresql_where=sa.text("state IN ('queued', 'running')"))
    op.create_index('ix_jobs_subject', 'jobs', ['subject', 'kind', 'id'], unique=False, postgresql_where=sa.text('subject IS NOT NULL'))
    op.create_index('ix_jobs_user_id', 'jobs', ['user_id', 'id'], unique=False)
    op.create_index('uq_jobs_saved_once', 'jobs', ['subject'], unique=True, postgresql_where=sa.text("kind = 'import_save' AND state IN ('queued', 'running', 'done')"))
    op.create_table('stored_files',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('job_id', sa.BigInteger(), nullable=True),
    sa.Column('user_id', sa.BigInteger(), nullable=True),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('size_bytes', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('sha256', sa.Text(), nullable=True),
    sa.Column('is_complete', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("(purpose = 'upload') = (job_id IS NULL)", name=op.f('ck_stored_files_output_has_job')),
    sa.CheckConstraint("purpose IN ('upload', 'report', 'preview', 'export')", name=op.f('ck_stored_files_purpose_known')),
    sa.CheckConstraint('is_complete = (sha256 IS NOT NULL)', name=op.f('ck_stored_files_complete_has_digest')),
    sa.ForeignKeyConstraint(['job_id'], ['jobs.id'], name=op.f('fk_stored_files_job_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_stored_files_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stored_files'))
    )
    op.create_index('ix_stored_files_user_id', 'stored_files', ['user_id', 'created_at'], unique=False)
    op.create_index('uq_stored_files_job_id', 'stored_files', ['job_id', 'purpose'], unique=True)
    op.create_table('file_chunks',
    sa.Column('file_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['stored_files.id'], name=op.f('fk_file_chunks_file_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('file_id', 'number', name=op.f('pk_file_chunks'))
    )
    # Files are packed already, or will be read once: compressing them again costs and gains nothing.
    op.execute("ALTER TABLE file_chunks ALTER COLUMN content SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_table('file_chunks')
    op.drop_index('uq_stored_files_job_id', table_name='stored_files')
    op.drop_index('ix_stored_files_user_id', table_name='stored_files')
    op.drop_table('stored_files')
    op.drop_index('uq_jobs_saved_once', table_name='jobs', postgresql_where=sa.text("kind = 'import_save' AND state IN ('queued', 'running', 'done')"))
    op.drop_index('ix_jobs_user_id', table_name='jobs')
    op.drop_index('ix_jobs_subject', table_name='jobs', postgresql_where=sa.text('subject IS NOT NULL'))
    op.drop_index('ix_jobs_open', table_name='jobs', postgresql_where=sa.text("state IN ('queued', 'running')"))
    op.drop_table('jobs')
    op.execute(DROP_QUEUE)


def _execute(script: str) -> None:
    """Run a script of many statements as it is: signs that SQLAlchemy or the driver would read stay text."""
    op.get_bind().connection.driver_connection.execute(script)
