"""A synthetic province for benches: counties tiled by grids, clustered places, stations. Invented throughout.

Sizes follow a real one at scale 1: 20,000 grids of about 100 vertices forming a valid coverage in 104-odd
counties, 1,000,000 enterprises (clustered in the towns, 8 % outside every grid, 200 exactly on corners that
grids share), 8,213 stations. The same seed and scale give the same province everywhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg
import shapely
import sqlalchemy as sa

from geodata.models import Enterprise

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

GRIDS, PLACES, STATIONS = 20_000, 1_000_000, 8_213
COUNTY_SIDE = 14
"""Grids along one side of a county."""

OUTSIDE_SHARE = 0.08
ON_CORNERS = 200
EDGE_POINTS = 25
WEST, SOUTH, STEP = 112.0, 32.5, 0.02
LEVELS = ("entrance", "building", "street", "none")
LEVEL_SHARES = (0.45, 0.40, 0.05, 0.10)


@dataclass(frozen=True)
class Province:
    """Shapes and points in stored degrees; ``grid_county`` and ``place_level`` index the other lists."""

    scale: float
    grids: npt.NDArray[np.object_]
    grid_county: Ints
    counties: npt.NDArray[np.object_]
    county_codes: list[str]
    places: Floats
    place_level: Ints
    people: Ints
    stations: Floats

    def county_of_grid(self, index: int) -> str:
        """The code of the county a grid lies in."""
        return self.county_codes[int(self.grid_county[index])]


def make_province(*, scale: float = 1.0, seed: int = 7) -> Province:
    """Draw the province; ``scale`` multiplies grids, places and stations alike."""
    random = np.random.default_rng(seed)
    side = max(2, round((GRIDS * scale) ** 0.5))
    corners, room = _corners(random, side)
    grids = _cells(random, corners, room)
    rows, columns = np.divmod(np.arange(side * side), side)
    blocks = -(-side // COUNTY_SIDE)
    county = (rows // COUNTY_SIDE) * blocks + columns // COUNTY_SIDE
    counties = np.array([shapely.coverage_union_all(grids[county == c]) for c in range(blocks * blocks)])
    # GB/T 2260 codes of an invented province: 41, city 01-.., county 01-99.
    codes = [f"41{1 + c // 99:02d}{1 + c % 99:02d}" for c in range(blocks * blocks)]
    places = _places(random, grids, corners, count=round(PLACES * scale))
    return Province(
        scale,
        grids,
        county.astype(np.int64),
        counties,
        codes,
        places,
        random.choice(len(LEVELS), len(places), p=LEVEL_SHARES).astype(np.int64),
        random.geometric(0.08, len(places)).astype(np.int64),
        _scatter(random, grids, max(1, round(STATIONS * scale))),
    )


def _corners(random: np.random.Generator, side: int) -> tuple[Floats, Floats]:
    """Shared corners, shape (side + 1, side + 1, 2), dense in a few towns and wide between them.

    The second array is the least distance to a neighbouring row or column, the room a line may waver in.
    """

    def axis(start: float) -> Floats:
        towns = random.uniform(0, side, max(1, side // 20))
        steps = np.array([0.08 + 1.6 * min(1.0, np.abs(towns - at).min() / 9.0) ** 2 for at in range(side)])
        return start + STEP * np.concatenate([[0.0], np.cumsum(steps)])

    x, y = axis(WEST), axis(SOUTH)
    mesh = np.stack(np.meshgrid(x, y), axis=-1)
    room = np.minimum(_least_step(x)[None, :], _least_step(y)[:, None])
    return np.asarray(mesh + random.uniform(-0.15, 0.15, mesh.shape) * room[..., None]), np.asarray(room)


def _least_step(values: Floats) -> Floats:
    steps = np.diff(values)
    return np.asarray(np.minimum(np.concatenate([steps[:1], steps]), np.concatenate([steps, steps[-1:]])))


def _edges(random: np.random.Generator, start: Floats, end: Floats, room: Floats) -> Floats:
    """Wavy lines between corners, drawn once for both neighbours, so that they match to the last bit."""
    along = np.linspace(0, 1, EDGE_POINTS + 1)[:-1]
    line = start[..., None, :] + (end - start)[..., None, :] * along[:, None]
    across = np.stack([-(end - start)[..., 1], (end - start)[..., 0]], axis=-1)
    across *= (room / np.maximum(np.linalg.norm(across, axis=-1), room))[..., None]
    wave = np.cumsum(random.normal(0, 0.012, (*start.shape[:-1], EDGE_POINTS)), axis=-1)
    wave -= wave[..., :1] + (wave[..., -1:] - wave[..., :1]) * along
    return np.asarray(line + across[..., None, :] * np.clip(wave, -0.08, 0.08)[..., None])


def _cells(random: np.random.Generator, corners: Floats, room: Floats) -> npt.NDArray[np.object_]:
    level = _edges(random, corners[:, :-1], corners[:, 1:], np.minimum(room[:, :-1], room[:, 1:]))
    upright = _edges(random, corners[:-1], corners[1:], np.minimum(room[:-1], room[1:]))

    def back(edges: Floats, ends: Floats) -> Floats:
        return np.concatenate([ends[..., None, :], edges[..., :0:-1, :]], axis=-2)

    rings = np.concatenate(
        [
            level[:-1],
            upright[:, 1:],
            back(level[1:], corners[1:, 1:]),
            back(upright[:, :-1], corners[1:, :-1]),
        ],
        axis=-2,
    )
    return np.asarray(shapely.polygons(rings.reshape(-1, *rings.shape[2:])), dtype=object)


def _scatter(random: np.random.Generator, grids: npt.NDArray[np.object_], count: int) -> Floats:
    """Points around the middle of grids; small grids (towns) draw as many as large ones."""
    box = shapely.bounds(grids[random.integers(0, len(grids), count)])
    middle, size = (box[:, :2] + box[:, 2:]) / 2, box[:, 2:] - box[:, :2]
    return np.asarray(middle + np.clip(random.normal(0, 0.25, (count, 2)), -0.6, 0.6) * size)


def _places(
    random: np.random.Generator, grids: npt.NDArray[np.object_], corners: Floats, *, count: int
) -> Floats:
    outside = round(count * OUTSIDE_SHARE)
    on_corners = min(ON_CORNERS, count // 10)
    inside = _scatter(random, grids, count - outside - on_corners)
    inner = corners[1:-1, 1:-1].reshape(-1, 2)
    planted = inner[random.integers(0, len(inner), on_corners)] if len(inner) else corners.reshape(-1, 2)[:0]
    beyond = random.uniform([-0.6, 0], [-0.05, 1], (outside, 2))
    span = corners[..., 1].max() - corners[..., 1].min()
    beyond = np.column_stack([WEST + beyond[:, 0], SOUTH + beyond[:, 1] * span])
    together = np.concatenate([inside, planted, beyond])
    return np.asarray(together[random.permutation(len(together))])


def load_province(engine: sa.Engine, province: Province, *, stations: bool = False) -> None:
    """Fill an empty migrated database by COPY and gather statistics; commits.

    Indexes of enterprises come off while they are filled, and back as the migration made them.
    """
    with engine.begin() as connection:
        driver = connection.connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            raise TypeError(type(driver))
        _copy_counties(driver, province)
        _copy_grids(driver, province)
        indexes = sorted(Enterprise.__table__.indexes, key=lambda index: str(index.name))  # type: ignore[attr-defined]
        for index in indexes:
            index.drop(connection)
        _copy_places(driver, province)
        for index in indexes:
            index.create(connection)
        if stations:
            _copy_stations(driver, province)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM (ANALYZE)"))


def _copy(driver: psycopg.Connection[Any], target: str, lines: Iterator[str]) -> None:
    with driver.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        buffer = StringIO()
        for number, line in enumerate(lines):
            buffer.write(line)
            if number % 20_000 == 0:
                copy.write(buffer.getvalue())
                buffer = StringIO()
        copy.write(buffer.getvalue())


def _hex(shapes: npt.NDArray[np.object_]) -> list[str]:
    return list(shapely.to_wkb(shapely.set_srid(shapes, 4326), hex=True, include_srid=True))


def _multi(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    return np.array([s if s.geom_type == "MultiPolygon" else shapely.MultiPolygon([s]) for s in shapes])


def _copy_counties(driver: psycopg.Connection[Any], province: Province) -> None:
    shapes = _hex(_multi(province.counties))
    _copy(
        driver,
        "divisions (code, level, name, geom, is_invented)",
        (
            f"{code}\tcounty\t县{code}\t{shape}\tt\n"
            for code, shape in zip(province.county_codes, shapes, strict=True)
        ),
    )
    driver.execute(
        "INSERT INTO boundary_versions (county_code, label, status, effective_from, created_by, is_invented) "
        "SELECT code, 'bench', 'effective', DATE '2026-01-01', 'bench', true FROM divisions ORDER BY code"
    )


def _copy_grids(driver: psycopg.Connection[Any], province: Province) -> None:
    _copy(
        driver,
        "grids (county_code, code)",
        (f"{province.county_of_grid(index)}\tG{index:06d}\n" for index in range(len(province.grids))),
    )
    driver.execute("CREATE TEMP TABLE drawn (code text, geom geometry(MultiPolygon, 4326)) ON COMMIT DROP")
    shapes = _hex(_multi(province.grids))
    _copy(driver, "drawn", (f"G{index:06d}\t{shape}\n" for index, shape in enumerate(shapes)))
    driver.execute(
        "INSERT INTO grid_boundaries (version_id, grid_id, name, kind, geom, is_invented) "
        "SELECT v.id, g.id, '网格' || g.code, 'grid', d.geom, true FROM drawn AS d "
        "JOIN grids AS g ON g.code = d.code JOIN boundary_versions AS v ON v.county_code = g.county_code "
        "ORDER BY g.id"
    )


def _copy_places(driver: psycopg.Connection[Any], province: Province) -> None:
    shapes = _hex(shapely.points(province.places))
    rows = zip(shapes, province.place_level, province.people, strict=True)
    _copy(
        driver,
        "enterprises (name, geom, location_level, staff_count, operating_address, is_invented)",
        (
            f"示例企业{number}\t{shape}\t{LEVELS[level]}\t{people}\t示例路{number % 900}号\tt\n"
            for number, (shape, level, people) in enumerate(rows)
        ),
    )


def _copy_stations(driver: psycopg.Connection[Any], province: Province) -> None:
    shapes = _hex(shapely.points(province.stations))
    _copy(
        driver,
        "stations (code, name, status, geom, is_invented)",
        (f"S{number:05d}\t示例驿站{number}\topen\t{shape}\tt\n" for number, shape in enumerate(shapes)),
    )
