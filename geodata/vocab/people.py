"""Roles of people."""

from enum import StrEnum


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
