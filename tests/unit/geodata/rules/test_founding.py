"""The rules of the union work, as one would read them to a cadre."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import Conflict, InvalidInput
from geodata.rules.founding import (
    REMOVAL_OF_END,
    STATUS_OF_FORM,
    STEPS,
    Clock,
    Due,
    Evidence,
    Pause,
    check_end,
    check_founded,
    check_step,
    check_verifier,
    days_left,
    due_state,
    next_step,
    previous_step,
    propose_form,
    step_number,
)
from geodata.rules.workdays import CalendarDay, WorkCalendar
from geodata.vocab import CaseEnd, CaseStep, FoundingForm, OrganizationStatus

MONDAY = date(2026, 11, 23)
WEEKDAYS = WorkCalendar()
APPROVAL = Evidence(MONDAY, document_number="二七工〔2026〕17号", document_on=MONDAY)


def test_steps_follow_each_other_from_survey_to_unveiling():
    assert [step_number(step) for step in STEPS] == [1, 2, 3, 4, 5]
    assert [next_step(step) for step in STEPS] == [*STEPS[1:], None]
    assert [previous_step(step) for step in STEPS] == [None, *STEPS[:-1]]


@given(st.sampled_from(STEPS), st.sampled_from(STEPS))
def test_check_step_only_the_due_one_passes(due, wanted):
    if due == wanted:
        check_step(due, wanted, APPROVAL, today=MONDAY)
    else:
        with pytest.raises(Conflict, match="step_out_of_order") as refused:
            check_step(due, wanted, APPROVAL, today=MONDAY)
        assert refused.value.params == {"step": step_number(due)}


@pytest.mark.parametrize(
    ("evidence", "code"),
    [
        (Evidence(MONDAY), "approval_missing"),
        (Evidence(MONDAY, document_number=" ", document_on=MONDAY), "approval_missing"),
        (Evidence(MONDAY, document_number="17号"), "approval_missing"),
        (Evidence(MONDAY, document_number="17号", document_on=MONDAY + timedelta(1)), "date_in_future"),
        (Evidence(MONDAY + timedelta(1), document_number="17号", document_on=MONDAY), "date_in_future"),
        (
            Evidence(MONDAY - timedelta(3), document_number="17号", document_on=MONDAY - timedelta(2)),
            "approval_after_step",
        ),
    ],
)
def test_check_step_approval_without_number_and_date_is_refused(evidence, code):
    step = CaseStep.APPLICATION_APPROVAL
    with pytest.raises(InvalidInput, match=code):
        check_step(step, step, evidence, today=MONDAY)


def test_clock_five_working_days_from_consent_over_a_weekend():
    clock = Clock(MONDAY + timedelta(3), 5)  # consent on Thursday
    assert clock.due_on(WEEKDAYS) == MONDAY + timedelta(10)
    assert clock.used(WEEKDAYS, MONDAY + timedelta(3)) == 0
    assert clock.used(WEEKDAYS, MONDAY + timedelta(7)) == 2


def test_clock_not_started_has_no_last_day():
    clock = Clock(None, 5)
    assert clock.due_on(WEEKDAYS) is None
    assert clock.used(WEEKDAYS, MONDAY) == 0


def test_clock_paused_stands_still_and_goes_on():
    # Consent on Monday, paused on Wednesday (2 used), resumed on the Monday after: 3 are left.
    paused = Clock(MONDAY, 5, [Pause(MONDAY + timedelta(2))])
    assert paused.is_paused
    assert paused.due_on(WEEKDAYS) is None
    assert paused.used(WEEKDAYS, MONDAY + timedelta(30)) == 2
    resumed = Clock(MONDAY, 5, [Pause(MONDAY + timedelta(2), MONDAY + timedelta(7))])
    assert resumed.due_on(WEEKDAYS) == MONDAY + timedelta(10)


def test_clock_paused_after_the_last_day_stays_overdue():
    clock = Clock(MONDAY, 5, [Pause(MONDAY + timedelta(20), MONDAY + timedelta(40))])
    assert clock.due_on(WEEKDAYS) == MONDAY + timedelta(7)


@given(
    st.integers(0, 400),
    st.integers(1, 20),
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 30)), max_size=4),
    st.dictionaries(
        st.dates(date(2026, 1, 1), date(2028, 1, 1)), st.builds(CalendarDay, st.booleans()), max_size=30
    ),
)
def test_clock_the_last_day_is_the_first_on_which_all_are_used(offset, allowed, gaps, days):
    calendar = WorkCalendar(days)
    start = date(2026, 1, 1) + timedelta(offset)
    pauses, at = [], start
    for wait, length in gaps:
        since = at + timedelta(wait)
        at = since + timedelta(length)
        pauses.append(Pause(since, at))
    clock = Clock(start, allowed, pauses)
    due = clock.due_on(calendar)
    assert clock.used(calendar, due) == allowed
    assert clock.used(calendar, due - timedelta(1)) < allowed
    without = Clock(start, allowed).due_on(calendar)
    assert due >= without


@pytest.mark.parametrize(
    ("due", "left", "state"),
    [
        (MONDAY + timedelta(1), 1, Due.RUNNING),
        (MONDAY, 0, Due.TODAY),
        (MONDAY - timedelta(3), -1, Due.OVERDUE),
        (MONDAY - timedelta(4), -2, Due.OVERDUE),
    ],
)
def test_days_left_and_due_state(due, left, state):
    assert days_left(WEEKDAYS, due, MONDAY) == left
    assert due_state(due, MONDAY) == state


def test_days_left_overdue_over_a_weekend_is_never_nought():
    assert days_left(WEEKDAYS, MONDAY - timedelta(3), MONDAY - timedelta(2)) == -1


def test_due_state_without_a_day():
    assert due_state(None, MONDAY) == Due.NOT_STARTED
    assert due_state(None, MONDAY, is_paused=True) == Due.PAUSED


@pytest.mark.parametrize(
    ("staff", "neighbours", "form", "rule"),
    [
        (None, 3, FoundingForm.SINGLE, "staff_unknown"),
        (0, 0, FoundingForm.SINGLE, "staff_unknown"),
        (25, 3, FoundingForm.SINGLE, "single"),
        (24, 1, FoundingForm.JOINT, "joint"),
        (24, 0, FoundingForm.ABSORBED, "few_alone"),
    ],
)
def test_propose_form_by_headcount_and_neighbours(staff, neighbours, form, rule):
    proposal = propose_form(staff_count=staff, threshold=25, neighbours=neighbours, distance_m=300)
    assert (proposal.form, proposal.rule) == (form, rule)
    assert proposal.params["threshold"] == 25


def test_every_form_makes_a_status_that_needs_no_union():
    assert set(STATUS_OF_FORM) == set(FoundingForm)
    needing = {
        OrganizationStatus.UNORGANIZED,
        OrganizationStatus.IN_PROGRESS,
        OrganizationStatus.NOT_APPLICABLE,
    }
    assert not needing & set(STATUS_OF_FORM.values())


@pytest.mark.parametrize("form", list(FoundingForm))
def test_check_founded_a_union_of_several_must_be_named(form):
    status = check_founded(form, "槐荫街道联合工会")
    if status == OrganizationStatus.OWN_UNION:
        assert check_founded(form, None) == status
    else:
        with pytest.raises(InvalidInput, match="covering_union_missing"):
            check_founded(form, " ")


def test_check_founded_without_a_form_is_refused():
    with pytest.raises(InvalidInput, match="form_missing"):
        check_founded(None, "联合工会")


def test_check_end_founded_only_by_the_steps_and_others_only_with_a_reason():
    with pytest.raises(Conflict, match="end_founded_by_steps"):
        check_end(CaseEnd.FOUNDED, CaseStep.MATERIALS, "已成立")
    for end in set(CaseEnd) - {CaseEnd.FOUNDED}:
        check_end(end, CaseStep.SURVEY, "上门看过")
        with pytest.raises(InvalidInput, match="end_note_missing"):
            check_end(end, CaseStep.SURVEY, " ")


def test_refused_and_founded_ends_take_nothing_off_the_list():
    assert set(CaseEnd) - set(REMOVAL_OF_END) == {CaseEnd.FOUNDED, CaseEnd.REFUSED}


def test_check_verifier_who_closed_cannot_verify():
    check_verifier(ended_by=1, verifier=2)
    with pytest.raises(Conflict, match="verifier_is_closer"):
        check_verifier(ended_by=1, verifier=1)
