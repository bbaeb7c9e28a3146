"""Stored answers: the same question over the same data is the same answer."""

import json
from dataclasses import replace

import pytest
import sqlalchemy as sa

from geodata.coverage.service import CoverageQuestion, answer_question, load_answer, store_answer
from geodata.errors import NotFound
from geodata.models import CoverageRun, GridBoundary
from geodata.queries.coverage import list_rules, list_runs, straight_rule_codes
from tests.integration.geodata.coverage.small_county import ALL_WEEK, AS_OF, COUNTY, WEST, outline

HERE = (113.52, 34.74)
QUESTION = CoverageQuestion(COUNTY, minute=600, services=("toilet",), as_of=AS_OF)


@pytest.fixture
def busy(county):
    county.station(*HERE, hours=ALL_WEEK, services={"toilet": "working"})
    county.station(113.53, 34.75, hours=[])
    county.demand(*HERE, people=123)
    county.demand(113.58, 34.73, people=77)
    county.demand()
    county.enterprise(*HERE)
    return county


def runs(session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(CoverageRun))


def test_answering_writes_nothing(busy, session):
    answer_question(session, QUESTION)
    assert runs(session) == 0
    assert not session.new


def test_a_stored_answer_is_shown_again_exactly(busy, session):
    answer = answer_question(session, QUESTION)
    run_id = store_answer(session, answer)
    session.expire_all()
    shown = load_answer(session, run_id).to_json()
    assert shown == {**answer.to_json(), "run_id": run_id}
    assert json.dumps(answer_question(session, QUESTION).to_json()) == json.dumps(shown)


def test_the_same_answer_twice_is_one_row(busy, session):
    answer = answer_question(session, QUESTION)
    assert store_answer(session, answer) == store_answer(session, answer)
    assert store_answer(session, answer_question(session, QUESTION)) == store_answer(session, answer)
    again = replace(QUESTION, services=("toilet", "toilet"))
    assert answer_question(session, again).run_id is not None
    assert runs(session) == 1


def test_an_older_answer_stays_when_the_data_change(busy, session):
    old = answer_question(session, QUESTION)
    run_id = store_answer(session, old)
    busy.demand(*HERE, people=500)
    new = answer_question(session, QUESTION)
    assert new.run_id is None
    assert new.inputs_hash != old.inputs_hash
    assert store_answer(session, new) != run_id
    assert load_answer(session, run_id).to_json()["people"] == old.to_json()["people"]


def change_name(busy, session):
    session.execute(sa.text("UPDATE stations SET name = '新名'"))


def change_condition(busy, session):
    session.execute(sa.text("UPDATE station_services SET condition = 'broken'"))


def change_people(busy, session):
    session.execute(sa.text("UPDATE demand_points SET people = people + 1"))


def change_border(busy, session):
    drawn = session.scalars(sa.select(GridBoundary).limit(1)).one()
    drawn.geom = outline(WEST, 34.70, 113.5501, 34.78)
    session.flush()


def change_enterprise(busy, session):
    session.execute(sa.text("UPDATE enterprises SET organization_status = 'own_union'"))


def change_rule(busy, session):
    session.execute(sa.text("UPDATE coverage_rules SET straight_limit_m = 668 WHERE code = 'walk_10'"))


@pytest.mark.parametrize(
    "change",
    [change_name, change_condition, change_people, change_border, change_enterprise, change_rule],
    ids=lambda change: change.__name__,
)
def test_whatever_decides_the_answer_changes_its_fingerprint(busy, session, change):
    before = answer_question(session, QUESTION).inputs_hash
    change(busy, session)
    session.expire_all()
    assert answer_question(session, QUESTION).inputs_hash != before


def test_an_unknown_run_is_said_to_be_unknown(session):
    with pytest.raises(NotFound) as refusal:
        load_answer(session, 4_000_000)
    assert refusal.value.code == "run_not_found"


def test_the_latest_runs_are_listed_with_their_figures(busy, session):
    store_answer(session, answer_question(session, QUESTION))
    store_answer(session, answer_question(session, replace(QUESTION, minute=None)))
    listed = list_runs(session, county_code=COUNTY)
    assert {(run["minute"], run["share"]) for run in listed} == {(600, 41.0), (None, 41.0)}
    assert list_runs(session, county_code="999999") == []


def test_rules_come_in_the_order_of_the_office(session):
    codes = ["walk_10", "neighbourhood_10", "walk_15", "ebike_10"]
    assert [rule.code for rule in list_rules(session)] == codes
    assert straight_rule_codes(session) == codes
