"""Who tries again, and how far a job is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.rules.jobs import MAX_TRIES, STAGES, is_open, share_done, tries_again
from geodata.vocab import JobKind, JobState


def test_every_kind_has_stages():
    assert set(STAGES) == set(JobKind)


@pytest.mark.parametrize(("attempts", "again"), [(0, True), (MAX_TRIES - 1, True), (MAX_TRIES, False)])
def test_a_lost_job_is_tried_again_up_to_the_last_try(attempts, again):
    assert tries_again(attempts) is again


def test_only_waiting_and_running_jobs_are_open():
    assert {state for state in JobState if is_open(state)} == {"queued", "running"}


@given(st.sampled_from(JobKind), st.data())
def test_the_share_grows_from_stage_to_stage_and_stays_below_the_end(kind, data):
    stages = STAGES[kind]
    at = data.draw(st.integers(0, len(stages) - 1))
    total = data.draw(st.integers(1, 10**6))
    done = data.draw(st.integers(0, total))
    share = share_done(kind, "running", stages[at], done, total)
    assert share_done(kind, "running", stages[at], 0, 0) <= share <= 1
    if at + 1 < len(stages):
        assert share <= share_done(kind, "running", stages[at + 1], 0, 0)


@pytest.mark.parametrize(
    ("state", "stage", "share"),
    [("queued", None, None), ("running", "no such", None), ("failed", "write", None), ("done", None, 1.0)],
)
def test_nobody_says_how_far_a_job_is_that_does_not_run(state, stage, share):
    assert share_done(JobKind.IMPORT_SAVE, state, stage, 1, 2) == share
