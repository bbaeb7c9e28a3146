"""Laws that hold whatever the polygons: touching, overlapping, with holes, three meeting in a point.

Coordinates are dyadic fractions of a degree, so that "exactly on the line" is exact in both GEOS versions.
The expected owner comes from the pure rule fed by shapely; the tool's own answer from SQL.
"""

import math
from dataclasses import dataclass
from typing import Any

import shapely
from geoalchemy2.shape import from_shape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from geodata.assignment.service import assign_enterprises
from geodata.queries.assignments import summarize_assignments
from geodata.rules.assignment import Candidate, Choice, choose_grid
from geodata.vocab import GAP_TOLERANCE_M
from tests.integration.geodata.assignment.world import COUNTY, World

UNIT = 2.0**-12
SIDE = 8
LON, LAT = 113.5, 34.75
COMMUNITIES = ["410103001001", "410103001002"]


def degrees(x: float, y: float) -> tuple[float, float]:
    return LON + x * UNIT, LAT + y * UNIT


def place_shape(shape: Any) -> Any:
    return shapely.transform(shape, lambda xy: xy * UNIT + [LON, LAT])


@dataclass(frozen=True)
class GridPlan:
    code: str
    kind: str
    shape: Any
    communities: tuple[str, ...]


@dataclass(frozen=True)
class PlacePlan:
    name: str
    x: float | None
    y: float | None
    accuracy_m: float
    code: str | None


corner = st.integers(0, SIDE)


@st.composite
def shapes(draw: st.DrawFn) -> Any:
    """A box, perhaps with a hole, or a triangle, on the lattice; neighbours share vertices all the time."""
    points = draw(st.lists(st.tuples(corner, corner), min_size=3, max_size=3, unique=True))
    if draw(st.booleans()):
        shape = shapely.Polygon(points)
    else:
        (a, b), (c, d) = points[:2]
        shape = shapely.box(min(a, c), min(b, d), max(a, c), max(b, d))
        if shape.area > 0 and draw(st.booleans()):
            shape = shape.difference(shapely.box(a, b, a + 2, b + 2))
    if shape.area == 0 or not shape.is_valid:
        shape = shapely.box(0, 0, 3, 5)
    return place_shape(shape)


plans = st.lists(
    st.builds(
        GridPlan,
        st.sampled_from(["A", "B", "C", "G-16", "G-9", "a", "Z1", "Z10"]),
        st.sampled_from(["grid", "grid", "zone", "exclusive"]),
        shapes(),
        st.lists(st.sampled_from(COMMUNITIES), max_size=2, unique=True).map(tuple),
    ),
    max_size=6,
    unique_by=lambda plan: plan.code,
)
half = st.integers(-2, 2 * SIDE + 2).map(lambda n: n / 2)
places = st.lists(
    st.tuples(
        st.one_of(st.tuples(half, half), st.just((None, None))),
        st.sampled_from([0.0, 10.0, 30.0, 200.0, 3000.0]),
        st.sampled_from([None, *COMMUNITIES, "410103001", "410103", "110101001001"]),
    ),
    min_size=1,
    max_size=10,
).map(
    lambda drawn: [
        PlacePlan(f"企业{number}", *xy, accuracy, code) for number, (xy, accuracy, code) in enumerate(drawn)
    ]
)


def build(world: World, grids: list[GridPlan], firms: list[PlacePlan]) -> dict[str, Any]:
    world.division(COUNTY, place_shape(shapely.box(0, 0, SIDE, SIDE)))
    world.division("410103001", place_shape(shapely.box(0, 0, SIDE, SIDE / 2)))
    version = world.version()
    ids = {
        plan.code: world.grid(
            version, plan.code, plan.shape, kind=plan.kind, community_codes=list(plan.communities)
        ).id
        for plan in grids
    }
    rows = {}
    for plan in firms:
        values: dict[str, Any] = {"name": plan.name, "operating_code": plan.code}
        if plan.x is not None and plan.y is not None:
            values["geom"] = from_shape(shapely.Point(*degrees(plan.x, plan.y)), 4326)
            values["location_accuracy_m"] = plan.accuracy_m
        rows[plan.name] = world.enterprise(**values)
    assign_enterprises(world.session)
    codes = {grid_id: code for code, grid_id in ids.items()}
    answers = {}
    for name, row in rows.items():
        owner = world.owner(row)
        answers[name] = (
            codes.get(owner.grid_id),
            codes.get(owner.other_grid_id),
            owner.fallback_code,
            owner.method,
            owner.status,
            tuple(sorted((owner.params or {}).items())),
        )
    return answers


