"""Who may use a way, after OpenStreetMap's tags: on foot, on an electric bicycle, by car.

Read from the top: what kind of way it is says who may use it as a rule; a word about access changes that, the
nearest word first (``foot`` before ``access``); a one-way binds wheels and never people on foot. Nothing is
guessed: a kind of way that is not listed is used by nobody. Sources: the OpenStreetMap wiki, "Key:access",
"Key:highway", "Key:oneway"; an electric bicycle within the national standard is a bicycle in Chinese law.
"""

import re
from collections.abc import Mapping, Set
from functools import lru_cache

from geodata.network.graph import Use

Tags = Mapping[str, str]

_FOOT = Use.FOOT
_EBIKE = Use.EBIKE_FORWARD | Use.EBIKE_BACKWARD
_CAR = Use.CAR_FORWARD | Use.CAR_BACKWARD
NOBODY = Use(0)
_NOTHING: frozenset[str] = frozenset()

_EVERYBODY = _FOOT | _EBIKE | _CAR
BY_CLASS: Mapping[str, Use] = {
    # Roads with traffic, people beside it.
    "primary": _EVERYBODY,
    "primary_link": _EVERYBODY,
    "secondary": _EVERYBODY,
    "secondary_link": _EVERYBODY,
    "tertiary": _EVERYBODY,
    "tertiary_link": _EVERYBODY,
    "unclassified": _EVERYBODY,
    "residential": _EVERYBODY,
    "living_street": _EVERYBODY,
    "service": _EVERYBODY,
    "road": _EVERYBODY,
    # Expressways: nobody walks or cycles on them unless a tag says so.
    "motorway": _CAR,
    "motorway_link": _CAR,
    "trunk": _CAR,
    "trunk_link": _CAR,
    # Without cars unless a tag says so.
    "track": _FOOT | _EBIKE,
    "path": _FOOT | _EBIKE,
    "cycleway": _FOOT | _EBIKE,
    "busway": NOBODY,
    # On foot; an electric bicycle is not pushed up stairs, nor ridden through a crowd.
    "footway": _FOOT,
    "pedestrian": _FOOT,
    "steps": _FOOT,
    "corridor": _FOOT,
    "platform": _FOOT,
    "elevator": _FOOT,
    "bridleway": _FOOT,
}
"""As a rule. Not listed, and so used by nobody: construction, proposed, abandoned, raceway, escape, ..."""

_OPEN = {"yes", "designated", "permissive", "official", "public", "destination", "customers", "discouraged"}
_SHUT = {
    "no",
    "private",
    "agricultural",
    "forestry",
    "military",
    "emergency",
    "delivery",
    "residents",
    "permit",
    "use_sidepath",
    "dismount",
}
_ACCESS_KEYS: Mapping[Use, tuple[str, ...]] = {
    _FOOT: ("foot", "access"),
    _EBIKE: ("electric_bicycle", "mofa", "bicycle", "vehicle", "access"),
    _CAR: ("motorcar", "motor_vehicle", "vehicle", "access"),
}
"""The first of these that is written decides."""

_SIDEWALKS = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")
_CYCLEWAYS = ("cycleway", "cycleway:both", "cycleway:left", "cycleway:right")
_BESIDE = {"yes", "both", "left", "right", "lane", "track", "opposite_lane", "opposite_track", "shared_lane"}

_FORTH, _BACK, _BOTH_WAYS = (True, False), (False, True), (True, True)
_ONEWAY = {
    "yes": _FORTH,
    "true": _FORTH,
    "1": _FORTH,
    "-1": _BACK,
    "reverse": _BACK,
    "no": _BOTH_WAYS,
    "false": _BOTH_WAYS,
    "0": _BOTH_WAYS,
    "alternating": _BOTH_WAYS,
    # Turned round by the hour: nobody can count on it.
    "reversible": (False, False),
}
_ONEWAY_KEYS: Mapping[Use, tuple[str, ...]] = {
    _EBIKE: ("oneway:electric_bicycle", "oneway:bicycle", "oneway"),
    _CAR: ("oneway:motorcar", "oneway:motor_vehicle", "oneway"),
}
_AGAINST = {"opposite", "opposite_lane", "opposite_track", "opposite_share_busway"}

_SPEED = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*(km/h|kmh|kph|mph)?")
_SPEED_WORDS = {
    "cn:urban": 50.0,
    "cn:rural": 70.0,
    "cn:motorway": 120.0,
    "walk": 5.0,
    "cn:living_street": 20.0,
}
_KM_PER_MILE = 1.609344
_FASTEST_KMH = 200.0

_BARS_CARS = {"bollard", "block", "cycle_barrier", "jersey_barrier", "motorcycle_barrier", "planter", "chain"}
_BARS_WHEELS = {"stile", "turnstile", "full-height_turnstile", "kissing_gate", "log"}
_GATES = {"gate", "lift_gate", "swing_gate", "sliding_gate", "wicket_gate", "entrance", "hampshire_gate"}


def find_uses(tags: Tags) -> Use:
    """Who may move along a way and which way; ``NOBODY`` when nobody may, or when it is no street at all."""
    road_class = tags.get("highway", "")
    usual = BY_CLASS.get(road_class)
    if usual is None:
        return NOBODY
    uses = NOBODY
    if _may(tags, _FOOT, is_usual=_walks_as_a_rule(tags, usual)):
        uses |= _FOOT
    if _may(tags, _EBIKE, is_usual=_rides_as_a_rule(tags, usual)) and road_class != "steps":
        uses |= _directed(tags, _EBIKE, Use.EBIKE_FORWARD, Use.EBIKE_BACKWARD)
    if _may(tags, _CAR, is_usual=bool(usual & _CAR)):
        uses |= _directed(tags, _CAR, Use.CAR_FORWARD, Use.CAR_BACKWARD)
    return uses


