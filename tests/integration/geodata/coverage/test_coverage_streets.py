"""Answers along streets from stored networks, barriers and rules."""

from dataclasses import replace
from datetime import timedelta

import pytest
import shapely
import sqlalchemy as sa

from geodata.coverage.difference import answer_difference
from geodata.coverage.service import CoverageQuestion, answer_question, load_answer, store_answer
from geodata.errors import InvalidInput
from geodata.models import CoverageRule, CoverageRun
from geodata.vocab import Measure
from tests.integration.geodata.coverage.drawn_network import store_barrier, store_network
from tests.integration.geodata.coverage.small_county import ALL_WEEK, AS_OF, COUNTY, away

MILE = (113.52, 34.74)
QUESTION = CoverageQuestion(COUNTY, minute=600, as_of=AS_OF, measure=Measure.STREETS)


def east(metres, north=0.0):
    lon, lat = away(*MILE, 90 if metres >= 0 else 270, abs(metres))
    return away(lon, lat, 0 if north >= 0 else 180, abs(north)) if north else (lon, lat)


@pytest.fixture
def street(county, session):
    """One street of 2 km from west to east with a station at its middle, and places along and off it."""
    store_network(session, [east(-1000), east(0)], [east(0), east(1000)])
    county.station(*east(0, 10), hours=ALL_WEEK)
    county.demand(*east(300), people=10, name="近处")
    county.demand(*east(900), people=20, name="远处")
    county.demand(*east(-300), people=40, name="西边")
    county.demand(*east(100, 400), people=70, name="离路远")
    county.demand(people=5, name="没坐标")
    return county


def test_states_people_and_unplaced_add_up(street, session):
    figures = answer_question(session, QUESTION).to_json()
    people = figures["people"]
    assert figures["engine"] == "streets"
    assert (people["covered"], people["not_covered"], people["unknown"], people["total"]) == (50, 20, 75, 145)
    assert figures["places"]["unplaced"] == 1
    assert figures["places"]["not_located"] == 1
    assert figures["unplaced"]["people"] == 70
    assert [each["name"] for each in figures["unplaced"]["worst"]] == ["离路远"]
    assert figures["unplaced"]["worst"][0]["street_m"] == pytest.approx(400, abs=0.2)
    assert figures["network"]["label"] == "drawn"
    assert figures["rule"]["access_cap_m"] == 100


def test_the_nearest_open_station_is_told_in_seconds_and_metres_of_walking(street, session):
    gap = answer_question(session, QUESTION).to_json()["gaps"][0]
    assert gap["people"] == 20
    assert gap["nearest_open"]["distance_m"] == pytest.approx(910, abs=0.5)
    assert gap["nearest_open"]["seconds"] == pytest.approx(910 * 0.9, abs=0.5)
    assert gap["geometry"]["type"] == "Polygon"


def test_ground_shares_are_null_and_street_metres_are_told(street, session):
    area = answer_question(session, QUESTION).to_json()["by_area"][0]
    assert area["area_share"] is None
    assert area["street_share"] is None  # no street in that area
    assert area["street_m"] == 0


def test_a_straight_line_answer_stays_as_it_was(street, session):
    figures = answer_question(session, replace(QUESTION, measure=Measure.STRAIGHT_LINE)).to_json()
    assert figures["engine"] == "straight_line"
    assert figures["people"]["covered"] == 120
    assert "unplaced" not in figures["places"]


def test_barriers_cut_from_their_first_day_to_before_their_last(street, session):
    fence = shapely.LineString([east(150, -30), east(150, 30)])
    barrier = store_barrier(session, fence, valid_from=AS_OF, valid_to=AS_OF + timedelta(days=10))
    covered = {
        day: answer_question(session, replace(QUESTION, as_of=day)).figures["people"]["covered"]
        for day in (AS_OF - timedelta(days=1), AS_OF, AS_OF + timedelta(days=9), AS_OF + timedelta(days=10))
    }
    assert list(covered.values()) == [50, 40, 40, 50]
    before = answer_question(session, QUESTION)
    assert before.inputs["barriers"][0]["id"] == barrier.id


