"""Words with a fixed meaning: the codes stored in the database and spoken by every floor.

Labels for people are in ``webmap/translations`` under ``<enum>.<value>``, for example
``station_status.open``.

One file a subject; everything is imported from here.
"""

from geodata.vocab.coverage import (
    BarrierKind,
    HostKind,
    Measure,
    NetworkSource,
    NetworkStatus,
    Profile,
    Remedy,
    SiteSource,
)
from geodata.vocab.enterprises import (
    UNORGANIZED_STATES,
    AssignmentMethod,
    AssignmentStatus,
    OrganizationStatus,
    RemovalReason,
    UnitKind,
)
from geodata.vocab.founding import (
    CaseAct,
    CaseEnd,
    CaseState,
    CaseStep,
    DisputeKind,
    DisputeState,
    FoundingForm,
    FoundingRoute,
    ProposalState,
    StuckReason,
    UnheldReason,
    VisitChannel,
    VisitResult,
)
from geodata.vocab.people import GRID_ROLES, Role
from geodata.vocab.places import (
    GAP_TOLERANCE_M,
    LOCATION_ACCURACY_M,
    Datum,
    DivisionLevel,
    GridKind,
    LocationLevel,
    VersionStatus,
)
from geodata.vocab.plans import ChangeKind
from geodata.vocab.stations import (
    AccessMethod,
    CareNeed,
    ClosureKind,
    DayType,
    ReportKind,
    ReportStatus,
    ServiceCondition,
    ServiceMode,
    StationStatus,
    StationType,
    VenueType,
)
from geodata.vocab.work import FilePurpose, ImportKind, JobKind, JobState, Severity

__all__ = [
    "GAP_TOLERANCE_M",
    "GRID_ROLES",
    "LOCATION_ACCURACY_M",
    "UNORGANIZED_STATES",
    "AccessMethod",
    "AssignmentMethod",
    "AssignmentStatus",
    "BarrierKind",
    "CareNeed",
    "CaseAct",
    "CaseEnd",
    "CaseState",
    "CaseStep",
    "ChangeKind",
    "ClosureKind",
    "Datum",
    "DayType",
    "DisputeKind",
    "DisputeState",
    "DivisionLevel",
    "FilePurpose",
    "FoundingForm",
    "FoundingRoute",
    "GridKind",
    "HostKind",
    "ImportKind",
    "JobKind",
    "JobState",
    "LocationLevel",
    "Measure",
    "NetworkSource",
    "NetworkStatus",
    "OrganizationStatus",
    "Profile",
    "ProposalState",
    "Remedy",
    "RemovalReason",
    "ReportKind",
    "ReportStatus",
    "Role",
    "ServiceCondition",
    "ServiceMode",
    "Severity",
    "SiteSource",
    "StationStatus",
    "StationType",
    "StuckReason",
    "UnheldReason",
    "UnitKind",
    "VenueType",
    "VersionStatus",
    "VisitChannel",
    "VisitResult",
]
