"""Founding cases, visits, disputes, proposals."""

from enum import StrEnum


class CaseState(StrEnum):
    """Life of the work on one enterprise. Only ``open`` runs the clock; ``closed`` is verified 已销号."""

    OPEN = "open"
    PAUSED = "paused"
    TO_VERIFY = "to_verify"
    CLOSED = "closed"


class CaseStep(StrEnum):
    """The five steps of founding a union, in their order."""

    SURVEY = "survey"
    MATERIALS = "materials"
    MOBILIZATION = "mobilization"
    APPLICATION_APPROVAL = "application_approval"
    UNVEILING = "unveiling"


class CaseEnd(StrEnum):
    """How the work on an enterprise can end. Every end can be taken back."""

    FOUNDED = "founded"
    REFUSED = "refused"
    CLOSED_DOWN = "closed_down"
    MOVED = "moved"
    NO_WORKERS = "no_workers"
    DUPLICATE = "duplicate"


class FoundingRoute(StrEnum):
    """How the employer is won: 吸引建, 推动建, 兜底建."""

    ATTRACT = "attract"
    PUSH = "push"
    CATCH_ALL = "catch_all"


class FoundingForm(StrEnum):
    """What is founded."""

    SINGLE = "single"
    JOINT = "joint"
    INDUSTRY = "industry"
    REGIONAL = "regional"
    DISPATCHED = "dispatched"
    INCUBATED = "incubated"
    ABSORBED = "absorbed"
    SUB_BRANCH = "sub_branch"
    GROUP = "group"
    ORGANIZER = "organizer"


class StuckReason(StrEnum):
    """Why a case does not move: what a pause names."""

    EMPLOYER_UNWILLING = "employer_unwilling"
    OBSTRUCTION = "obstruction"
    FEW_WORKERS = "few_workers"
    NO_SITE = "no_site"
    HQ_DECIDES = "hq_decides"
    CLOSING = "closing"
    OTHER = "other"


class UnheldReason(StrEnum):
    """Why an open case has nobody who holds it."""

    GIVEN_BACK = "given_back"
    FREED = "freed"
    LAPSED = "lapsed"
    MOVED = "moved"


class VisitResult(StrEnum):
    """What came of a visit."""

    MET = "met"
    CONSENTED = "consented"
    NOT_MET = "not_met"
    REFUSED = "refused"
    MOVED = "moved"
    CLOSED_DOWN = "closed_down"


class VisitChannel(StrEnum):
    """How the enterprise was spoken to."""

    ON_SITE = "on_site"
    PHONE = "phone"
    MESSAGE = "message"
    OFFICE = "office"


class DisputeKind(StrEnum):
    """What a liaison says about an enterprise that is theirs for now."""

    NOT_IN_MY_GRID = "not_in_my_grid"
    MOVED = "moved"


class DisputeState(StrEnum):
    """Life of a dispute; while ``open`` the enterprise stays where it is."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class ProposalState(StrEnum):
    """Life of a proposal that a union of the line covers an enterprise."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class CaseAct(StrEnum):
    """What can be done in the union work: the kinds of lines in its history."""

    CLAIMED = "claimed"
    ASSIGNED = "assigned"
    GIVEN_BACK = "given_back"
    FREED = "freed"
    LAPSED = "lapsed"
    EXTENDED = "extended"
    HANDED_OVER = "handed_over"
    CONSENT_RECORDED = "consent_recorded"
    STEP_DONE = "step_done"
    STEP_UNDONE = "step_undone"
    PLANNED = "planned"
    FORM_PROPOSED = "form_proposed"
    PAUSE_REQUESTED = "pause_requested"
    PAUSE_APPROVED = "pause_approved"
    PAUSE_REFUSED = "pause_refused"
    RESUMED = "resumed"
    ENDED = "ended"
    VERIFIED = "verified"
    RETURNED = "returned"
    REOPENED = "reopened"
    VISITED = "visited"
    DISPUTE_OPENED = "dispute_opened"
    DISPUTE_ACCEPTED = "dispute_accepted"
    DISPUTE_DECIDED = "dispute_decided"
    DISPUTE_ESCALATED = "dispute_escalated"
    DISPUTE_WITHDRAWN = "dispute_withdrawn"