def metres(point: Any, shape: Any) -> float:
    """From a point to a shape in the plane that touches the ellipsoid at the point."""
    phi = math.radians(point.y)
    east = 111412.84 * math.cos(phi) - 93.5 * math.cos(3 * phi) + 0.118 * math.cos(5 * phi)
    north = 111132.954 - 559.822 * math.cos(2 * phi) + 1.175 * math.cos(4 * phi)

    def scale(shape: Any) -> Any:
        return shapely.transform(shape, lambda xy: xy * [east, north])

    return float(shapely.distance(scale(point), scale(shape)))


def expect(grids: list[GridPlan], firm: PlacePlan) -> Choice | None:
    point = shapely.Point(*degrees(firm.x, firm.y))  # type: ignore[arg-type]
    near = []
    for number, plan in enumerate(grids):
        covers = bool(shapely.covers(plan.shape, point))
        distance_m = 0.0 if covers else metres(point, plan.shape)
        if covers or distance_m <= max(firm.accuracy_m, GAP_TOLERANCE_M):
            near.append(
                Candidate(
                    number,
                    plan.code,
                    covers,
                    plan.kind == "exclusive",
                    distance_m,
                    firm.code in plan.communities,
                )
            )
    return choose_grid(near, accuracy_m=firm.accuracy_m)


EXAMPLES = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@EXAMPLES
@given(grids=plans, firms=places)
def test_everyone_has_exactly_one_owner_or_stands_in_the_named_queue(
    session: Session, grids: list[GridPlan], firms: list[PlacePlan]
) -> None:
    with session.begin_nested() as trial:
        answers = build(World(session), grids, firms)
        counts = summarize_assignments(session)
        again = assign_enterprises(session)
        trial.rollback()
    for grid, _, fallback, _, status, _ in answers.values():
        assert (grid is not None) + (fallback is not None) == (status != "out_of_county")
    assert counts.adds_up
    assert counts.enterprises == len(firms)
    assert sum(counts.by_method.values()) == sum(counts.by_status.values()) == len(firms)
    assert (again.opened, again.closed) == (0, 0)


@EXAMPLES
@given(grids=plans, firms=places)
def test_sets_in_the_database_answer_like_the_rule_read_aloud(
    session: Session, grids: list[GridPlan], firms: list[PlacePlan]
) -> None:
    with session.begin_nested() as trial:
        answers = build(World(session), grids, firms)
        trial.rollback()
    for firm in firms:
        if firm.x is None or firm.y is None:
            continue
        grid, other, fallback, method, status, params = answers[firm.name]
        choice = expect(grids, firm)
        if choice is None:
            is_inside = 0 <= firm.x <= SIDE and 0 <= firm.y <= SIDE
            assert method == ("gap_fallback" if is_inside else "out_of_county")
            assert (fallback is not None) == is_inside
        elif method == "out_of_county":
            # Near a grid, but beyond the county: no gap of it.
            assert choice.method == "gap_nearest"
        else:
            assert grid == grids[choice.grid_id].code
            assert other == (None if choice.other_grid_id is None else grids[choice.other_grid_id].code)
            assert (method, status) == (choice.method, choice.status)
            assert dict(params).keys() == choice.params.keys()


@EXAMPLES
@given(grids=plans, firms=places, random=st.randoms(use_true_random=False))
def test_answer_does_not_depend_on_the_order_of_rows(
    session: Session, grids: list[GridPlan], firms: list[PlacePlan], random: Any
) -> None:
    with session.begin_nested() as trial:
        answers = build(World(session), grids, firms)
        trial.rollback()
    random.shuffle(grids)
    random.shuffle(firms)
    with session.begin_nested() as trial:
        shuffled = build(World(session), grids, firms)
        trial.rollback()
    assert shuffled == answers
