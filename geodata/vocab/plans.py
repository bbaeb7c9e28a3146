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
