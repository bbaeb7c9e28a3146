"""Acts of the union work. Each is one transaction, one line of history, one entry in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apiflask import APIBlueprint
from flask import Response

from geodata.founding import claims, endings, pauses, reads, steps, visits
from geodata.rules.founding import Evidence
from geodata.vocab import CaseEnd
from webmap.api import founding_bodies as bodies
from webmap.api import founding_json as shown
from webmap.api import founding_schemas as schemas
from webmap.api import parameters
from webmap.api.founding import actor
from webmap.permissions import Permission, requires
from webmap.writes import Done, expected_version, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from geodata.founding.acts import Actor
    from geodata.queries.founding_cases import CaseRow


bp = APIBlueprint("founding_writes", __name__, url_prefix="/api/v1", tag="founding")

_ENTERPRISE = f"/enterprises/<{parameters.ID}:enterprise_id>"
_CASE = f"/cases/<{parameters.ID}:case_id>"


def _new_case(permission: Permission, act: Callable[[Session, Actor], CaseRow]) -> Response:
    """Do an act that takes an enterprise up, once for its key."""
    me = actor(permission)
    return write(lambda session: _case_done(session, me, act(session, me), status=201), creates=True)


def _change_case(permission: Permission, act: Callable[[Session, int, Actor], CaseRow]) -> Response:
    """Do an act on a case as it was last read (If-Match)."""
    me, version = actor(permission), expected_version()
    return write(lambda session: _case_done(session, me, act(session, version, me)))


def _case_done(session: Session, me: Actor, case: CaseRow, *, status: int = 200) -> Done:
    context = reads.read_context(session, user_id=me.user_id, scope=me.scope)
    return Done({"case": shown.case_json(case, context)}, status)


@bp.post(f"{_ENTERPRISE}/claim")
@requires(Permission.CASES_WORK)
@bp.input(bodies.Nothing, location="json", arg_name="nothing")
@bp.output(schemas.CaseAnswer, status_code=201)
def claim(enterprise_id: int, nothing: bodies.Nothing) -> Response:
    """Take an enterprise that nobody holds: of several at once one wins, the others read who has it."""
    return _new_case(
        Permission.CASES_WORK, lambda session, me: claims.claim(session, enterprise_id, actor=me)
    )


@bp.post(f"{_ENTERPRISE}/assign")
@requires(Permission.CASES_DIRECT)
@bp.input(bodies.NewAssignee, location="json", arg_name="wanted")
@bp.output(schemas.CaseAnswer, status_code=201)
def assign(enterprise_id: int, wanted: bodies.NewAssignee) -> Response:
    """Give an enterprise to somebody, whoever holds it."""
    return _new_case(
        Permission.CASES_DIRECT,
        lambda session, me: claims.assign(
            session, enterprise_id, user_id=wanted.user_id, note=wanted.note, actor=me
        ),
    )


@bp.post(f"{_CASE}/give-back")
@requires(Permission.CASES_WORK)
@bp.input(bodies.Reason, location="json", arg_name="reason")
@bp.output(schemas.CaseAnswer)
def give_back(case_id: int, reason: bodies.Reason) -> Response:
    """Put a case down; what was done stays."""
    return _change_case(
        Permission.CASES_WORK,
        lambda session, version, me: claims.give_back(
            session, case_id, version=version, note=reason.note, actor=me
        ),
    )


@bp.post(f"{_CASE}/extend")
@requires(Permission.CASES_WORK)
@bp.input(bodies.Nothing, location="json", arg_name="nothing")
@bp.output(schemas.CaseAnswer)
def extend(case_id: int, nothing: bodies.Nothing) -> Response:
    """Hold a claim for the whole term from today on."""
    return _change_case(
        Permission.CASES_WORK,
        lambda session, version, me: claims.extend(session, case_id, version=version, actor=me),
    )


@bp.post(f"{_CASE}/free")
@requires(Permission.CASES_DIRECT)
@bp.input(bodies.Reason, location="json", arg_name="reason")
@bp.output(schemas.CaseAnswer)
def free(case_id: int, reason: bodies.Reason) -> Response:
    """Take a case from who holds it."""
    return _change_case(
        Permission.CASES_DIRECT,
        lambda session, version, me: claims.free(
            session, case_id, version=version, note=reason.note, actor=me
        ),
    )


@bp.post(f"{_CASE}/consent")
@requires(Permission.CASES_WORK)
@bp.input(bodies.Consent, location="json", arg_name="consent")
@bp.output(schemas.CaseAnswer)
def record_consent(case_id: int, consent: bodies.Consent) -> Response:
    """The employer agreed on a day; the clock runs from there."""
    return _change_case(
        Permission.CASES_WORK,
        lambda session, version, me: steps.record_consent(
            session, case_id, version=version, on=consent.on, actor=me
        ),
    )


@bp.post(f"{_CASE}/steps")
@requires(Permission.CASES_WORK)
@bp.input(bodies.StepDone, location="json", arg_name="done")
@bp.output(schemas.CaseAnswer)
def finish_step(case_id: int, done: bodies.StepDone) -> Response:
    """Finish the step that is due; the unveiling ends the case."""
    evidence = Evidence(done.done_on, done.evidence, done.document_number, done.document_on)
    return _change_case(
        Permission.CASES_WORK,
        lambda session, version, me: steps.finish_step(
            session,
            case_id,
            done.step,
            version=version,
            evidence=evidence,
            union_name=done.union_name,
            actor=me,
        ),
    )


@bp.post(f"{_CASE}/steps/undo")
@requires(Permission.CASES_WORK)
@bp.input(bodies.Reason, location="json", arg_name="reason")
@bp.output(schemas.CaseAnswer)
def undo_step(case_id: int, reason: bodies.Reason) -> Response:
    """Take the last finished step back."""
    return _change_case(
        Permission.CASES_WORK,
        lambda session, version, me: steps.undo_step(
            session, case_id, version=version, why=reason.note, actor=me
        ),
    )


@bp.patch(_CASE)
@requires(Permission.CASES_WORK)
@bp.input(bodies.CasePlan, location="json", arg_name="wanted")
@bp.output(schemas.CaseAnswer)
def plan(case_id: int, wanted: bodies.CasePlan) -> Response:
    """Write down route, form and covering union."""
    chosen = steps.Plan(wanted.route, wanted.form, wanted.union_name)
    return _change_case(
        Permission.CASES_WORK,
        lambda session, version, me: steps.plan(session, case_id, version=version, wanted=chosen, actor=me),
    )


@bp.post(f"{_CASE}/pause")
@requires(Permission.CASES_WORK)
@bp.input(bodies.PauseWanted, location="json", arg_name="wanted")
@bp.output(schemas.CaseAnswer)
def request_pause(case_id: int, wanted: bodies.PauseWanted) -> Response:
    """Ask for a pause; the clock runs until it is approved, and stands still from today then."""
    return _change_case(
        Permission.CASES_WORK,
        lambda session, version, me: pauses.request_pause(
            session, case_id, version=version, reason=wanted.reason, note=wanted.note, actor=me
        ),
    )


@bp.post(f"{_CASE}/pause/decide")
@requires(Permission.CASES_DIRECT)
@bp.input(bodies.PauseDecision, location="json", arg_name="decision")
@bp.output(schemas.CaseAnswer)
def decide_pause(case_id: int, decision: bodies.PauseDecision) -> Response:
    """Approve or refuse a pause that somebody else asked for."""
    return _change_case(
        Permission.CASES_DIRECT,
        lambda session, version, me: pauses.decide_pause(
            session, case_id, version=version, is_approved=decision.approved, note=decision.note, actor=me
        ),
    )


@bp.post(f"{_CASE}/resume")
@requires(Permission.CASES_WORK)
@bp.input(bodies.Nothing, location="json", arg_name="nothing")
@bp.output(schemas.CaseAnswer)
def resume(case_id: int, nothing: bodies.Nothing) -> Response:
    """Go on after a pause."""
    return _change_case(
        Permission.CASES_WORK,
        lambda session, version, me: pauses.resume(session, case_id, version=version, actor=me),
    )


@bp.post(f"{_CASE}/end")
@requires(Permission.CASES_WORK)
@bp.input(bodies.EndWanted, location="json", arg_name="wanted")
@bp.output(schemas.CaseAnswer)
def end(case_id: int, wanted: bodies.EndWanted) -> Response:
    """Say that it cannot be done, and why; it waits to be verified."""
    return _change_case(
        Permission.CASES_WORK,
        lambda session, version, me: endings.end(
            session,
            case_id,
            version=version,
            wanted=CaseEnd(wanted.end),
            on=wanted.on,
            note=wanted.note,
            actor=me,
        ),
    )


@bp.post(f"{_CASE}/verify")
@requires(Permission.CASES_VERIFY)
@bp.input(bodies.Remark, location="json", arg_name="remark")
@bp.output(schemas.CaseAnswer)
def verify(case_id: int, remark: bodies.Remark) -> Response:
    """销号: confirm an end that somebody else recorded."""
    return _change_case(
        Permission.CASES_VERIFY,
        lambda session, version, me: endings.verify(
            session, case_id, version=version, note=remark.note, actor=me
        ),
    )


@bp.post(f"{_CASE}/return")
@requires(Permission.CASES_VERIFY)
@bp.input(bodies.Reason, location="json", arg_name="reason")
@bp.output(schemas.CaseAnswer)
def send_back(case_id: int, reason: bodies.Reason) -> Response:
    """退回: the end is not believed."""
    return _change_case(
        Permission.CASES_VERIFY,
        lambda session, version, me: endings.send_back(
            session, case_id, version=version, note=reason.note, actor=me
        ),
    )


@bp.post(f"{_CASE}/reopen")
@requires(Permission.CASES_DIRECT)
@bp.input(bodies.Reason, location="json", arg_name="reason")
@bp.output(schemas.CaseAnswer)
def reopen(case_id: int, reason: bodies.Reason) -> Response:
    """Take a verified case up again."""
    return _change_case(
        Permission.CASES_DIRECT,
        lambda session, version, me: endings.reopen(
            session, case_id, version=version, note=reason.note, actor=me
        ),
    )


@bp.post(f"{_ENTERPRISE}/visits")
@requires(Permission.CASES_WORK)
@bp.input(bodies.VisitMade, location="json", arg_name="made")
@bp.output(schemas.VisitAnswer, status_code=201)
def add_visit(enterprise_id: int, made: bodies.VisitMade) -> Response:
    """Write a visit down, once for its `client_id`."""
    me = actor(Permission.CASES_WORK)
    stated: dict[str, Any] = {name: value for name, value in made if name != "clarity"}
    clarity = None if made.clarity is None else dict(made.clarity)
    wanted = visits.NewVisit(**stated, clarity=clarity)

    def work(session: Session) -> Done:
        done = visits.add_visit(session, enterprise_id, wanted, actor=me)
        context = reads.read_context(session, user_id=me.user_id, scope=me.scope)
        body = {"visit": shown.visit_json(done.visit), "case": shown.case_json(done.case, context)}
        return Done({**body, "repeated": done.is_repeated}, 200 if done.is_repeated else 201)

    return write(work, creates=True)


@bp.post(f"{_ENTERPRISE}/proposals")
@requires(Permission.CASES_PROPOSE)
@bp.input(bodies.Proposal, location="json", arg_name="wanted")
@bp.output(schemas.Saved, status_code=201)
def propose(enterprise_id: int, wanted: bodies.Proposal) -> Response:
    """Say what should be founded; the holder sees it and decides."""
    me = actor(Permission.CASES_PROPOSE)

    def work(session: Session) -> Done:
        steps.propose(
            session,
            enterprise_id,
            form=wanted.form,
            union_name=wanted.union_name,
            why=wanted.note,
            actor=me,
        )
        return Done({"saved": True}, 201)

    return write(work, creates=True)
