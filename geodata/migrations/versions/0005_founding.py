"""The working calendar; claims, founding cases, visits and disputes; their history.

Revision ID: 0005
Revises: 0004
"""
from datetime import date, timedelta

import holidays
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WATCHED = {
    "founding_cases": "founding",
    "founding_steps": "founding",
    "founding_pauses": "founding",
    "visits": "founding",
    "disputes": "founding",
    "calendar_days": "calendar",
}
SEEDED_YEARS = range(2024, 2028)


def calendar_rows() -> list[dict[str, object]]:
    """Every day of the seeded years. A year in which the library knows no make-up day is not announced yet."""
    known = holidays.CN(years=SEEDED_YEARS, language="zh_CN")
    announced = {day.year for day in known.weekend_workdays}
    source = f"holidays {holidays.__version__}"
    first = date(SEEDED_YEARS[0], 1, 1)
    days = (first + timedelta(days=offset) for offset in range((date(SEEDED_YEARS[-1] + 1, 1, 1) - first).days))
    return [
        {
            "on_date": day,
            "is_workday": known.is_working_day(day),
            "is_announced": day.year in announced,
            "name": known.get(day) or ("调休上班" if day in known.weekend_workdays else None),
            "source": source,
        }
        for day in days
    ]


def upgrade() -> None:
    op.create_table('calendar_days',
    sa.Column('on_date', sa.Date(), nullable=False),
    sa.Column('is_workday', sa.Boolean(), nullable=False),
    sa.Column('is_announced', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.PrimaryKeyConstraint('on_date', name=op.f('pk_calendar_days'))
    )
    op.create_table('disputes',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('enterprise_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), server_default='open', nullable=False),
    sa.Column('from_grid_id', sa.BigInteger(), nullable=True),
    sa.Column('proposed_grid_id', sa.BigInteger(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('opened_by', sa.BigInteger(), nullable=False),
    sa.Column('decide_by', sa.Date(), nullable=False),
    sa.Column('escalated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.BigInteger(), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decision_note', sa.Text(), nullable=True),
    sa.Column('decided_grid_id', sa.BigInteger(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('import_batch_id', sa.BigInteger(), nullable=True),
    sa.Column('is_invented', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f('ck_disputes_closed_whole')),
    sa.CheckConstraint("kind IN ('not_in_my_grid', 'moved')", name=op.f('ck_disputes_kind_known')),
    sa.CheckConstraint("state IN ('open', 'accepted', 'decided', 'withdrawn')", name=op.f('ck_disputes_state_known')),
    sa.CheckConstraint('proposed_grid_id <> from_grid_id', name=op.f('ck_disputes_another_grid')),
    sa.ForeignKeyConstraint(['closed_by'], ['users.id'], name=op.f('fk_disputes_closed_by')),
    sa.ForeignKeyConstraint(['decided_grid_id'], ['grids.id'], name=op.f('fk_disputes_decided_grid_id')),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_disputes_enterprise_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['from_grid_id'], ['grids.id'], name=op.f('fk_disputes_from_grid_id')),
    sa.ForeignKeyConstraint(['import_batch_id'], ['import_batches.id'], name=op.f('fk_disputes_import_batch_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['opened_by'], ['users.id'], name=op.f('fk_disputes_opened_by')),
    sa.ForeignKeyConstraint(['proposed_grid_id'], ['grids.id'], name=op.f('fk_disputes_proposed_grid_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_disputes'))
    )
    op.create_index('ix_disputes_enterprise_id', 'disputes', ['enterprise_id'], unique=False)
    op.create_index('ix_disputes_from_grid_id', 'disputes', ['from_grid_id'], unique=False, postgresql_where=sa.text("state = 'open'"))
    op.create_index('ix_disputes_proposed_grid_id', 'disputes', ['proposed_grid_id'], unique=False, postgresql_where=sa.text("state = 'open'"))
    op.create_index('uq_disputes_open', 'disputes', ['enterprise_id'], unique=True, postgresql_where=sa.text("state = 'open'"))
    op.create_table('founding_cases',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('enterprise_id', sa.BigInteger(), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=True),
    sa.Column('county_code', sa.Text(), nullable=True),
    sa.Column('holder_id', sa.BigInteger(), nullable=True),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('claim_until', sa.Date(), nullable=True),
    sa.Column('unheld_why', sa.Text(), nullable=True),
    sa.Column('unheld_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('state', sa.Text(), server_default='open', nullable=False),
    sa.Column('step', sa.Text(), server_default='survey', nullable=False),
    sa.Column('route', sa.Text(), nullable=True),
    sa.Column('form', sa.Text(), nullable=True),
    sa.Column('union_name', sa.Text(), nullable=True),
    sa.Column('consent_on', sa.Date(), nullable=True),
    sa.Column('clock_from', sa.Date(), nullable=True),
    sa.Column('allowed_workdays', sa.Integer(), server_default='5', nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('end', sa.Text(), nullable=True),
    sa.Column('end_note', sa.Text(), nullable=True),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('ended_by', sa.BigInteger(), nullable=True),
    sa.Column('revisit_on', sa.Date(), nullable=True),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('verified_by', sa.BigInteger(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('import_batch_id', sa.BigInteger(), nullable=True),
    sa.Column('is_invented', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.CheckConstraint("(state = 'closed') = (verified_by IS NOT NULL) AND verified_by <> ended_by", name=op.f('ck_founding_cases_verified_by_another')),
    sa.CheckConstraint("form IN ('single', 'joint', 'industry', 'regional', 'dispatched', 'incubated', 'absorbed', 'sub_branch', 'group', 'organizer')", name=op.f('ck_founding_cases_form_known')),
    sa.CheckConstraint("route IN ('attract', 'push', 'catch_all')", name=op.f('ck_founding_cases_route_known')),
    sa.CheckConstraint("state IN ('open', 'paused', 'to_verify', 'closed')", name=op.f('ck_founding_cases_state_known')),
    sa.CheckConstraint("step IN ('survey', 'materials', 'mobilization', 'application_approval', 'unveiling')", name=op.f('ck_founding_cases_step_known')),
    sa.CheckConstraint("unheld_why IN ('given_back', 'freed', 'lapsed', 'moved')", name=op.f('ck_founding_cases_unheld_why_known')),
    sa.CheckConstraint('"end" IN (\'founded\', \'refused\', \'closed_down\', \'moved\', \'no_workers\', \'duplicate\')', name=op.f('ck_founding_cases_end_known')),
    sa.CheckConstraint('(holder_id IS NULL) = (claim_until IS NULL) AND (holder_id IS NULL) = (unheld_why IS NOT NULL)', name=op.f('ck_founding_cases_held_or_why_not')),
    sa.CheckConstraint('(state IN (\'to_verify\', \'closed\')) = ("end" IS NOT NULL AND ended_on IS NOT NULL AND ended_by IS NOT NULL)', name=op.f('ck_founding_cases_ended_has_end')),
    sa.ForeignKeyConstraint(['ended_by'], ['users.id'], name=op.f('fk_founding_cases_ended_by')),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_founding_cases_enterprise_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['grid_id'], ['grids.id'], name=op.f('fk_founding_cases_grid_id')),
    sa.ForeignKeyConstraint(['holder_id'], ['users.id'], name=op.f('fk_founding_cases_holder_id')),
    sa.ForeignKeyConstraint(['import_batch_id'], ['import_batches.id'], name=op.f('fk_founding_cases_import_batch_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['verified_by'], ['users.id'], name=op.f('fk_founding_cases_verified_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_founding_cases'))
    )
    op.create_index('ix_founding_cases_claim_until', 'founding_cases', ['claim_until'], unique=False, postgresql_where=sa.text("state = 'open'"))
    op.create_index('ix_founding_cases_enterprise_id', 'founding_cases', ['enterprise_id'], unique=False)
    op.create_index('ix_founding_cases_grid_id', 'founding_cases', ['grid_id'], unique=False, postgresql_where=sa.text("state <> 'closed'"))
    op.create_index('ix_founding_cases_holder_id', 'founding_cases', ['holder_id'], unique=False, postgresql_where=sa.text("state <> 'closed'"))
    op.create_index('uq_founding_cases_under_way', 'founding_cases', ['enterprise_id'], unique=True, postgresql_where=sa.text("state <> 'closed'"))
    op.create_table('case_events',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('enterprise_id', sa.BigInteger(), nullable=False),
    sa.Column('case_id', sa.BigInteger(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('act', sa.Text(), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('actor_name', sa.Text(), nullable=False),
    sa.Column('post', sa.Text(), nullable=True),
    sa.Column('details', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.CheckConstraint("act IN ('claimed', 'assigned', 'given_back', 'freed', 'lapsed', 'extended', 'handed_over', 'consent_recorded', 'step_done', 'step_undone', 'planned', 'form_proposed', 'pause_requested', 'pause_approved', 'pause_refused', 'resumed', 'ended', 'verified', 'returned', 'reopened', 'visited', 'dispute_opened', 'dispute_accepted', 'dispute_decided', 'dispute_escalated', 'dispute_withdrawn')", name=op.f('ck_case_events_act_known')),
    sa.ForeignKeyConstraint(['case_id'], ['founding_cases.id'], name=op.f('fk_case_events_case_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_case_events_enterprise_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_events'))
    )
    op.create_index('ix_case_events_enterprise_id', 'case_events', ['enterprise_id', sa.literal_column('id DESC')], unique=False)
    op.create_table('founding_pauses',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('case_id', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('requested_by', sa.BigInteger(), nullable=False),
    sa.Column('requested_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('decided_by', sa.BigInteger(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_approved', sa.Boolean(), nullable=True),
    sa.Column('decision_note', sa.Text(), nullable=True),
    sa.CheckConstraint("reason IN ('employer_unwilling', 'obstruction', 'few_workers', 'no_site', 'hq_decides', 'closing', 'other')", name=op.f('ck_founding_pauses_reason_known')),
    sa.CheckConstraint('(decided_at IS NULL) = (is_approved IS NULL)', name=op.f('ck_founding_pauses_decided_whole')),
    sa.CheckConstraint('decided_by <> requested_by', name=op.f('ck_founding_pauses_decided_by_another')),
    sa.CheckConstraint('until >= since', name=op.f('ck_founding_pauses_period')),
    sa.ForeignKeyConstraint(['case_id'], ['founding_cases.id'], name=op.f('fk_founding_pauses_case_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['decided_by'], ['users.id'], name=op.f('fk_founding_pauses_decided_by')),
    sa.ForeignKeyConstraint(['requested_by'], ['users.id'], name=op.f('fk_founding_pauses_requested_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_founding_pauses'))
    )
    op.create_index('ix_founding_pauses_case_id', 'founding_pauses', ['case_id'], unique=False)
    op.create_index('uq_founding_pauses_under_way', 'founding_pauses', ['case_id'], unique=True, postgresql_where=sa.text('until IS NULL AND is_approved IS NOT FALSE'))
    op.create_table('founding_steps',
    sa.Column('case_id', sa.BigInteger(), nullable=False),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=False),
    sa.Column('done_by', sa.BigInteger(), nullable=False),
    sa.Column('evidence', sa.Text(), nullable=True),
    sa.Column('document_number', sa.Text(), nullable=True),
    sa.Column('document_on', sa.Date(), nullable=True),
    sa.CheckConstraint("step <> 'application_approval' OR (document_number IS NOT NULL AND document_on IS NOT NULL)", name=op.f('ck_founding_steps_approval_has_document')),
    sa.CheckConstraint("step IN ('survey', 'materials', 'mobilization', 'application_approval', 'unveiling')", name=op.f('ck_founding_steps_step_known')),
    sa.ForeignKeyConstraint(['case_id'], ['founding_cases.id'], name=op.f('fk_founding_steps_case_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['done_by'], ['users.id'], name=op.f('fk_founding_steps_done_by')),
    sa.PrimaryKeyConstraint('case_id', 'step', name=op.f('pk_founding_steps'))
    )
    op.create_table('visits',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('enterprise_id', sa.BigInteger(), nullable=False),
    sa.Column('case_id', sa.BigInteger(), nullable=True),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('client_id', sa.Text(), nullable=False),
    sa.Column('visited_on', sa.Date(), nullable=False),
    sa.Column('result', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('next_on', sa.Date(), nullable=True),
    sa.Column('staff_band', sa.Text(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('is_invented', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.CheckConstraint("channel IN ('on_site', 'phone', 'message', 'office')", name=op.f('ck_visits_channel_known')),
    sa.CheckConstraint("result IN ('met', 'consented', 'not_met', 'refused', 'moved', 'closed_down')", name=op.f('ck_visits_result_known')),
    sa.CheckConstraint('next_on > visited_on', name=op.f('ck_visits_next_is_later')),
    sa.ForeignKeyConstraint(['case_id'], ['founding_cases.id'], name=op.f('fk_visits_case_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_visits_enterprise_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_visits_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visits')),
    sa.UniqueConstraint('user_id', 'client_id', name=op.f('uq_visits_user_id_client_id'))
    )
    op.create_index('ix_visits_enterprise_id', 'visits', ['enterprise_id', sa.literal_column('visited_on DESC'), sa.literal_column('id DESC')], unique=False)
    for table, subject in WATCHED.items():
        op.execute(
            f"CREATE TRIGGER note_data_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION note_data_change('{subject}')"
        )
    columns = [sa.column(name) for name in ("on_date", "is_workday", "is_announced", "name", "source")]
    op.bulk_insert(sa.table("calendar_days", *columns), calendar_rows())


def downgrade() -> None:
    op.drop_index('ix_visits_enterprise_id', table_name='visits')
    op.drop_table('visits')
    op.drop_table('founding_steps')
    op.drop_index('uq_founding_pauses_under_way', table_name='founding_pauses', postgresql_where=sa.text('until IS NULL AND is_approved IS NOT FALSE'))
    op.drop_index('ix_founding_pauses_case_id', table_name='founding_pauses')
    op.drop_table('founding_pauses')
    op.drop_index('ix_case_events_enterprise_id', table_name='case_events')
    op.drop_table('case_events')
    op.drop_index('uq_founding_cases_under_way', table_name='founding_cases', postgresql_where=sa.text("state <> 'closed'"))
    op.drop_index('ix_founding_cases_holder_id', table_name='founding_cases', postgresql_where=sa.text("state <> 'closed'"))
    op.drop_index('ix_founding_cases_grid_id', table_name='founding_cases', postgresql_where=sa.text("state <> 'closed'"))
    op.drop_index('ix_founding_cases_enterprise_id', table_name='founding_cases')
    op.drop_index('ix_founding_cases_claim_until', table_name='founding_cases', postgresql_where=sa.text("state = 'open'"))
    op.drop_table('founding_cases')
    op.drop_index('uq_disputes_open', table_name='disputes', postgresql_where=sa.text("state = 'open'"))
    op.drop_index('ix_disputes_proposed_grid_id', table_name='disputes', postgresql_where=sa.text("state = 'open'"))
    op.drop_index('ix_disputes_from_grid_id', table_name='disputes', postgresql_where=sa.text("state = 'open'"))
    op.drop_index('ix_disputes_enterprise_id', table_name='disputes')
    op.drop_table('disputes')
    op.drop_table('calendar_days')
