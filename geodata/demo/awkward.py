"""The awkward enterprises: on borders, in a gap, at one address, unlocated, elsewhere, wrongly coded.

Counts are fixed, so that every queue of the demo has something in it and its figures can be checked.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import shapely

from geodata.demo.firms import Firm, FirmMaker
from geodata.demo.frame import Array, to_degrees, to_plane
from geodata.demo.grids import DemoGrid, GridPlan
from geodata.demo.names import PLACES
from geodata.demo.sources import MAIN_COUNTY, County
from geodata.demo.trades import ALPHABET
from geodata.vocab import GridKind, LocationLevel, OrganizationStatus

ON_BORDER, ON_CORNER, NEAR_BORDER, IN_GAP, IN_TOWER, BEYOND = 20, 3, 30, 8, 38, 17
IN_EXCLUSIVE = 14
UNPLACED_WITH_COMMUNITY, UNPLACED_WITH_TOWN, UNPLACED_WITHOUT_CODE = 10, 4, 3
WRONG_CHECK, LOOKALIKE, DAMAGED, BRANCHES, REGISTERED_ELSEWHERE = 12, 3, 6, 160, 60
_STREET_ACCURACY_M = 200.0
_NEAR_BORDER_M = (6.0, 150.0)
# Two humps outside all 12 counties: east towards 开封 and north across the river towards 新乡.
_BEYOND_CENTRES = ((114.262, 34.742), (113.905, 35.045))
# A tower of the densest quarter in the main county, off every grid line.
TOWER = (113.6089, 34.7482)
_ELSEWHERE = (("330106", "浙江省杭州市西湖区"), ("110108", "北京市海淀区"), ("410105", "郑州市金水区"))
_UNPLACED_ELSEWHERE = {"410103": 3, "410104": 2, "410105": 4, "410181": 3}


def placed(maker: FirmMaker, county: County, plan: GridPlan) -> Iterator[Firm]:
    """The awkward places of the main county."""
    tiles = [grid for grid in plan.of(county.code) if grid.kind != GridKind.EXCLUSIVE]
    rng = maker.rng
    on_two, on_three = shared_vertices(tiles, plan.gap)
    for lon, lat in [*_pick(rng, on_two, ON_BORDER), *_pick(rng, on_three, ON_CORNER)]:
        yield maker.make(county.code, county.name, (lon, lat), is_rural=False)
    for at in _near_borders(rng, county, tiles):
        firm = maker.make(county.code, county.name, at, is_rural=False)
        yield replace(firm, level=LocationLevel.STREET, accuracy_m=_STREET_ACCURACY_M)
    for at in _in_gap(rng, plan.gap):
        yield maker.make(county.code, county.name, at, is_rural=False)
    for floor in range(1, IN_TOWER + 1):
        firm = maker.make(county.code, county.name, TOWER, is_rural=False)
        address = f"{county.name}{PLACES[0]}大厦{floor}层（虚构）"
        yield replace(firm, address=address, level=LocationLevel.BUILDING, accuracy_m=15.0)
    for at in _beyond(rng):
        yield maker.make(county.code, county.name, at, is_rural=False)


def in_exclusive(maker: FirmMaker, county: County, plan: GridPlan) -> Iterator[Firm]:
    """Firms inside parks and markets that are grids of their own."""
    for grid in plan.of(county.code):
        if grid.kind != GridKind.EXCLUSIVE:
            continue
        south_west, south_east, north_east, north_west = shapely.get_coordinates(grid.geom)[:4]
        for _ in range(IN_EXCLUSIVE):
            across, up = maker.rng.uniform(0.15, 0.85, 2)
            south = south_west + across * (south_east - south_west)
            north = north_west + across * (north_east - north_west)
            at = np.round(south + up * (north - south), 6)
            firm = maker.make(county.code, county.name, (float(at[0]), float(at[1])), is_rural=False)
            yield replace(firm, address=f"{county.name}{grid.name}{int(maker.rng.integers(1, 40))}号（虚构）")


def unplaced(maker: FirmMaker, county: County, plan: GridPlan) -> Iterator[Firm]:
    """Firms without coordinates: with a community code, a town code, or no code at all."""
    if county.code != MAIN_COUNTY:
        for _ in range(_UNPLACED_ELSEWHERE.get(county.code, 0)):
            yield maker.make(county.code, county.name, None, is_rural=False)
        return
    communities = [code for grid in plan.of(county.code) for code in grid.community_codes]
    codes = [communities[int(i)] for i in maker.rng.integers(0, len(communities), UNPLACED_WITH_COMMUNITY)]
    codes += [plan.towns[i % len(plan.towns)].code for i in range(UNPLACED_WITH_TOWN)]
    for code in [*codes, *[""] * UNPLACED_WITHOUT_CODE]:
        firm = maker.make(county.code, county.name, None, is_rural=False)
        yield replace(firm, operating_code=code, coord_source="")


def shared_vertices(
    tiles: Sequence[DemoGrid], gap: shapely.Geometry
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Corner points that exactly two, and exactly three or more, tiles have in common; none at the gap."""
    owners: Counter[tuple[float, float]] = Counter()
    for tile in tiles:
        owners.update({(x, y) for x, y in shapely.get_coordinates(tile.geom).tolist()})
    at_gap = {(x, y) for x, y in shapely.get_coordinates(gap).tolist()}
    free = sorted(point for point in owners if point not in at_gap and _is_written_short(point))
    return [p for p in free if owners[p] == 2], [p for p in free if owners[p] >= 3]  # noqa: PLR2004


