"""Words with a fixed meaning: the codes stored in the database and spoken by every floor.

Labels for people are in ``webmap/translations`` under ``<enum>.<value>``, for example
``station_status.open``.
"""

from enum import StrEnum


class DivisionLevel(StrEnum):
    """Administrative levels below the city, by length of the statistical code (6, 9, 12 digits)."""

    COUNTY = "county"
    TOWN = "town"
    COMMUNITY = "community"


class GridKind(StrEnum):
    """网格, 片区 and 专属网格. Grids and zones tile a county; exclusive grids overlay them."""

    GRID = "grid"
    ZONE = "zone"
    EXCLUSIVE = "exclusive"


class VersionStatus(StrEnum):
    """Life of a boundary version."""

    DRAFT = "draft"
    INVALID = "invalid"
    CHECKED = "checked"
    APPROVED = "approved"
    EFFECTIVE = "effective"
    ARCHIVED = "archived"


class StationType(StrEnum):
    """By usable area (ACFTU 2023): standard >= 5 m2, micro < 5 m2, mobile."""

    STANDARD = "standard"
    MICRO = "micro"
    MOBILE = "mobile"


class VenueType(StrEnum):
    """What the place is. Only ``outdoor_station`` counts for the ten minutes."""

    OUTDOOR_STATION = "outdoor_station"
    DRIVERS_HOME = "drivers_home"
    NURSING_ROOM = "nursing_room"
    WORKERS_PALACE = "workers_palace"
    PARTY_MASS_CENTER = "party_mass_center"
    STAFF_HOME = "staff_home"


class StationStatus(StrEnum):
    """Life of a station. Only ``open`` stations can count."""

    PLANNED = "planned"
    BUILDING = "building"
    ACCEPTED = "accepted"
    OPEN = "open"
    TEMPORARILY_CLOSED = "temporarily_closed"
    RETIRED = "retired"


class AccessMethod(StrEnum):
    """How one gets in. ``staff_only`` stations are listed apart and never count."""

    OPEN = "open"
    QR = "qr"
    APP = "app"
    BELL = "bell"
    STAFF_ONLY = "staff_only"
    UNKNOWN = "unknown"


class ServiceCondition(StrEnum):
    """State of one service at one station. Unknown is not "no"."""

    WORKING = "working"
    BROKEN = "broken"
    OUT_OF_STOCK = "out_of_stock"
    EXPIRED = "expired"
    REMOVED = "removed"
    UNKNOWN = "unknown"


class ClosureKind(StrEnum):
    """Why a station is shut against its hours: foreseen or not, or 提前关门 for the rest of one day."""

    PLANNED = "planned"
    UNPLANNED = "unplanned"
    EARLY = "early"


class CareNeed(StrEnum):
    """What a station waits for its manager to do, the most pressing first."""

    REOPENING_OVERDUE = "reopening_overdue"
    OPEN_REPORTS = "open_reports"
    EXPIRING = "expiring"
    UNCONFIRMED = "unconfirmed"


class ServiceMode(StrEnum):
    """Whether the service is in the station or nearby (a public toilet next door)."""

    OWN = "own"
    NEARBY = "nearby"


class DayType(StrEnum):
    """Kinds of day a coverage question can name."""

    WORKDAY = "workday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
    HOLIDAY = "holiday"


class Remedy(StrEnum):
    """What would help an uncovered place.

    ``extend`` 延时可解: a station is in reach but shut or lacks the service; ``build`` 需新设: none in reach.
    """

    EXTEND = "extend"
    BUILD = "build"


class UnitKind(StrEnum):
    """Kinds of employing unit."""

    NON_PUBLIC_ENTERPRISE = "non_public_enterprise"
    INDIVIDUAL_BUSINESS = "individual_business"
    FARMER_COOPERATIVE = "farmer_cooperative"
    SOCIAL_ORGANIZATION = "social_organization"
    PUBLIC_BODY = "public_body"
    OTHER = "other"


class OrganizationStatus(StrEnum):
    """Whether and how an enterprise has a union."""

    UNORGANIZED = "unorganized"
    IN_PROGRESS = "in_progress"
    OWN_UNION = "own_union"
    COVERED_JOINT = "covered_joint"
    COVERED_INDUSTRY = "covered_industry"
    COVERED_PARENT = "covered_parent"
    ABSORBED = "absorbed"
    NOT_APPLICABLE = "not_applicable"


