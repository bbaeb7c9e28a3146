"""Check overlaps in the history of owners through the partial indexes, in time for any size of statement.

The first form asked one EXISTS over all pairs: the planner, hoping for an early hit that never comes, chose
a nested loop (a first run of 1,000,000 rows did not end), and a single decision read the whole table.

Revision ID: 0004
Revises: 0003
"""
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Two current rows are refused by uq_assignments_current, two closed ones by ex_assignments_history; left is a
# current row against closed ones. Counting forces a plan for all rows; EXECUTE plans for the statement at hand.
CHECK = """
CREATE OR REPLACE FUNCTION refuse_assignment_overlap() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  conflicting bigint;
BEGIN
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
BEFORE = """
CREATE OR REPLACE FUNCTION refuse_assignment_overlap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM changed
    JOIN assignments AS other ON other.enterprise_id = changed.enterprise_id AND other.id <> changed.id
    WHERE tstzrange(other.valid_from, other.valid_to) && tstzrange(changed.valid_from, changed.valid_to)
  ) THEN
    RAISE EXCEPTION 'assignments of one enterprise overlap in time'
      USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'assignments_no_overlap';
  END IF;
  RETURN NULL;
END $$;
"""


def upgrade() -> None:
    op.execute(CHECK)


def downgrade() -> None:
    op.execute(BEFORE)