def test_whatever_decides_the_answer_changes_its_fingerprint(street, session):
    hashes = [answer_question(session, QUESTION).inputs_hash]
    store_barrier(session, shapely.LineString([east(150, -30), east(150, 30)]))
    hashes.append(answer_question(session, QUESTION).inputs_hash)
    for change in (
        {"access_cap_m": 90},
        {"speed_mps": 1.0},
        {"street_limit_s": 500},
        {"profile": "ebike"},
    ):
        session.execute(sa.update(CoverageRule).where(CoverageRule.code == "walk_10").values(**change))
        session.expire_all()
        hashes.append(answer_question(session, QUESTION).inputs_hash)
    assert len(set(hashes)) == len(hashes)


def test_a_station_off_the_network_is_left_out_with_its_reason(street, session):
    far = street.station(*east(100, 420), hours=ALL_WEEK)
    shut = street.station(*east(-900, 420), status="retired")
    left_out = {row["id"]: row["reason"] for row in answer_question(session, QUESTION).figures["left_out"]}
    assert left_out == {far.id: "off_network", shut.id: "retired"}


def test_a_run_keeps_its_measure_and_network(street, session):
    answer = answer_question(session, QUESTION)
    run = session.get(CoverageRun, store_answer(session, answer))
    assert (run.measure, run.engine) == ("streets", "streets")
    assert run.network_version_id == answer.network_version_id
    session.expire_all()
    assert load_answer(session, run.id).question.measure == Measure.STREETS
    assert answer_question(session, QUESTION).run_id == run.id
    straight = answer_question(session, replace(QUESTION, measure=Measure.STRAIGHT_LINE))
    assert store_answer(session, straight) != run.id


def test_neighbours_are_information_along_streets_too(street, session):
    street.station(*east(900, 5), hours=ALL_WEEK, county_code="410999")
    people = answer_question(session, QUESTION).figures["people"]
    assert (people["covered"], people["with_neighbours"]) == (50, 70)


def refused(session, **changes):
    with pytest.raises(InvalidInput) as refusal:
        answer_question(session, replace(QUESTION, **changes))
    return refusal.value.code


def test_what_cannot_be_asked_along_streets_is_refused(county, session):
    assert refused(session) == "no_network"
    assert refused(session, county_code=None) == "streets_need_county"
    assert refused(session, measure="boats") == "measure_invalid"
    store_network(session, [east(-1000), east(0)])
    assert refused(session, rule_code="neighbourhood_10") == "rule_without_street_limit"


def test_the_network_of_another_day_is_not_mixed_up(street, session):
    first = answer_question(session, QUESTION)
    session.execute(sa.text("UPDATE network_versions SET status = 'archived'"))
    store_network(session, [east(-1000), east(0)], label="half")
    session.expire_all()
    second = answer_question(session, QUESTION)
    assert second.inputs_hash != first.inputs_hash
    assert second.figures["people"]["covered"] == 40


def test_both_measures_stand_side_by_side_with_the_difference_named(street, session):
    answer = answer_difference(session, QUESTION)
    people = {each["set"]: each["people"] for each in answer["sets"]}
    assert people == {
        "both": 50,
        "circle_only": 0,
        "streets_only": 0,
        "neither": 20,
        "unknown": 5,
        "unplaced": 70,
    }
    assert sum(people.values()) == answer["total"]["people"] == 145
    store_barrier(session, shapely.LineString([east(150, -30), east(150, 30)]))
    walled = answer_difference(session, QUESTION)
    parted = walled["circle_only"]
    assert [(each["name"], each["people"]) for each in parted] == [("近处", 10)]
    assert parted[0]["grid_code"] == "G-01"
    assert parted[0]["straight_line"]["distance_m"] == pytest.approx(300, abs=0.5)
    assert parted[0]["streets"] is None
    assert walled["network"]["barriers"] == 1
    assert walled["straight_line"]["covered"] - walled["streets"]["covered"] == 10 + 70
