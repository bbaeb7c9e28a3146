"""Which ways who may use, after OpenStreetMap's tags."""

import pytest

from geodata.network.graph import Use
from geodata.network.ways import BY_CLASS, NOBODY, find_stopped, find_uses, is_above, is_below, parse_speed

FOOT = Use.FOOT
EBIKE = Use.EBIKE_FORWARD | Use.EBIKE_BACKWARD
CAR = Use.CAR_FORWARD | Use.CAR_BACKWARD
ALL = FOOT | EBIKE | CAR


def tags(text: str) -> dict[str, str]:
    """``highway=path foot=no`` as a dictionary."""
    return dict(pair.split("=", 1) for pair in text.split())


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        ("highway=residential", ALL),
        ("highway=footway", FOOT),
        ("highway=footway bicycle=yes", FOOT | EBIKE),
        ("highway=footway access=yes", FOOT),
        ("highway=pedestrian", FOOT),
        ("highway=pedestrian motor_vehicle=yes", FOOT | CAR),
        ("highway=steps", FOOT),
        ("highway=steps bicycle=yes", FOOT),
        ("highway=steps ramp:bicycle=yes", FOOT),
        ("highway=path", FOOT | EBIKE),
        ("highway=path foot=no", EBIKE),
        ("highway=cycleway", FOOT | EBIKE),
        ("highway=cycleway foot=no", EBIKE),
        ("highway=cycleway bicycle=yes electric_bicycle=no", FOOT),
        ("highway=cycleway mofa=no", FOOT),
        ("highway=track", FOOT | EBIKE),
        ("highway=track motor_vehicle=yes", ALL),
        # Expressways.
        ("highway=motorway oneway=no", CAR),
        ("highway=motorway_link", CAR),
        ("highway=trunk", CAR),
        ("highway=trunk foot=yes", CAR | FOOT),
        ("highway=trunk sidewalk=both", CAR | FOOT),
        ("highway=trunk sidewalk=no", CAR),
        ("highway=trunk sidewalk=separate", CAR),
        ("highway=trunk cycleway:right=lane", CAR | EBIKE),
        ("highway=primary motorroad=yes", CAR),
        ("highway=primary foot=use_sidepath bicycle=use_sidepath", CAR),
        # Access.
        ("highway=service access=private", NOBODY),
        ("highway=service service=driveway access=private", NOBODY),
        ("highway=service service=driveway", ALL),
        ("highway=service access=private foot=yes", FOOT),
        ("highway=service access=no foot=designated bicycle=permissive", FOOT | EBIKE),
        ("highway=service motor_vehicle=private", FOOT | EBIKE),
        ("highway=service vehicle=no", FOOT),
        ("highway=service vehicle=no bicycle=yes", FOOT | EBIKE),
        ("highway=service access=destination", ALL),
        ("highway=service access=customers", ALL),
        ("highway=residential access=yes;no", NOBODY),
        ("highway=residential access=nobody_knows_this_word", ALL),
        ("highway=residential foot=Private", EBIKE | CAR),
        ("highway=residential bicycle=dismount", FOOT | CAR),
        ("highway=busway", NOBODY),
        ("highway=busway foot=yes", FOOT),
        # No streets.
        ("highway=construction construction=primary", NOBODY),
        ("highway=proposed", NOBODY),
        ("highway=abandoned", NOBODY),
        ("highway=raceway", NOBODY),
        ("highway=construction foot=yes", NOBODY),
        ("railway=rail", NOBODY),
        ("", NOBODY),
        # One-ways bind wheels, never feet.
        ("highway=residential oneway=yes", FOOT | Use.EBIKE_FORWARD | Use.CAR_FORWARD),
        ("highway=residential oneway=-1", FOOT | Use.EBIKE_BACKWARD | Use.CAR_BACKWARD),
        ("highway=residential oneway=yes oneway:bicycle=no", FOOT | EBIKE | Use.CAR_FORWARD),
        ("highway=residential oneway=yes cycleway=opposite", FOOT | EBIKE | Use.CAR_FORWARD),
        ("highway=residential oneway=yes cycleway:left=opposite_lane", FOOT | EBIKE | Use.CAR_FORWARD),
        (
            "highway=residential oneway=yes cycleway:left=lane cycleway:left:oneway=-1",
            FOOT | EBIKE | Use.CAR_FORWARD,
        ),
        ("highway=residential oneway:motor_vehicle=yes", FOOT | EBIKE | Use.CAR_FORWARD),
        ("highway=tertiary junction=roundabout", FOOT | Use.EBIKE_FORWARD | Use.CAR_FORWARD),
        ("highway=tertiary junction=roundabout oneway=no", ALL),
        ("highway=tertiary junction=roundabout oneway=-1", FOOT | Use.EBIKE_BACKWARD | Use.CAR_BACKWARD),
        ("highway=motorway", Use.CAR_FORWARD),
        ("highway=tertiary oneway=reversible", FOOT),
        ("highway=footway oneway=yes", FOOT),
        ("highway=cycleway oneway=yes", FOOT | Use.EBIKE_FORWARD),
    ],
)
def test_uses(text: str, uses: Use) -> None:
    assert find_uses(tags(text)) == uses


def test_every_listed_class_is_within_the_flags() -> None:
    assert all(0 <= int(find_uses({"highway": name})) <= int(ALL) for name in BY_CLASS)


@pytest.mark.parametrize(
    ("text", "speed"),
    [
        ("50", 50.0),
        ("50 km/h", 50.0),
        ("30 mph", 48.3),
        ("60;40", 40.0),
        ("CN:urban", 50.0),
        ("walk", 5.0),
        ("none", None),
        ("signals", None),
        ("0", None),
        ("999", None),
        ("-20", None),
        ("", None),
        (None, None),
        ("fast", None),
    ],
)
def test_speed(text: str | None, speed: float | None) -> None:
    assert parse_speed(text) == speed


@pytest.mark.parametrize(
    ("text", "stopped"),
    [
        ("barrier=gate", NOBODY),
        ("barrier=gate access=private", ALL),
        ("barrier=gate access=private foot=yes", EBIKE | CAR),
        ("barrier=gate locked=yes", ALL),
        ("barrier=gate locked=yes foot=yes", EBIKE | CAR),
        ("barrier=lift_gate motor_vehicle=private", CAR),
        ("barrier=bollard", CAR),
        ("barrier=bollard motor_vehicle=yes", NOBODY),
        ("barrier=turnstile", EBIKE | CAR),
        ("barrier=cycle_barrier bicycle=dismount", CAR),
        ("highway=crossing access=private", NOBODY),
        ("barrier=kerb", NOBODY),
    ],
)
def test_stopped_at_a_point(text: str, stopped: Use) -> None:
    assert find_stopped(tags(text)) == stopped


def test_above_and_below() -> None:
    assert is_above({"bridge": "viaduct"})
    assert not is_above({"bridge": "no"})
    assert not is_above({})
    assert is_below({"tunnel": "building_passage"})
