"""Coverage and where to build: measures, streets, barriers, remedies."""

from enum import StrEnum


class Remedy(StrEnum):
    """What would help an uncovered place.

    ``extend`` 延时可解: a station is in reach but shut or lacks the service; ``build`` 需新设: none in reach.
    """

    EXTEND = "extend"
    BUILD = "build"


class Measure(StrEnum):
    """How "within ten minutes" is measured. Answers by one are never mixed with answers by the other."""

    STRAIGHT_LINE = "straight_line"
    STREETS = "streets"


class Profile(StrEnum):
    """Who moves along the streets: which ways may be used, and whether one-ways bind."""

    FOOT = "foot"
    EBIKE = "ebike"
    CAR = "car"


class NetworkSource(StrEnum):
    """What a street network was read from."""

    OSM = "osm"
    GRAPHML = "graphml"
    LINES = "lines"


class NetworkStatus(StrEnum):
    """The life of a version of a county's street network; one is in use."""

    LOADED = "loaded"
    IN_USE = "in_use"
    ARCHIVED = "archived"


class BarrierKind(StrEnum):
    """What a planner drew that nobody can cross."""

    WALL = "wall"
    WATER = "water"
    RAILWAY = "railway"
    EXPRESSWAY = "expressway"
    WORKS = "works"
    OTHER = "other"


class HostKind(StrEnum):
    """Who could host a station on a candidate site."""

    BANK = "bank"
    PETROL_STATION = "petrol_station"
    POST_OFFICE = "post_office"
    TELECOM = "telecom"
    SHOP = "shop"
    PUBLIC_BODY = "public_body"
    PROPERTY = "property"
    OTHER = "other"


class SiteSource(StrEnum):
    """Where a candidate site comes from."""

    UPLOADED = "uploaded"
    DRAWN = "drawn"
    PROPOSED = "proposed"
