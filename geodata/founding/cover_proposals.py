"""条线提议: an instructor says that an industry union covers an enterprise; another person confirms it.

The responsible grid never changes by this, and the enterprise keeps it for services and figures (R8).
"""

from sqlalchemy.orm import Session

from geodata.errors import Conflict, InvalidInput, NotFound, Stale
from geodata.founding.acts import ENTERPRISE, Actor, get_place, note
from geodata.founding.claims import check_needs_union, check_note
from geodata.queries import audit, case_events, founding_cases
from geodata.queries import cover_proposals as stored
from geodata.queries.cover_proposals import ProposalRow
from geodata.queries.people import local_today
from geodata.rules.personal import check_no_id_number
from geodata.vocab import CaseAct, FoundingForm, OrganizationStatus, ProposalState


def propose_cover(
    session: Session, enterprise_id: int, *, union_name: str, why: str, actor: Actor
) -> ProposalRow:
    """Propose that a union of the line covers an enterprise. Its liaison reads it in the history.

    Raises:
        NotFound: ``enterprise_not_found``, also outside the actor's line.
        InvalidInput: ``note_missing``; ``covering_union_missing``; ``looks_like_id_number``.
        Conflict: ``proposal_open``; ``enterprise_removed``; ``enterprise_has_union``.
    """
    check_note(why)
    check_no_id_number(union_name)
    if not union_name.strip():
        raise InvalidInput("covering_union_missing")
    place = get_place(session, enterprise_id, actor.scope)
    check_needs_union(place)
    values = {"enterprise_id": place.id, "union_name": union_name.strip(), "note": why.strip()}
    proposal_id = stored.add_proposal(session, values | {"proposed_by": actor.user_id})
    if proposal_id is None:
        raise Conflict("proposal_open")
    told = {"form": str(FoundingForm.INDUSTRY), "union_name": union_name.strip(), "note": why.strip()}
    case_events.add_events(
        session, CaseAct.FORM_PROPOSED, by=actor.by, places=[(place.id, place.case_id)], details=told
    )
    note(session, actor, CaseAct.FORM_PROPOSED, ENTERPRISE, place.id, after=told)
    return _get(session, proposal_id)


def decide_cover(
    session: Session, proposal_id: int, *, version: int, is_confirmed: bool, why: str, actor: Actor
) -> ProposalRow:
    """Confirm or decline a proposal that somebody else made.

    Confirmed, the enterprise counts as covered by that union from today; a case under way is ended first,
    by who holds it.

    Raises:
        NotFound: ``proposal_not_found``, also for one of somebody else's grid.
        InvalidInput: ``note_missing``; ``looks_like_id_number``.
        Conflict: ``proposal_closed`` with ``name`` of who decided; ``proposal_own``; ``case_under_way``
            with ``name`` of who holds it; ``enterprise_removed``; ``enterprise_has_union``.
        Stale: it was changed since ``version`` was read.
    """
    check_note(why)
    found = stored.find_proposal(session, proposal_id, lock=True)
    place = founding_cases.find_place(session, found.enterprise_id, actor.scope) if found else None
    if found is None or place is None:
        raise NotFound("proposal_not_found", id=proposal_id)
    if found.state != ProposalState.OPEN:
        raise Conflict("proposal_closed", name=found.decider or "—")
    if found.version != version:
        raise Stale(version=found.version, by=found.proposer, at="", changed=["union_name"])
    if found.proposed_by == actor.user_id:
        raise Conflict("proposal_own")
    if is_confirmed:
        check_needs_union(place)
        _cover(session, found)
    state = ProposalState.CONFIRMED if is_confirmed else ProposalState.DECLINED
    values = {"state": state, "decided_by": actor.user_id, "decision_note": why.strip()}
    stored.close_proposal(session, found.id, values)
    audit.note(
        session,
        by=actor.by,
        action=f"cover_{state}",
        subject_kind=ENTERPRISE,
        subject_id=place.id,
        before={"organization_status": place.organization_status},
        after={"covering_union": found.union_name, "note": why.strip()},
    )
    return _get(session, found.id)


def _cover(session: Session, found: ProposalRow) -> None:
    case = founding_cases.find_case_of(session, found.enterprise_id)
    if case is not None:
        raise Conflict("case_under_way", name=case.holder_name or "—")
    covered = {
        "organization_status": OrganizationStatus.COVERED_INDUSTRY,
        "covering_union": found.union_name,
        "covering_confirmed_on": local_today(session),
    }
    founding_cases.change_enterprise(session, found.enterprise_id, covered)


def _get(session: Session, proposal_id: int) -> ProposalRow:
    found = stored.find_proposal(session, proposal_id)
    if found is None:
        raise NotFound("proposal_not_found", id=proposal_id)
    return found
