"""The preflight of a stored county: findings, counts, and figures with and without neighbours."""

from dataclasses import replace

import pytest
import shapely

from geodata.errors import InvalidInput
from geodata.planning.preflight import run_preflight, summary_of
from geodata.vocab import Measure
from tests.integration.geodata.coverage.drawn_network import store_barrier, store_network
from tests.integration.geodata.coverage.small_county import ALL_WEEK, AS_OF
from tests.integration.geodata.coverage.test_coverage_streets import QUESTION, east


@pytest.fixture
def troubled(county, session):
    """A long street cut into many edges, an island of one edge, and something wrong of every kind."""
    stops = [east(-1000 + 30 * step) for step in range(67)]
    island = [east(0, 700), east(40, 700)]
    store_network(session, *(stops[at : at + 2] for at in range(66)), island)
    fine = {"hours": ALL_WEEK, "confirmed_on": AS_OF}
    county.station(*east(0, 10), name="好站", **fine)
    county.station(*east(300, 5), name="没时间", confirmed_on=AS_OF)
    county.station(*east(-600, 420), name="离路远", **fine)
    county.station(*east(10, 705), name="孤岛", **fine)
    county.station(*east(-820, 40), name="院里", **fine)
    county.station(name="没坐标", **fine)
    county.station(*east(20), name="撤站", status="retired")
    county.station(*east(950, 5), name="邻站", county_code="410999", **fine)
    county.demand(*east(200), people=10, name="近处")
    county.demand(*east(900), people=20, name="远处")
    county.demand(*east(-400, 300), people=40, name="野外")
    county.demand(people=5, name="没坐标的人")
    yard = shapely.Polygon([east(-850, 20), east(-750, 20), east(-750, 80), east(-850, 80)])
    store_barrier(session, yard, name="大院")
    return county


def found(preflight, name):
    return {row["reason"] for row in preflight["findings"] if row["name"] == name} - {"services_unknown"}


def test_everything_in_trouble_is_told_with_its_reason(troubled, session):
    preflight = run_preflight(session, QUESTION)
    reasons = {
        name: found(preflight, name) for name in ("好站", "没时间", "离路远", "孤岛", "院里", "撤站", "野外")
    }
    assert reasons == {
        "好站": set(),
        "没时间": {"hours_unknown"},
        "离路远": {"off_network"},
        "孤岛": {"isolated"},
        "院里": {"in_barrier"},
        "撤站": {"retired"},
        "野外": {"off_network"},
    }
    assert found(preflight, "没坐标") == found(preflight, "没坐标的人") == {"not_located"}
    inside = next(row for row in preflight["findings"] if row["reason"] == "in_barrier")
    assert inside["values"]["barrier"] == "大院"
    counted = {(row["subject"], row["reason"]): (row["count"], row["people"]) for row in preflight["counts"]}
    assert counted["demand", "off_network"] == (1, 40)
    assert counted["station", "not_located"] == (1, None)
    groups = [row["group"] for row in preflight["findings"]]
    assert groups == sorted(groups, key=["unusable", "doubtful", "by_rule"].index)
    assert preflight["summary"]["unusable"] == 5
    assert summary_of(session, QUESTION) == preflight["summary"]
    assert preflight["findings_left_out"] == 0


def test_own_only_and_with_neighbours_are_two_figures_by_both_measures(troubled, session):
    preflight = run_preflight(session, QUESTION)
    assert [(each["measure"], each["own"], each["with_neighbours"]) for each in preflight["figures"]] == [
        ("straight_line", 50, 70),
        ("streets", 10, 30),
    ]
    assert [(each["name"], each["counts"]) for each in preflight["neighbours"]] == [("邻站", True)]


def test_a_straight_line_asks_nothing_of_streets(troubled, session):
    preflight = run_preflight(session, replace(QUESTION, measure=Measure.STRAIGHT_LINE))
    reasons = {row["reason"] for row in preflight["counts"]}
    assert reasons.isdisjoint({"off_network", "in_barrier", "behind_barrier", "isolated"})
    assert preflight["network"] is None


def test_a_county_is_needed(county, session):
    with pytest.raises(InvalidInput):
        run_preflight(session, replace(QUESTION, county_code=None, measure=Measure.STRAIGHT_LINE))