def _is_written_short(point: tuple[float, float]) -> bool:
    """Off the county line, whose crossings have more decimals than a file usually carries."""
    return all(round(value, 6) == value for value in point)


def _pick(
    rng: np.random.Generator, points: Sequence[tuple[float, float]], count: int
) -> list[tuple[float, float]]:
    return [points[int(index)] for index in np.sort(rng.choice(len(points), size=count, replace=False))]


def _near_borders(
    rng: np.random.Generator, county: County, tiles: Sequence[DemoGrid]
) -> list[tuple[float, float]]:
    """Places a few steps off a line between two grids of the town."""
    edges = [
        (a, b)
        for tile in tiles
        if tile.kind == GridKind.GRID
        for a, b in pairwise(shapely.get_coordinates(tile.geom))
        if not shapely.dwithin(county.geom.boundary, shapely.linestrings([a, b]), 0.003)
    ]
    found = []
    for index in rng.choice(len(edges), size=NEAR_BORDER, replace=False).tolist():
        a, b = to_plane(np.array(edges[index]))
        ahead = (b - a) / np.sqrt(((b - a) ** 2).sum())
        off = np.array([-ahead[1], ahead[0]]) * rng.uniform(*_NEAR_BORDER_M)
        found.append(_pair(to_degrees((a + rng.uniform(0.2, 0.8) * (b - a) + off)[None, :])))
    return found


def _in_gap(rng: np.random.Generator, gap: shapely.Geometry) -> list[tuple[float, float]]:
    """Two places in each pocket."""
    found = []
    for pocket in shapely.get_parts(gap):
        start, far_start, far_end, end = to_plane(shapely.get_coordinates(pocket)[:4])
        for along in (0.35, 0.65):
            near, far = start + along * (end - start), far_start + along * (far_end - far_start)
            found.append(_pair(to_degrees((near + rng.uniform(0.4, 0.6) * (far - near))[None, :])))
    return found


def _beyond(rng: np.random.Generator) -> list[tuple[float, float]]:
    centres = to_plane(np.array(_BEYOND_CENTRES))
    return [
        _pair(to_degrees((centres[index % 2] + rng.uniform(-1500.0, 1500.0, 2))[None, :]))
        for index in range(BEYOND)
    ]


def _pair(degrees: Array) -> tuple[float, float]:
    return float(degrees[0, 0]), float(degrees[0, 1])


def with_branches(maker: FirmMaker, firms: Sequence[Firm]) -> list[Firm]:
    """Make some rows outlets: without a code of their own, but with their head office's."""
    rng = maker.rng
    heads = [
        firm for firm in firms if firm.uscc and firm.trade.line in {"快递", "生活服务", "商贸", "医疗健康"}
    ][::9]
    head_names = {head.name for head in heads}
    candidates = [i for i, firm in enumerate(firms) if firm.lon is not None and firm.name not in head_names]
    changed = list(firms)
    taken: Counter[str] = Counter()
    for index in sorted(rng.choice(candidates, size=BRANCHES, replace=False).tolist()):
        head = heads[int(rng.integers(len(heads)))]
        branch = f"{head.name}（{PLACES[taken[head.name] % len(PLACES)]}分店）"
        taken[head.name] += 1
        state = (
            OrganizationStatus.COVERED_PARENT
            if head.state == OrganizationStatus.OWN_UNION
            else firms[index].state
        )
        changed[index] = replace(
            firms[index], name=branch, uscc="", parent_uscc=head.uscc, trade=head.trade, state=state
        )
    return changed


def with_wrong_codes(rng: np.random.Generator, firms: Sequence[Firm]) -> list[Firm]:
    """Spoil some codes the way real lists do: mistyped, look-alike letters, eaten by a spreadsheet."""
    changed = list(firms)
    parents = {firm.parent_uscc for firm in firms}
    safe = [i for i, firm in enumerate(firms) if firm.uscc and firm.uscc not in parents]
    chosen = rng.choice(safe, size=WRONG_CHECK + DAMAGED, replace=False).tolist()
    for index in chosen[:WRONG_CHECK]:
        code = firms[index].uscc
        wrong = ALPHABET[(ALPHABET.index(code[-1]) + 7) % len(ALPHABET)]
        changed[index] = replace(firms[index], uscc=code[:-1] + wrong)
    for index in chosen[WRONG_CHECK:]:
        changed[index] = replace(firms[index], uscc=f"{firms[index].uscc[0]}.{firms[index].uscc[1:6]}E+17")
    alike = [i for i in safe if i not in chosen and "0" in changed[i].uscc[8:17]][:: max(1, len(safe) // 40)]
    for index in alike[:LOOKALIKE]:
        code = changed[index].uscc
        changed[index] = replace(firms[index], uscc=code[:8] + code[8:17].replace("0", "O") + code[17])
    return changed


def registered_elsewhere(rng: np.random.Generator, firms: Sequence[Firm]) -> list[Firm]:
    """Registered in one place, at work in another: the place of work decides."""
    changed = list(firms)
    placed_rows = [i for i, firm in enumerate(firms) if firm.lon is not None]
    for index in rng.choice(placed_rows, size=REGISTERED_ELSEWHERE, replace=False).tolist():
        code, place = _ELSEWHERE[int(rng.integers(len(_ELSEWHERE)))]
        changed[index] = replace(
            firms[index], registered_code=code, registered_address=f"{place}（虚构登记地址）"
        )
    return changed
