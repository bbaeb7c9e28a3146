"""Imports, jobs and files."""

from enum import StrEnum


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
    NETWORK_LOAD = "network_load"
    SITING = "siting"


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
