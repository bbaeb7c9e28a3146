"""All tables, so that one import fills the metadata."""

from geodata.models.coverage import CoverageRule, CoverageRun, DemandHours, DemandPoint
from geodata.models.enterprises import Assignment, Enterprise, EnterpriseClarity
from geodata.models.founding import (
    CalendarDay,
    CaseEvent,
    Dispute,
    FoundingCase,
    FoundingPause,
    FoundingStep,
    Visit,
)
from geodata.models.jobs import FileChunk, Job, StoredFile
from geodata.models.networks import Barrier, NetworkEdge, NetworkVersion
from geodata.models.people import Attempt, CountySetting, LoginSession, Post, Submission, User
from geodata.models.places import AssessmentArea, BoundaryVersion, Division, Grid, GridBoundary, Street
from geodata.models.planning import CandidateSite, CoverProposal, Scenario, SitingRun
from geodata.models.records import AuditEntry, DataChange, ImportBatch, Rejection
from geodata.models.reports import ReportSalt, StationReport, UnionOffice
from geodata.models.station_care import StationPhoto, StationVisitors
from geodata.models.stations import (
    ServiceItem,
    ServiceStandard,
    Station,
    StationClosure,
    StationHours,
    StationHoursException,
    StationService,
)
from geodata.models.tiles import EnterpriseCell, EnterprisePlace, GridTotal, Outline, TileState

__all__ = [
    "AssessmentArea",
    "Assignment",
    "Attempt",
    "AuditEntry",
    "Barrier",
    "BoundaryVersion",
    "CalendarDay",
    "CandidateSite",
    "CaseEvent",
    "CountySetting",
    "CoverProposal",
    "CoverageRule",
    "CoverageRun",
    "DataChange",
    "DemandHours",
    "DemandPoint",
    "Dispute",
    "Division",
    "Enterprise",
    "EnterpriseCell",
    "EnterpriseClarity",
    "EnterprisePlace",
    "FileChunk",
    "FoundingCase",
    "FoundingPause",
    "FoundingStep",
    "Grid",
    "GridBoundary",
    "GridTotal",
    "ImportBatch",
    "Job",
    "LoginSession",
    "NetworkEdge",
    "NetworkVersion",
    "Outline",
    "Post",
    "Rejection",
    "ReportSalt",
    "Scenario",
    "ServiceItem",
    "ServiceStandard",
    "SitingRun",
    "Station",
    "StationClosure",
    "StationHours",
    "StationHoursException",
    "StationPhoto",
    "StationReport",
    "StationService",
    "StationVisitors",
    "StoredFile",
    "Street",
    "Submission",
    "TileState",
    "UnionOffice",
    "User",
    "Visit",
]
