"""Invented people of the demonstration: accounts for every role, and who answers for which grid and station.

Nobody here exists. Telephone numbers begin with a digit with which no number of the city begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import cycle

from geodata.demo.sources import DATA, MAIN_COUNTY
from geodata.vocab import Role

NAMES = tuple((DATA / "invented_people.txt").read_text(encoding="utf-8").split())
SIGN_INS = (
    "demo-planner",
    "demo-planner2",
    "demo-cadre",
    "demo-liaison",
    "demo-instructor",
    "demo-manager",
    "demo-viewer",
    "demo-admin",
    "demo-auditor",
)
"""Accounts that get a password where the demonstration is shown; everybody else only holds posts."""

SINCE = date(2026, 10, 8)
"""The day the demonstration's boundaries came into force, and with them the posts."""

LIAISON_GRID = "410102G011"
"""The grid of ``demo-liaison``: the one with most enterprises."""

VACANT_GRID, VACANT_SINCE = "410102G005", date(2026, 11, 1)
"""The grid without a liaison, for whom its cadre acts, and since when."""

SHARED_GRIDS = ("410102G007", "410102G008")
"""Two grids of one liaison."""

CADRE_GRIDS = (VACANT_GRID, "410102G006", "410102G010", LIAISON_GRID, "410102X002")
"""The grids of ``demo-cadre``."""

NEIGHBOUR_COUNTY, NEIGHBOUR_GRIDS = "410103", ("410103G001", "410103G002", "410103G003")
"""Some posts next door, so that there is something that is nobody's business here."""

MANAGED_STATIONS = ("auto-410102-0014", "auto-410102-0016", "auto-410102-0024")
"""The stations of ``demo-manager``."""

OTHER_STATIONS = (
    "auto-410102-0003",
    "auto-410102-0005",
    "auto-410102-0008",
    "auto-410102-0011",
    "auto-410102-0012",
    "auto-410102-0021",
    "auto-410102-0023",
    "auto-410103-0001",
)
"""Stations with a manager each; all the others have none."""

_OTHER_CADRES = 3
_LINES = ("快递", "外卖配送")
_COUNTY_NAMES = {MAIN_COUNTY: "中原区总工会（演示）", NEIGHBOUR_COUNTY: "二七区总工会（演示）"}


@dataclass(frozen=True)
class DemoPost:
    """One role over one scope; codes of grid and station stand for their rows."""

    role: Role
    county_code: str | None = MAIN_COUNTY
    grid_code: str | None = None
    station_code: str | None = None
    industry_line: str | None = None
    is_deputy: bool = False
    valid_to: date | None = None


@dataclass(frozen=True)
class DemoPerson:
    """One invented person and the posts held."""

    login: str
    name: str
    work_phone: str
    organisation: str
    posts: tuple[DemoPost, ...]


def invent_people(main_grids: Sequence[str]) -> list[DemoPerson]:
    """Everybody of the demonstration, the accounts with a password first.

    Args:
        main_grids: codes of all grids in force in the main county.
    """
    posts = _named_posts() | _liaison_posts(main_grids) | _cadre_posts(main_grids) | _manager_posts()
    return [
        DemoPerson(login, name, f"0371-0000{number:04d}", _organisation(held), held)
        for number, ((login, held), name) in enumerate(zip(posts.items(), NAMES, strict=False), start=1)
    ]


def _organisation(held: tuple[DemoPost, ...]) -> str:
    return _COUNTY_NAMES[held[0].county_code or MAIN_COUNTY]


def _named_posts() -> dict[str, tuple[DemoPost, ...]]:
    second = DemoPost(Role.INSTRUCTOR, industry_line=_LINES[1])
    held = (
        (DemoPost(Role.PLANNER),),
        (DemoPost(Role.PLANNER), second),
        _grid_posts(Role.SUPERVISING_CADRE, CADRE_GRIDS),
        _grid_posts(Role.LIAISON, (LIAISON_GRID,)),
        (DemoPost(Role.INSTRUCTOR, industry_line=_LINES[0]),),
        tuple(DemoPost(Role.STATION_MANAGER, station_code=code) for code in MANAGED_STATIONS),
        (DemoPost(Role.VIEWER),),
        (DemoPost(Role.ADMIN, county_code=None),),
        (DemoPost(Role.AUDITOR, county_code=None),),
    )
    return dict(zip(SIGN_INS, held, strict=True))


def _grid_posts(role: Role, codes: Sequence[str], county_code: str = MAIN_COUNTY) -> tuple[DemoPost, ...]:
    return tuple(DemoPost(role, county_code=county_code, grid_code=code) for code in codes)


def _liaison_posts(main_grids: Sequence[str]) -> dict[str, tuple[DemoPost, ...]]:
    """One liaison a grid; one with two grids, one who also stands in for another, one who has left."""
    single = [code for code in main_grids if code not in {LIAISON_GRID, VACANT_GRID, *SHARED_GRIDS}]
    held = [_grid_posts(Role.LIAISON, SHARED_GRIDS)]
    held += [_grid_posts(Role.LIAISON, (code,)) for code in single]
    held[1] += (DemoPost(Role.LIAISON, grid_code=LIAISON_GRID, is_deputy=True),)
    held.append((DemoPost(Role.LIAISON, grid_code=VACANT_GRID, valid_to=VACANT_SINCE),))
    held += [_grid_posts(Role.LIAISON, (code,), NEIGHBOUR_COUNTY) for code in NEIGHBOUR_GRIDS]
    return {f"liaison-{number}": posts for number, posts in enumerate(held, start=1)}


def _cadre_posts(main_grids: Sequence[str]) -> dict[str, tuple[DemoPost, ...]]:
    dealt: dict[int, list[str]] = {number: [] for number in range(1, _OTHER_CADRES + 1)}
    for number, code in zip(cycle(dealt), (c for c in main_grids if c not in CADRE_GRIDS), strict=False):
        dealt[number].append(code)
    held = [_grid_posts(Role.SUPERVISING_CADRE, codes) for codes in dealt.values()]
    held.append(_grid_posts(Role.SUPERVISING_CADRE, NEIGHBOUR_GRIDS, NEIGHBOUR_COUNTY))
    return {f"cadre-{number}": posts for number, posts in enumerate(held, start=1)}


def _manager_posts() -> dict[str, tuple[DemoPost, ...]]:
    return {
        f"manager-{number}": (
            DemoPost(Role.STATION_MANAGER, county_code=code.split("-")[1], station_code=code),
        )
        for number, code in enumerate(OTHER_STATIONS, start=1)
    }
