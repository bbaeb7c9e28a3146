"""What happens because time passes: untouched claims lapse, undecided disputes go up. Run once a day."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from geodata.founding.acts import CASE, DISPUTE
from geodata.queries import audit, case_events, disputes, founding_moves
from geodata.queries.case_events import SYSTEM
from geodata.queries.people import local_today
from geodata.vocab import CaseAct


@dataclass(frozen=True)
class Swept:
    """How many claims lapsed and disputes went up."""

    lapsed: int
    escalated: int


def sweep(session: Session) -> Swept:
    """Free claims whose last day has passed and escalate disputes that nobody decided in time.

    Each gets its line of history and its entry in the log; a second run on the same day finds nothing.
    A lapsed claim may be taken even before this ran.
    """
    today = local_today(session)
    lapsed = founding_moves.lapse_claims(session, today)
    case_events.add_events(session, CaseAct.LAPSED, by=SYSTEM, places=lapsed)
    for _, case_id in lapsed:
        audit.note(session, by=SYSTEM, action="case_lapsed", subject_kind=CASE, subject_id=case_id)
    escalated = disputes.escalate(session, today)
    places = [(enterprise_id, None) for _, enterprise_id in escalated]
    case_events.add_events(session, CaseAct.DISPUTE_ESCALATED, by=SYSTEM, places=places)
    for dispute_id, _ in escalated:
        audit.note(
            session, by=SYSTEM, action="dispute_escalated", subject_kind=DISPUTE, subject_id=dispute_id
        )
    return Swept(len(lapsed), len(escalated))