class RemovalReason(StrEnum):
    """Why a place of work left the list (R11). Reversible, and never without a reason."""

    CLOSED_DOWN = "closed_down"
    MOVED_OUT = "moved_out"
    DUPLICATE = "duplicate"
    NO_WORKERS = "no_workers"


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


class LocationLevel(StrEnum):
    """How precisely a place is known."""

    ENTRANCE = "entrance"
    BUILDING = "building"
    STREET = "street"
    COMMUNITY = "community"
    TOWN = "town"
    NONE = "none"


class Datum(StrEnum):
    """Datums an import may name. ``cgcs2000`` is ``wgs84`` for our purpose; nothing is guessed."""

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"
    BD09 = "bd09"


class AssignmentMethod(StrEnum):
    """How the responsible grid was found, in the order the rules are tried."""

    MANUAL = "manual"
    EXCLUSIVE = "exclusive"
    COVERED = "covered"
    BORDER = "border"
    GAP_NEAREST = "gap_nearest"
    GAP_FALLBACK = "gap_fallback"
    COMMUNITY_CODE = "community_code"
    CODE_FALLBACK = "code_fallback"
    OUT_OF_COUNTY = "out_of_county"


class AssignmentStatus(StrEnum):
    """The queue an assignment stands in. Everything but ``auto`` and ``manual`` waits for a person."""

    AUTO = "auto"
    MANUAL = "manual"
    BOUNDARY_REVIEW = "boundary_review"
    GAP_REVIEW = "gap_review"
    LOCATION_PENDING = "location_pending"
    OUT_OF_COUNTY = "out_of_county"


class Role(StrEnum):
    """What a post lets its holder do; see ``webmap/permissions.py`` for the table."""

    PLANNER = "planner"
    LIAISON = "liaison"
    SUPERVISING_CADRE = "supervising_cadre"
    INSTRUCTOR = "instructor"
    STATION_MANAGER = "station_manager"
    VIEWER = "viewer"
    ADMIN = "admin"
    AUDITOR = "auditor"


GRID_ROLES = frozenset({Role.LIAISON, Role.SUPERVISING_CADRE})
"""Roles whose post is one grid; each grid has at most one holder of each who is no deputy."""


class ReportKind(StrEnum):
    """What somebody at the door tells about a station, by one tap."""

    LOCKED = "locked"
    SERVICE = "service"
    PLACE = "place"


class ReportStatus(StrEnum):
    """What became of a report. Everything but ``open`` is an answer that the public page shows."""

    OPEN = "open"
    FIXED = "fixed"
    NOT_CONFIRMED = "not_confirmed"
    DUPLICATE = "duplicate"


class ImportKind(StrEnum):
    """What a file brings."""

    DIVISIONS = "divisions"
    GRIDS = "grids"
    STATIONS = "stations"
    ENTERPRISES = "enterprises"
    DEMAND = "demand"


class JobKind(StrEnum):
    """Long work that runs beside the web."""

    IMPORT_PREVIEW = "import_preview"
    IMPORT_SAVE = "import_save"
    IMPORT_UNDO = "import_undo"
    ASSIGN = "assign"
    COVERAGE = "coverage"
    EXPORT = "export"
    BOUNDARY_CHECK = "boundary_check"
    BOUNDARY_ACTIVATE = "boundary_activate"


class JobState(StrEnum):
    """Life of a job. The last three are ends."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class FilePurpose(StrEnum):
    """Why a file is kept: sent in, or made by a job."""

    UPLOAD = "upload"
    REPORT = "report"
    PREVIEW = "preview"
    EXPORT = "export"


class Severity(StrEnum):
    """A refused row is not taken; a warned row is taken and should be looked at."""

    REFUSED = "refused"
    WARNING = "warning"


UNORGANIZED_STATES = frozenset({OrganizationStatus.UNORGANIZED, OrganizationStatus.IN_PROGRESS})
"""States that still need somebody to found a union: what 未建会 counts."""

GAP_TOLERANCE_M = 50.0
"""Default ⚙: a gap point this near a grid is taken as a digitising sliver (domain rule R5)."""

LOCATION_ACCURACY_M = {
    LocationLevel.ENTRANCE: 10.0,
    LocationLevel.BUILDING: 15.0,
    LocationLevel.STREET: 200.0,
    LocationLevel.COMMUNITY: 500.0,
    LocationLevel.TOWN: 2000.0,
}
"""Accuracy assumed when a row states a level but no metres."""
