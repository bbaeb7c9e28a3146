"""All tables, so that one import fills the metadata."""

from geodata.models.coverage import CoverageRule, CoverageRun, DemandPoint
from geodata.models.enterprises import Assignment, Enterprise, EnterpriseClarity
from geodata.models.people import Attempt, CountySetting, LoginSession, Post, Submission, User
from geodata.models.places import AssessmentArea, BoundaryVersion, Division, Grid, GridBoundary, Street
from geodata.models.records import AuditEntry, DataChange, ImportBatch, Rejection
from geodata.models.reports import ReportSalt, StationReport, UnionOffice
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
    "BoundaryVersion",
    "CountySetting",
    "CoverageRule",
    "CoverageRun",
    "DataChange",
    "DemandPoint",
    "Division",
    "Enterprise",
    "EnterpriseCell",
    "EnterpriseClarity",
    "EnterprisePlace",
    "Grid",
    "GridBoundary",
    "GridTotal",
    "ImportBatch",
    "LoginSession",
    "Outline",
    "Post",
    "Rejection",
    "ReportSalt",
    "ServiceItem",
    "ServiceStandard",
    "Station",
    "StationClosure",
    "StationHours",
    "StationHoursException",
    "StationReport",
    "StationService",
    "Street",
    "Submission",
    "TileState",
    "UnionOffice",
    "User",
]
