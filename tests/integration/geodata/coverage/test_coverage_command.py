"""``tenmin coverage`` says the sentence, the curve and the gaps, and keeps an answer when told to."""

import json

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.orm import Session

from geodata.db import make_engine
from geodata.models import Division
from scripts.cli.console import Console
from scripts.cli.coverage import _next_open, coverage
from tests.integration.geodata.coverage.drawn_network import store_network
from tests.integration.geodata.coverage.small_county import (
    ALL_WEEK,
    COUNTY,
    EAST,
    NORTH,
    OFFICE,
    SOUTH,
    WEST,
    County,
    outline,
)

HERE, EAST_SIDE = (113.52, 34.74), (113.58, 34.74)


@pytest.fixture
def run(database_url):
    engine = make_engine(database_url)
    with Session(engine) as session, session.begin():
        county = County(session)
        county.add(
            Division(code=COUNTY, level="county", name="二七区", geom=outline(WEST, SOUTH, EAST, NORTH))
        )
        county.station(*HERE, hours=ALL_WEEK, services={"toilet": "working"})
        county.station(*EAST_SIDE, hours=OFFICE, name="文博驿站")
        county.station(access_method="staff_only")
        county.demand(*HERE, people=600)
        county.demand(*EAST_SIDE, people=300)
        county.demand(people=100)

    def invoke(*arguments):
        return CliRunner().invoke(coverage, [*arguments, "--database-url", database_url])

    yield invoke
    with Session(engine) as session:
        # Only --store writes.
        kept = session.scalar(sa.text("SELECT count(*) FROM coverage_runs"))
    engine.dispose()
    assert kept <= 1


def test_the_sentence_names_rule_figure_and_fraction(run):
    said = run("--county", COUNTY, "--time", "22:00").output
    assert (
        "二七区：在工作日 22:00，步行十分钟·直线 667 米内能用上驿站的户外劳动者有 60.0%（600 / 1,000 人）"
        in said
    )
    assert "300 人只因驿站关了门" in said
    assert "文博驿站此时关门，延时可多 300 人" in said
    assert "延时可解" in said
    assert "只对内部开放：1 处" in said


def test_much_that_is_unknown_is_said_as_a_range(run):
    said = run("--time", "10:00", "--service", "toilet", "--lang", "en").output
    assert "60.0–100.0% of outdoor workers can use Toilet (at least 600 of 1,000)" in said


def test_when_no_station_counts_that_is_said_and_any_hour_is_labelled_wide(run):
    assert "此时一处也没有" in run("--day", "holiday", "--time", "3:00", "--service", "aed").output
    assert "不看时间 [宽口径]" in run("--time", "any").output


def test_the_next_hour_in_which_somebody_is_served_is_named():
    hours = [{"hour": hour, "covered": 50 if hour in {5, 9} else 0} for hour in range(24)]
    for minute, expected in ((180, "05:00"), (300, "09:00"), (1320, "05:00"), (None, "05:00")):
        answer = {"question": {"minute": minute}, "hours": hours}
        assert _next_open(Console(""), answer) == [f"{expected} 起有人能用上。"]
    assert _next_open(Console(""), {"question": {"minute": 0}, "hours": []}) == []


def test_a_stored_answer_is_shown_again_by_its_number(run):
    stored = json.loads(run("--county", COUNTY, "--store", "--json").stdout.splitlines()[-1])
    again = run("--run", str(stored["run_id"]), "--json")
    assert json.loads(again.stdout.splitlines()[-1]) == stored
    assert f"编号 {stored['run_id']}" in again.stderr


def test_what_cannot_be_answered_is_refused(run):
    for arguments, status, words in (
        (["--rule", "fly"], 1, "没有“fly”这个口径"),
        (["--county", "999999"], 1, "county_not_found"),
        (["--service", "sauna"], 1, "sauna"),
        (["--run", "77"], 1, "没有编号为 77 的存档结果"),
        (["--time", "25:00"], 2, "not a time of day"),
    ):
        refused = run(*arguments)
        assert refused.exit_code == status
        assert words in refused.output


def test_along_streets_the_sentence_says_seconds_and_who_is_unplaced(run, database_url):
    refused = run("--county", COUNTY, "--measure", "streets")
    assert refused.exit_code != 0
    assert "路网" in refused.output
    engine = make_engine(database_url)
    with Session(engine) as session, session.begin():
        store_network(session, [(113.51, 34.74), (113.53, 34.74)])
    engine.dispose()
    said = run("--county", COUNTY, "--measure", "streets", "--time", "22:00").output
    assert "步行十分钟·沿路 600 秒内" in said
    assert "1 处离路太远，沿路算不了（300 人）" in said
