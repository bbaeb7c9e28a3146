"""All tables, so that one import fills the metadata."""

from geodata.models.coverage import CoverageRule, CoverageRun, DemandPoint
from geodata.models.enterprises import Assignment, Enterprise, EnterpriseClarity
from geodata.models.places import AssessmentArea, BoundaryVersion, Division, Grid, GridBoundary, Street
from geodata.models.records import AuditEntry, DataChange, ImportBatch, Rejection
from geodata.models.stations import (
    ServiceItem,
    ServiceStandard,
    Station,
    StationClosure,
    StationHours,
    StationHoursException,
    StationService,
)

__all__ = [
    "AssessmentArea",
    "Assignment",
    "AuditEntry",
    "BoundaryVersion",
    "CoverageRule",
    "CoverageRun",
    "DataChange",
    "DemandPoint",
    "Division",
    "Enterprise",
    "EnterpriseClarity",
    "Grid",
    "GridBoundary",
    "ImportBatch",
    "Rejection",
    "ServiceItem",
    "ServiceStandard",
    "Station",
    "StationClosure",
    "StationHours",
    "StationHoursException",
    "StationService",
    "Street",
]
