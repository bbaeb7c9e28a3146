"""From claim to verified end: steps, clock, pauses, ends, and every way back."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from geodata.errors import Conflict, InvalidInput, Stale
from geodata.founding import claims, endings, pauses, steps
from geodata.founding.acts import Actor
from geodata.models import AuditEntry, CaseEvent, FoundingStep
from geodata.queries import founding_cases
from geodata.queries.people import local_today
from geodata.rules.founding import STEPS, Evidence
from geodata.vocab import CaseEnd, CaseState, CaseStep, FoundingForm, FoundingRoute, StuckReason


@pytest.fixture
def today(office):
    return local_today(office.session)


@pytest.fixture
def case(office):
    return claims.claim(office.session, office.shop.id, actor=office.liaison)


def finish(office, case, *, until=CaseStep.UNVEILING, form=FoundingForm.SINGLE, union=None):
    """Plan the form and finish the steps up to and including one."""
    session, me, today = office.session, office.liaison, local_today(office.session)
    plan = steps.Plan(FoundingRoute.ATTRACT, form, union)
    case = steps.plan(session, case.id, version=case.version, wanted=plan, actor=me)
    for step in STEPS[: STEPS.index(until) + 1]:
        evidence = Evidence(today, "见附件", "二七工〔2026〕17号", today)
        case = steps.finish_step(session, case.id, step, version=case.version, evidence=evidence, actor=me)
    return case


def entries(session):
    return session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))


def status_of(office):
    office.session.refresh(office.shop)
    return office.shop.organization_status


def test_record_consent_starts_five_working_days(office, case, today):
    case = steps.record_consent(office.session, case.id, version=1, on=today, actor=office.liaison)
    assert (case.consent_on, case.clock_from, case.allowed_workdays) == (today, today, 5)
    days = office.session.execute(
        sa.text(
            "SELECT count(*) FROM calendar_days WHERE is_workday AND on_date > :today AND on_date <= :due"
        ),
        {"today": today, "due": case.due_on},
    ).scalar_one()
    assert days == 5
    assert status_of(office) == "in_progress"
    earlier = steps.record_consent(
        office.session, case.id, version=2, on=today - timedelta(20), actor=office.liaison
    )
    assert earlier.due_on < today
    with pytest.raises(InvalidInput, match="date_in_future"):
        steps.record_consent(
            office.session, case.id, version=3, on=today + timedelta(1), actor=office.liaison
        )


def test_finish_all_steps_ends_in_founded_and_a_cadre_verifies(office, case):
    before = entries(office.session)
    case = finish(office, case)
    assert (case.state, case.end, case.step, case.ended_by_name) == (
        "to_verify",
        "founded",
        "unveiling",
        "穆棠",
    )
    assert status_of(office) == "own_union"
    assert entries(office.session) == before + 6
    with pytest.raises(Conflict, match="verifier_is_closer"):
        endings.verify(office.session, case.id, version=case.version, note=None, actor=office.liaison)
    case = endings.verify(office.session, case.id, version=case.version, note="已核", actor=office.cadre)
    assert (case.state, case.verified_by_name) == ("closed", "闻人朗")
    assert office.shop.removed_on is None
    done = founding_cases.list_steps(office.session, case.id)
    assert len(done) == 5


def test_finish_step_out_of_order_or_without_approval_is_refused(office, case, today):
    def step(name, **evidence):
        return steps.finish_step(
            office.session,
            case.id,
            name,
            version=founding_cases.find_case_of(office.session, office.shop.id).version,
            evidence=Evidence(today, **evidence),
            actor=office.liaison,
        )

    with pytest.raises(Conflict, match="step_out_of_order"):
        step(CaseStep.MATERIALS)
    for name in STEPS[:3]:
        step(name)
    with pytest.raises(InvalidInput, match="approval_missing"):
        step(CaseStep.APPLICATION_APPROVAL, document_number="17号")
    with pytest.raises(InvalidInput, match="looks_like_id_number"):
        step(CaseStep.APPLICATION_APPROVAL, text="身份证410103199001011234")
    step(CaseStep.APPLICATION_APPROVAL, document_number="17号", document_on=today)
    with pytest.raises(InvalidInput, match="form_missing"):
        step(CaseStep.UNVEILING)


def test_joint_founding_names_the_union_that_covers(office, case):
    with pytest.raises(InvalidInput, match="covering_union_missing"):
        finish(office, case, form=FoundingForm.JOINT)


def test_joint_founding_covers_the_enterprise(office, case, today):
    finish(office, case, form=FoundingForm.JOINT, union="餐饮街联合工会")
    assert status_of(office) == "covered_joint"
    assert (office.shop.covering_union, office.shop.covering_confirmed_on) == ("餐饮街联合工会", today)


def test_undo_step_takes_the_last_one_back(office, case):
    case = finish(office, case, until=CaseStep.MATERIALS)
    case = steps.undo_step(
        office.session, case.id, version=case.version, why="资料没齐", actor=office.liaison
    )
    assert case.step == "materials"
    left = office.session.scalars(sa.select(FoundingStep.step).where(FoundingStep.case_id == case.id)).all()
    assert left == ["survey"]
    case = steps.undo_step(office.session, case.id, version=case.version, why="重来", actor=office.liaison)
    with pytest.raises(Conflict, match="step_is_first"):
        steps.undo_step(office.session, case.id, version=case.version, why="再退", actor=office.liaison)


def test_pause_stops_the_clock_only_once_approved(office, case, today):
    session, me = office.session, office.liaison
    case = steps.record_consent(session, case.id, version=1, on=today - timedelta(1), actor=me)
    due = case.due_on
    case = pauses.request_pause(
        session, case.id, version=case.version, reason=StuckReason.HQ_DECIDES, note="等总部", actor=me
    )
    assert (case.state, case.due_on) == ("open", due)
    with pytest.raises(Conflict, match="pause_under_way"):
        pauses.request_pause(
            session, case.id, version=case.version, reason=StuckReason.OTHER, note=None, actor=me
        )
    mine = Actor(me.user_id, me.by, office.cadre.scope)
    with pytest.raises(Conflict, match="pause_is_own"):
        pauses.decide_pause(session, case.id, version=case.version, is_approved=True, note=None, actor=mine)
    case = pauses.decide_pause(
        session, case.id, version=case.version, is_approved=True, note="同意", actor=office.cadre
    )
    assert (case.state, case.due_on) == ("paused", None)
    with pytest.raises(Conflict, match="case_is_paused"):
        steps.finish_step(
            session, case.id, CaseStep.SURVEY, version=case.version, evidence=Evidence(today), actor=me
        )
    session.execute(sa.text("UPDATE founding_pauses SET since = since - 7, until = NULL"))
    case = pauses.resume(session, case.id, version=case.version, actor=me)
    assert case.state == "open"
    assert case.due_on >= due


def test_pause_refused_leaves_the_clock_running_and_another_may_be_asked_for(office, case, today):
    session, me = office.session, office.liaison
    case = steps.record_consent(session, case.id, version=1, on=today, actor=me)
    for _ in range(2):
        case = pauses.request_pause(
            session, case.id, version=case.version, reason=StuckReason.OTHER, note=None, actor=me
        )
        due = case.due_on
        case = pauses.decide_pause(
            session, case.id, version=case.version, is_approved=False, note="再跑一趟", actor=office.cadre
        )
        assert (case.state, case.due_on) == ("open", due)
    with pytest.raises(Conflict, match="pause_not_requested"):
        pauses.decide_pause(
            session, case.id, version=case.version, is_approved=True, note=None, actor=office.cadre
        )


def test_overdue_case_stays_open_for_ever(office, case, today):
    case = steps.record_consent(
        office.session, case.id, version=1, on=today - timedelta(60), actor=office.liaison
    )
    assert (case.state, case.due_on < today) == ("open", True)
    assert finish(office, case).end == "founded"


@pytest.mark.parametrize(
    ("wanted", "removal"),
    [
        (CaseEnd.CLOSED_DOWN, "closed_down"),
        (CaseEnd.MOVED, "moved_out"),
        (CaseEnd.NO_WORKERS, "no_workers"),
        (CaseEnd.DUPLICATE, "duplicate"),
        (CaseEnd.REFUSED, None),
    ],
)
def test_end_leaves_the_list_when_verified_and_comes_back_when_reopened(office, case, today, wanted, removal):
    session = office.session
    case = endings.end(
        session, case.id, version=1, wanted=wanted, on=today, note="上门看过", actor=office.liaison
    )
    assert (case.state, office.shop.removed_on) == ("to_verify", None)
    assert (case.revisit_on == today + timedelta(90)) is (wanted == CaseEnd.REFUSED)
    case = endings.verify(session, case.id, version=case.version, note=None, actor=office.cadre)
    session.refresh(office.shop)
    assert office.shop.removal_reason == removal
    assert (office.shop.removed_on == today) is (removal is not None)
    case = endings.reopen(session, case.id, version=case.version, note="又开门了", actor=office.planner)
    session.refresh(office.shop)
    assert (case.state, case.end, case.holder_name) == ("open", None, "穆棠")
    assert (office.shop.removed_on, office.shop.removal_reason) == (None, None)
    told = session.scalars(
        sa.select(CaseEvent.act).where(CaseEvent.enterprise_id == office.shop.id).order_by(CaseEvent.id)
    ).all()
    assert told == ["claimed", "ended", "verified", "reopened"]


def test_reopened_enterprise_without_an_owner_gets_one(office, case, today):
    session = office.session
    case = endings.end(
        session, case.id, version=1, wanted=CaseEnd.MOVED, on=today, note="搬空了", actor=office.liaison
    )
    case = endings.verify(session, case.id, version=case.version, note=None, actor=office.cadre)
    session.execute(
        sa.text("UPDATE assignments SET valid_to = clock_timestamp() WHERE enterprise_id = :id"),
        {"id": office.shop.id},
    )
    endings.reopen(session, case.id, version=case.version, note="没搬", actor=office.cadre)
    assert office.world.owner(office.shop).grid_id == office.west.id


def test_a_verified_refusal_may_be_claimed_anew_and_then_not_reopened(office, case, today):
    session = office.session
    case = endings.end(
        session, case.id, version=1, wanted=CaseEnd.REFUSED, on=today, note="老板不同意", actor=office.liaison
    )
    with pytest.raises(Conflict, match="case_is_to_verify"):
        claims.claim(session, office.shop.id, actor=office.cadre)
    case = endings.verify(session, case.id, version=case.version, note=None, actor=office.cadre)
    assert status_of(office) == "unorganized"
    second = claims.claim(session, office.shop.id, actor=office.liaison)
    assert second.id != case.id
    with pytest.raises(Conflict, match="case_another_open"):
        endings.reopen(session, case.id, version=case.version, note="重开", actor=office.cadre)


def test_send_back_puts_a_founding_under_way_again(office, case):
    case = finish(office, case, form=FoundingForm.ABSORBED, union="槐荫社区工会")
    case = endings.send_back(
        office.session, case.id, version=case.version, note="没有批复原件", actor=office.cadre
    )
    assert (case.state, case.step, case.end) == ("open", "unveiling", None)
    assert status_of(office) == "in_progress"
    assert office.shop.covering_union is None
    with pytest.raises(Conflict, match="case_is_open"):
        endings.verify(office.session, case.id, version=case.version, note=None, actor=office.cadre)


def test_end_by_word_is_never_founded_and_needs_a_reason(office, case, today):
    with pytest.raises(Conflict, match="end_founded_by_steps"):
        endings.end(
            office.session,
            case.id,
            version=1,
            wanted=CaseEnd.FOUNDED,
            on=today,
            note="成立了",
            actor=office.liaison,
        )
    with pytest.raises(InvalidInput, match="end_note_missing"):
        endings.end(
            office.session, case.id, version=1, wanted=CaseEnd.MOVED, on=today, note="", actor=office.liaison
        )


def test_ending_a_paused_case_ends_the_pause(office, case, today):
    session, me = office.session, office.liaison
    case = pauses.request_pause(session, case.id, version=1, reason=StuckReason.CLOSING, note=None, actor=me)
    case = pauses.decide_pause(
        session, case.id, version=case.version, is_approved=True, note=None, actor=office.cadre
    )
    case = endings.end(
        session, case.id, version=case.version, wanted=CaseEnd.CLOSED_DOWN, on=today, note="关了", actor=me
    )
    (pause,) = founding_cases.list_pauses(session, [case.id])
    assert (case.state, pause.until) == (CaseState.TO_VERIFY, today)


def test_every_act_refuses_a_stale_version(office, case, today):
    session, me, cadre = office.session, office.liaison, office.cadre
    old = {"version": 99}
    tries = [
        lambda: claims.extend(session, case.id, **old, actor=me),
        lambda: claims.give_back(session, case.id, **old, note="x", actor=me),
        lambda: claims.free(session, case.id, **old, note="x", actor=cadre),
        lambda: steps.record_consent(session, case.id, **old, on=today, actor=me),
        lambda: steps.finish_step(
            session, case.id, CaseStep.SURVEY, **old, evidence=Evidence(today), actor=me
        ),
        lambda: steps.undo_step(session, case.id, **old, why="x", actor=me),
        lambda: steps.plan(session, case.id, **old, wanted=steps.Plan(), actor=me),
        lambda: pauses.request_pause(session, case.id, **old, reason=StuckReason.OTHER, note=None, actor=me),
        lambda: pauses.decide_pause(session, case.id, **old, is_approved=True, note=None, actor=cadre),
        lambda: pauses.resume(session, case.id, **old, actor=me),
        lambda: endings.end(
            session, case.id, **old, wanted=CaseEnd.REFUSED, on=date(2026, 1, 1), note="x", actor=me
        ),
        lambda: endings.verify(session, case.id, **old, note=None, actor=cadre),
        lambda: endings.send_back(session, case.id, **old, note="x", actor=cadre),
        lambda: endings.reopen(session, case.id, **old, note="x", actor=cadre),
    ]
    before = entries(session)
    for attempt in tries:
        with pytest.raises(Stale):
            attempt()
    assert entries(session) == before