def _walks_as_a_rule(tags: Tags, usual: Use) -> bool:
    """An expressway with a pavement can be walked along; a road for motor vehicles only cannot."""
    if any(_words(tags, key) & _BESIDE for key in _SIDEWALKS):
        return True
    return bool(usual & _FOOT) and tags.get("motorroad") != "yes"


def _rides_as_a_rule(tags: Tags, usual: Use) -> bool:
    if any(_words(tags, key) & _BESIDE for key in _CYCLEWAYS):
        return True
    return bool(usual & _EBIKE) and tags.get("motorroad") != "yes"


def _may(tags: Tags, who: Use, *, is_usual: bool) -> bool:
    """The nearest word about access decides; without one, the kind of way does."""
    for key in _ACCESS_KEYS[who]:
        words = _words(tags, key)
        if words & _SHUT:
            return False
        if words & _OPEN:
            # "Everybody" does not turn a footpath into a road; only a word about the traveller does.
            return is_usual if key in {"access", "vehicle"} else True
    return is_usual


def _words(tags: Tags, key: str) -> Set[str]:
    text = tags.get(key)
    return _split(text) if text else _NOTHING


@lru_cache(maxsize=1024)
def _split(text: str) -> frozenset[str]:
    return frozenset({word.strip().lower() for word in text.split(";")} - {""})


def _directed(tags: Tags, who: Use, forth: Use, back: Use) -> Use:
    goes_forth, goes_back = _ways(tags, who)
    return (forth if goes_forth else NOBODY) | (back if goes_back else NOBODY)


def _ways(tags: Tags, who: Use) -> tuple[bool, bool]:
    """Whether wheels may go with the line and against it."""
    if who == _EBIKE and _rides_against(tags):
        return _BOTH_WAYS
    for key in _ONEWAY_KEYS[who]:
        found = _ONEWAY.get(tags.get(key, "").lower())
        if found is not None:
            return found
    # Said by what it is: round a roundabout, and along a carriageway of a motorway.
    if tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") == "motorway":
        return _FORTH
    return _BOTH_WAYS


def _rides_against(tags: Tags) -> bool:
    """A cycle lane in both directions beside a one-way road."""
    if any(_words(tags, key) & _AGAINST for key in _CYCLEWAYS):
        return True
    return any(tags.get(f"{key}:oneway") in {"no", "-1"} for key in _CYCLEWAYS[1:])


def turn(uses: Use) -> Use:
    """What a street allows, seen from its other end."""
    turned = uses & Use.FOOT
    for forth, back in (
        (Use.EBIKE_FORWARD, Use.EBIKE_BACKWARD),
        (Use.CAR_FORWARD, Use.CAR_BACKWARD),
    ):
        turned |= (back if uses & forth else NOBODY) | (forth if uses & back else NOBODY)
    return turned


def parse_speed(text: str | None) -> float | None:
    """Kilometres an hour of a ``maxspeed``; the lowest of several, ``None`` where none is stated or meant."""
    speeds = [_speed(word.strip().lower()) for word in (text or "").split(";")]
    return min((speed for speed in speeds if speed is not None), default=None)


def _speed(word: str) -> float | None:
    if word in _SPEED_WORDS:
        return _SPEED_WORDS[word]
    match = _SPEED.fullmatch(word)
    if match is None:
        return None
    speed = float(match[1]) * (_KM_PER_MILE if match[2] == "mph" else 1.0)
    return round(speed, 1) if 0 < speed <= _FASTEST_KMH else None


def is_above(tags: Tags) -> bool:
    """Whether a way is a bridge."""
    return _is_said(tags, "bridge")


def is_below(tags: Tags) -> bool:
    """Whether a way is a tunnel; a passage through a building is one too."""
    return _is_said(tags, "tunnel")


def _is_said(tags: Tags, key: str) -> bool:
    return bool(_words(tags, key) - {"no", "none", "0", "false"})


def find_stopped(tags: Tags) -> Use:
    """Who cannot pass a point of a way: a locked gate, a bollard, a turnstile.

    A gate without a word about access lets everybody pass, for most of them stand open by day.
    """
    kind = tags.get("barrier", "")
    if not kind:
        return NOBODY
    stopped = NOBODY
    if kind in _BARS_CARS:
        stopped = _CAR
    elif kind in _BARS_WHEELS:
        stopped = _CAR | _EBIKE
    elif kind in _GATES and tags.get("locked") == "yes":
        stopped = _EVERYBODY
    uses = NOBODY
    for who in (_FOOT, _EBIKE, _CAR):
        if not _may_pass(tags, who, is_usual=not stopped & who):
            uses |= who
    return uses


def _may_pass(tags: Tags, who: Use, *, is_usual: bool) -> bool:
    for key in _ACCESS_KEYS[who]:
        words = _words(tags, key)
        if words & _SHUT:
            # Whoever may not ride through a point gets off and is through.
            return who == _EBIKE and words == {"dismount"}
        if words & _OPEN:
            return True
    return is_usual
