"""Stations: kinds, states, hours, services, reports."""

from enum import StrEnum


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
