"""What needs several connections: a run in parallel sessions, two runs at once, the commands."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.orm import Session

from geodata.assignment.service import assign_enterprises
from geodata.db import make_engine, transaction
from scripts.benches.province import load_province, make_province
from scripts.cli.assignment import assign, which_grid
from scripts.cli.boundaries import boundaries
from tests.integration.geodata.assignment.world import COUNTY, World, box, lonlat

OWNERS = sa.text(
    "SELECT enterprise_id, grid_id, other_grid_id, fallback_code, method, status, params "
    "FROM assignments WHERE valid_to IS NULL ORDER BY enterprise_id"
)


def test_parallel_sessions_and_incremental_runs_find_what_one_session_finds(database_url: str) -> None:
    engine = make_engine(database_url)
    load_province(engine, make_province(scale=0.003))
    with transaction(engine) as session:
        single = assign_enterprises(session)
        owners = session.execute(OWNERS).all()
    with transaction(engine) as session:
        session.execute(sa.text("TRUNCATE assignments"))
    with transaction(engine) as session:
        parallel = assign_enterprises(session, parallel=3)
        assert session.execute(OWNERS).all() == owners
        assert parallel.by_method == single.by_method
        # Place by place, the other join direction must agree too.
        again = assign_enterprises(session, enterprise_ids=[row.enterprise_id for row in owners])
        assert (again.opened, again.closed) == (0, 0)
    engine.dispose()


def test_two_runs_at_once_leave_one_owner_each(database_url: str) -> None:
    engine = make_engine(database_url)
    with transaction(engine) as session:
        world = World(session)
        world.division(COUNTY, box(0, 0, 2000, 1000))
        world.grid(world.version(), "G1", box(0, 0, 2000, 1000))
        for x in range(0, 2000, 50):
            world.enterprise(x, 500)

    def run(_: int) -> int:
        with transaction(engine) as session:
            return assign_enterprises(session).opened

    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(run, range(4)))
    assert sorted(opened) == [0, 0, 0, 40]
    engine.dispose()


@pytest.fixture
def drawn_url(database_url: str) -> str:
    engine = make_engine(database_url)
    with transaction(engine) as session:
        world = World(session)
        world.division(COUNTY, box(0, 0, 2000, 1000), name="示例区")
        version = world.version("v1", status="draft", effective_from=None)
        world.grid(version, "G1", box(0, 0, 1000, 1000), name="桐花里网格")
        world.grid(version, "G2", box(1000, 0, 2000, 1000), name="梧桐里网格")
        world.enterprise(1012, 500, name="金水食品加工厂", location_accuracy_m=200)
    engine.dispose()
    return database_url


def test_commands_from_draft_to_answer(drawn_url: str) -> None:
    def call(command: object, *arguments: str, exit_code: int = 0) -> dict[str, object]:
        result = CliRunner().invoke(command, [*arguments, "--json", "--database-url", drawn_url])  # type: ignore[arg-type]
        assert result.exit_code == exit_code, result.output
        return json.loads(result.stdout.splitlines()[-1])  # type: ignore[no-any-return]

    assert call(boundaries, "approve", "v1", "--by", "复核人", exit_code=1)["error"] == "boundary_not_checked"
    assert call(boundaries, "check", "v1")["blocking"] == 0
    assert call(boundaries, "moves", "v1")["moves"][0]["to_code"] == "G1"  # type: ignore[index]
    call(boundaries, "approve", "v1", "--by", "复核人")
    activated = call(boundaries, "activate", "v1", "--from", "2026-01-01", "--by", "复核人")
    assert activated["review"] == 1
    assert call(boundaries, "list")["versions"][0]["status"] == "effective"  # type: ignore[index]
    assert call(assign)["opened"] == 0
    (answer,) = call(which_grid, "--name", "食品", "--on", "2026-03-31")["answers"]  # type: ignore[misc]
    assert answer["is_reconstructed"]
    assert "离边界 12 米，定位误差 200 米" in answer["reason"]
    lon, lat = lonlat(1500, 500)
    (point,) = call(which_grid, "--lon", str(lon), "--lat", str(lat))["answers"]  # type: ignore[misc]
    assert point["grid_code"] == "G2"


def test_blocked_drawing_is_read_out_with_place_and_size_in_both_languages(drawn_url: str) -> None:
    engine = make_engine(drawn_url)
    with Session(engine) as session, session.begin():
        world = World(session)
        version = world.version("v2", status="draft", effective_from=None)
        world.grid(version, "G1", box(0, 0, 900, 1000))
        world.grid(version, "G2", box(1000, 0, 2000, 1000))
    engine.dispose()
    arguments = ["check", "v2", "--database-url", drawn_url]
    for language, words in (("zh", "99,9"), ("en", "of the county are in no grid")):
        result = CliRunner().invoke(boundaries, [*arguments, "--lang", language])
        assert result.exit_code == 1
        assert words in result.output
