"""Plans: what a scenario can change."""

from enum import StrEnum


class ChangeKind(StrEnum):
    """One change of a scenario: to stations, or (along streets only) to where one can walk."""

    ADD_STATION = "add_station"
    MOVE_STATION = "move_station"
    CLOSE_STATION = "close_station"
    REOPEN_STATION = "reopen_station"
    CHANGE_HOURS = "change_hours"
    ADD_SERVICES = "add_services"
    BARRIER = "barrier"
    FOOTBRIDGE = "footbridge"


class SitingGoal(StrEnum):
    """What is asked of a siting: reach most people, reach everybody with the fewest, or what can go."""

    MOST = "most"
    ALL = "all"
    SPARE = "spare"


class SitingAction(StrEnum):
    """What a plan may do: new sites, or existing stations that open longer and get what they lack."""

    BUILD = "build"
    UPGRADE = "upgrade"
    BOTH = "both"


class SitingSource(StrEnum):
    """Where new sites may be."""

    CANDIDATES = "candidates"
    DEMAND = "demand"
