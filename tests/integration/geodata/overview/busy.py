"""A county in which every figure of the overview has something to count."""

import random
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from geodata.assignment.service import assign_enterprises
from geodata.models import (
    Dispute,
    Enterprise,
    FoundingCase,
    Post,
    Station,
    StationClosure,
    User,
    Visit,
)
from geodata.queries.people import local_today
from geodata.vocab import CaseStep
from tests.integration.geodata.assignment.world import COUNTY, TOWN, World, box, lonlat

LINE = "餐饮"
STATUSES = ("unorganized", "in_progress", "own_union", "covered_joint", "not_applicable")
_LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def user(world: World, login: str, **more: Any) -> User:
    return world.add(User(login=login, name=f"{login}同志", **more))


def post(world: World, holder: User, role: str, **scope: Any) -> Post:
    values = {"county_code": COUNTY, "valid_from": date(2026, 1, 1), **scope}
    return world.add(Post(user_id=holder.id, role=role, **values))


def draw(world: World) -> SimpleNamespace:
    """Two grids side by side, an exclusive one in the west, a zone in the east, an undrawn rest."""
    world.division(COUNTY, box(0, 0, 4000, 1000), name="示例区")
    world.division(TOWN, box(0, 0, 4000, 1000), name="示例街道")
    version = world.version()
    return SimpleNamespace(
        version=version,
        west=world.grid(version, "G1", box(0, 0, 1000, 1000)),
        east=world.grid(version, "G2", box(1000, 0, 2000, 1000)),
        zone=world.grid(version, "Z1", box(2000, 0, 3000, 1000), kind="zone"),
        market=world.grid(version, "X1", box(400, 400, 600, 600), kind="exclusive"),
    )


def staff(world: World, county: SimpleNamespace) -> SimpleNamespace:
    """The west has liaison and cadre, the market a deputy and a cadre, the east nobody but an old liaison."""
    people = SimpleNamespace(
        **{
            login: user(world, login)
            for login in ("liaison", "cadre", "deputy", "gone", "leader", "guide", "plan")
        }
    )
    post(world, people.liaison, "liaison", grid_id=county.west.id)
    post(world, people.cadre, "supervising_cadre", grid_id=county.west.id)
    post(world, people.cadre, "supervising_cadre", grid_id=county.market.id)
    post(world, people.deputy, "liaison", grid_id=county.market.id, is_deputy=True)
    post(world, people.gone, "liaison", grid_id=county.east.id, valid_to=date(2026, 6, 1))
    post(world, people.guide, "instructor", industry_line=LINE)
    post(world, people.plan, "planner")
    return people


def employ(world: World, *, order: random.Random) -> list[Enterprise]:
    """Enterprises everywhere: in each grid, on the line, in the gap, without a point, outside."""
    places: list[tuple[float | None, float | None]] = [
        (100 + 37 * number, 50 + 13 * number) for number in range(80)
    ]
    places += [(1000, 500), (1000, 600), (3500, 500), (None, None), (None, None), (9000, 9000), (500, 500)]
    numbers = list(range(len(places)))
    order.shuffle(numbers)
    made = {}
    for number in numbers:
        x, y = places[number]
        made[number] = world.enterprise(
            x,
            y,
            name=f"企业{number:03d}",
            county_code=COUNTY,
            staff_count=number % 7 * 10 or None,
            industry_line=(LINE, "物流", None)[number % 3],
            organization_status=STATUSES[number % len(STATUSES)],
            operating_code=TOWN if x is None else None,
            covering_confirmed_on=date(2026, 3, 1) if number % 2 else None,
            location_level="street" if number == 30 else "building",
        )
    made[0].removed_on, made[0].removal_reason = date(2026, 5, 1), "closed_down"
    return [made[number] for number in range(len(places))]


def work(world: World, people: SimpleNamespace, firms: list[Enterprise], today: date) -> None:
    """Cases in every state and step, visits, disputes."""
    for number, firm in enumerate(firms[1:41], start=1):
        if firm.organization_status not in {"unorganized", "in_progress"}:
            continue
        held = {"holder_id": people.liaison.id, "claim_until": today + timedelta(days=9)}
        if number % 4 == 0:
            held = {"unheld_why": "lapsed" if number % 8 else "freed", "unheld_at": _LONG_AGO}
        state = "paused" if number % 7 == 0 else "open"
        due = None if state == "paused" else today + timedelta(days=number // 2 % 5 - 2)
        step = list(CaseStep)[number // 5 % 5]
        world.add(
            FoundingCase(
                enterprise_id=firm.id, county_code=COUNTY, state=state, step=step, due_on=due, **held
            )
        )
    for number, firm in enumerate(firms[45:60]):
        end = {"end": "founded", "ended_on": today, "ended_by": people.liaison.id}
        state = {"state": "to_verify"}
        if number % 2:
            state = {"state": "closed", "verified_by": people.cadre.id, "verified_at": _LONG_AGO}
        held = {"holder_id": people.liaison.id, "claim_until": today}
        world.add(FoundingCase(enterprise_id=firm.id, county_code=COUNTY, **end, **state, **held))
    for number in (3, 5, 6, 45):
        world.add(
            Visit(
                enterprise_id=firms[number].id,
                user_id=people.liaison.id,
                client_id=f"v{number}",
                visited_on=today - timedelta(days=number * 20),
                result="met",
                channel="on_site",
            )
        )
    for number, state in ((11, "open"), (12, "open"), (16, "withdrawn")):
        world.add(
            Dispute(
                enterprise_id=firms[number].id,
                kind="not_in_my_grid",
                state=state,
                note="不在这里",
                opened_by=people.liaison.id,
                decide_by=today,
                closed_at=None if state == "open" else _LONG_AGO,
            )
        )


def stations(world: World, today: date) -> None:
    """Fresh, stale, never confirmed, reopening overdue, closed on; one in no grid."""
    rows: list[tuple[float, str, date | None, tuple[int, int | None] | None]] = [
        (100, "open", today, None),
        (200, "open", today - timedelta(days=8), None),
        (500, "open", None, None),
        (1100, "temporarily_closed", today - timedelta(days=5), (-9, -2)),
        (1200, "temporarily_closed", today, (-9, None)),
        (1300, "temporarily_closed", today, None),
        (1400, "retired", None, None),
        (3500, "open", None, None),
    ]
    for number, (x, status, confirmed_on, closure) in enumerate(rows):
        row = Station(code=f"S{number}", name=f"驿站{number}", status=status, county_code=COUNTY)
        row.confirmed_on, row.geom = confirmed_on, world_point(x, 500)
        if closure:
            now = datetime.now(UTC)
            begin, end = closure
            until = None if end is None else now + timedelta(days=end)
            row.closures = [
                StationClosure(closed_from=now + timedelta(days=begin), closed_to=until, reason="装修")
            ]
        world.add(row)


def world_point(x: float, y: float) -> str:
    lon, lat = lonlat(x, y)
    return f"SRID=4326;POINT({lon} {lat})"


def fill(session: Session, *, seed: int = 1) -> SimpleNamespace:
    """Everything; ``seed`` only changes the order in which enterprises are added."""
    world = World(session)
    today = local_today(session)
    county = draw(world)
    people = staff(world, county)
    firms = employ(world, order=random.Random(seed))  # noqa: S311 - an order, not a secret
    assign_enterprises(session)
    world.enterprise(50, 50, name="漏了的企业", county_code=COUNTY)  # came in after the run
    work(world, people, firms, today)
    stations(world, today)
    session.flush()
    return SimpleNamespace(world=world, county=county, people=people, firms=firms, today=today)
