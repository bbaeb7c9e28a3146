"""Where to build next over real rows: existing stations fixed, every plan counted anew, answers kept."""

import random

import pytest
import sqlalchemy as sa

from geodata.coverage.question import CoverageQuestion
from geodata.coverage.service import answer_question
from geodata.errors import Conflict, InvalidInput, NotFound
from geodata.models import CandidateSite, SitingRun, Station
from geodata.planning import siting
from geodata.planning.siting_question import SitingOptions
from geodata.queries.scopes import EVERYTHING, Scope
from geodata.vocab import Measure, SitingAction, SitingGoal, SitingSource
from tests.integration.geodata.coverage.drawn_network import store_network
from tests.integration.geodata.coverage.small_county import (
    ALL_WEEK,
    AS_OF,
    COUNTY,
    OFFICE,
    away,
    point,
)

LON, LAT = 113.52, 34.74
QUESTION = CoverageQuestion(county_code=COUNTY, as_of=AS_OF)


def candidate(county, lon, lat, **columns) -> CandidateSite:
    number = county.session.query(CandidateSite).count() + 1
    columns = {"name": f"候选{number}", "source": "uploaded", "added_by": "planner"} | columns
    return county.add(CandidateSite(county_code=COUNTY, geom=point(lon, lat), **columns))


def ask(session, question=QUESTION, **options) -> dict:
    prepared = siting.prepare(session, question, SitingOptions(**options))
    return siting.load_answer(session, siting.answer(session, prepared, by="planner"), EVERYTHING)


def names(answer) -> list[str]:
    return [site["name"] for site in answer["sites"]]


@pytest.fixture
def town(county):
    """One station with 100 people near; three crowds far from it, and a candidate at each."""
    county.station(LON, LAT, hours=ALL_WEEK)
    county.demand(LON, LAT, people=100)
    crowds = {"甲": (2000, 300), "乙": (4000, 200), "丙": (6000, 50)}
    for name, (metres, people) in crowds.items():
        lon, lat = away(LON, LAT, 90, metres)
        county.demand(lon, lat, people=people)
        candidate(county, *away(lon, lat, 0, 400), name=name)
    return county


def test_the_best_sites_come_in_order_with_their_gains_and_a_proof(session, town):
    answer = ask(session, most=2)
    assert [(site["name"], site["gain"]) for site in answer["sites"]] == [("甲", 300), ("乙", 200)]
    assert (answer["people"], answer["bound"], answer["proof"]) == (500, 500, "best")
    assert (answer["before"]["covered"], answer["after"]["covered"]) == (100, 600)
    assert [(row["people"], row["out_of_reach"]) for row in answer["outside"]] == [(50, 0)]
    assert (answer["share_before"], answer["share_after"]) == (15.4, 92.3)
    assert answer["sites"][0]["grid_code"] == "G-01"


def test_candidates_count_in_no_official_figure(session, town):
    people = answer_question(session, QUESTION).figures["people"]
    assert people["covered"] == 100


def test_who_no_candidate_reaches_is_told_apart(session, town):
    town.demand(*away(LON, LAT, 0, 3000), people=70)
    town.demand(None, None, people=9)
    answer = ask(session, most=3)
    assert answer["people"] == 550
    assert (answer["wanted"], answer["in_reach"]) == (620, 550)
    assert [(row["people"], row["out_of_reach"]) for row in answer["outside"]] == [(70, 70)]


def test_people_whose_station_may_be_open_are_nobodys_gain(session, town):
    lon, lat = away(LON, LAT, 90, 2000)
    town.station(lon, lat)  # hours unknown
    answer = ask(session, most=1)
    assert names(answer) == ["乙"]
    first = town.session.query(CandidateSite).order_by(CandidateSite.id).first()
    both = ask(session, most=1, must=(f"candidate:{first.id}",))
    assert (both["people"], both["unknown_made_sure"]) == (0, 300)


def test_the_same_question_over_the_same_data_is_one_answer(session, town):
    first = ask(session, most=2)
    assert ask(session, most=2)["id"] == first["id"]
    town.demand(*away(LON, LAT, 90, 2010), people=1)
    again = ask(session, most=2)
    assert again["id"] != first["id"]
    assert again["people"] == 501
    assert session.query(SitingRun).count() == 2


def test_the_order_in_which_rows_came_does_not_matter(session, county):
    draw = random.Random(4)  # noqa: S311 - an order, no secret
    crowds = [
        (*away(LON, LAT, draw.uniform(0, 360), draw.uniform(800, 3500)), draw.randint(1, 90))
        for _ in range(60)
    ]
    sites = [(*away(LON, LAT, draw.uniform(0, 360), draw.uniform(800, 3500)), f"候选{n}") for n in range(25)]
    sites = list(enumerate(sites))
    answers = []
    for _ in range(2):
        with session.begin_nested() as nested:
            for lon, lat, people in crowds:
                county.demand(lon, lat, people=people)
            for number, (lon, lat, name) in sites:
                candidate(county, lon, lat, name=name, id=900_000 + number)
            answer = ask(session, most=4)
            answers.append((answer["people"], answer["bound"], sorted(names(answer))))
            nested.rollback()
        draw.shuffle(crowds)
        draw.shuffle(sites)
    assert answers[0] == answers[1]


def test_upgrades_instead_of_new_sites(session, town):
    lon, lat = away(LON, LAT, 90, 2000)
    shut = town.station(lon, lat, hours=OFFICE, services={"toilet": "working"})
    lacking = town.station(*away(LON, LAT, 90, 4000), hours=ALL_WEEK, services={"toilet": "broken"})
    night = CoverageQuestion(county_code=COUNTY, as_of=AS_OF, minute=22 * 60, services=("toilet",))
    answer = ask(session, night, most=2, action=SitingAction.UPGRADE)
    assert [(site["id"], site["work"], site["gain"]) for site in answer["sites"]] == [
        (shut.id, "extend", 300),
        (lacking.id, "equip", 200),
    ]
    priced = ask(
        session,
        night,
        most=None,
        budget=100_000,
        upgrade_cost=20_000,
        site_cost=90_000,
        action=SitingAction.BOTH,
    )
    assert [site["key"] for site in priced["sites"]][:2] == [f"station:{shut.id}", f"station:{lacking.id}"]
    assert priced["cost"] <= 100_000


def test_second_cover_counts_who_reaches_two(session, town):
    candidate(town, *away(LON, LAT, 180, 300), name="老站旁")
    answer = ask(session, most=1, second=True)
    assert names(answer) == ["老站旁"]
    assert (answer["people"], answer["after"]["cross"]) == (100, 100)


def test_spacing_towns_budget_musts_and_nevers_are_kept(session, town):
    ids = {each.name: each.id for each in town.session.query(CandidateSite)}
    apart = ask(session, most=3, spacing_m=3000)
    assert names(apart) == ["甲", "丙"] or names(apart) == ["乙"]
    far = ask(session, most=3, spacing_m=2500)
    assert far["barred"] == {"near_station": 1}
    assert names(ask(session, most=1, never=(f"candidate:{ids['甲']}",))) == ["乙"]
    assert names(ask(session, most=1, must=(f"candidate:{ids['丙']}",))) == ["丙"]
    town.demand(*away(LON, LAT, 0, 3000), people=240)
    candidate(town, *away(LON, LAT, 0, 3000), name="同街道")
    assert names(ask(session, most=2)) == ["甲", "同街道"]
    assert names(ask(session, most=2, per_town=1)) == ["甲", "乙"]
    assert names(ask(session, most=4, per_town=1)) == ["甲", "乙", "丙"]  # two of them lie in no town
    town.session.get(CandidateSite, ids["甲"]).cost = 90_000.5
    town.session.get(CandidateSite, ids["乙"]).cost = 50_000
    town.session.get(CandidateSite, ids["丙"]).cost = 40_000.5
    town.session.flush()
    cheap = ask(session, most=None, budget=90_000.5)
    assert (names(cheap), cheap["barred"]) == (["甲"], {"no_cost": 1})
    assert ask(session, most=None, budget=90_000.49)["people"] == 200


def test_places_of_people_are_proposed_without_any_list(session, town):
    session.execute(sa.delete(CandidateSite))
    answer = ask(session, most=1, sources=(SitingSource.DEMAND,))
    assert (answer["people"], answer["sites"][0]["key"].split(":")[0]) == (300, "demand")


def test_the_fewest_sites_for_everybody(session, town):
    lon, lat = away(LON, LAT, 90, 3000)
    town.demand(lon, lat, people=5)
    candidate(town, lon, lat, name="丁")
    answer = ask(session, goal=SitingGoal.ALL)
    assert sorted(names(answer)) == sorted(["甲", "乙", "丙", "丁"])
    assert (answer["least"], answer["proof"], answer["people"]) == (4, "best", 555)


def test_stations_nobody_would_miss(session, county):
    county.station(LON, LAT, hours=ALL_WEEK)
    twin = county.station(*away(LON, LAT, 90, 50), hours=ALL_WEEK)
    alone = county.station(*away(LON, LAT, 90, 3000), hours=ALL_WEEK)
    county.demand(LON, LAT, people=10)
    county.demand(*away(LON, LAT, 90, 3000), people=7)
    answer = ask(session, goal=SitingGoal.SPARE)
    told = {each["id"]: (each["lost"], each["is_spare"]) for each in answer["stations"]}
    assert told[twin.id] == (0, True)
    assert told[alone.id] == (7, False)
    assert (answer["spare"], answer["most_spare"], answer["unmissed"]) == (1, 1, 2)
    assert session.get(Station, twin.id) is not None


@pytest.mark.parametrize(("why", "people"), [("no_sites", 300), ("none_reaches", 300), ("nobody_outside", 0)])
def test_an_empty_plan_says_why(session, county, why, people):
    county.demand(LON, LAT, people=people)
    if why == "none_reaches":
        candidate(county, *away(LON, LAT, 90, 5000))
    answer = ask(session, most=2)
    assert (answer["sites"], answer["people"], answer["why_empty"]) == ([], 0, why)


def test_no_plan_that_the_engine_counts_otherwise_is_given_out(session, town, monkeypatch):
    monkeypatch.setattr("geodata.rules.siting.count_served", lambda problem, chosen: 7)
    monkeypatch.setattr("geodata.planning.siting_answers.DRAWN_PLACES", 1)
    with pytest.raises(Conflict) as refused:
        ask(session, most=1)
    assert refused.value.code == "siting_recount_differs"
    assert session.query(SitingRun).count() == 0


def test_questions_that_cannot_be_asked(session, town):
    with pytest.raises(InvalidInput, match="siting_needs_county"):
        ask(session, CoverageQuestion(county_code=None, as_of=AS_OF))
    with pytest.raises(InvalidInput, match="siting_without_limit"):
        ask(session, most=None)
    with pytest.raises(InvalidInput, match="siting_option_invalid"):
        ask(session, most=0)
    with pytest.raises(InvalidInput, match="siting_option_invalid"):
        ask(session, most=1, spacing_m=float("nan"))
    with pytest.raises(InvalidInput, match="siting_site_unknown"):
        ask(session, most=1, must=("candidate:999999",))
    with pytest.raises(NotFound, match="county_not_found"):
        ask(session, CoverageQuestion(county_code="999999", as_of=AS_OF))


def test_an_answer_of_another_county_is_not_there(session, town):
    number = ask(session, most=1)["id"]
    with pytest.raises(NotFound, match="siting_not_found"):
        siting.load_answer(session, number, Scope(county_codes=frozenset({"110101"})))


def test_along_streets_nobody_is_gained_over_a_river_without_a_bridge(session, county):
    """A crowd 200 m from the nearer candidate, but over the river; the other one is on its own bank."""

    def bank(metres, side):
        return away(*away(LON, LAT, 90, metres), 0, side)

    store_network(session, [bank(0, 0), bank(1500, 0)], [bank(0, 200), bank(1500, 200)])
    county.demand(*bank(100, 200), people=60)
    near = candidate(county, *bank(100, 0), name="对岸")
    far = candidate(county, *bank(500, 200), name="同岸")
    lost = candidate(county, *bank(700, 900), name="离路远")
    straight = ask(session, most=1)
    assert straight["sites"][0]["id"] == near.id
    question = CoverageQuestion(county_code=COUNTY, as_of=AS_OF, measure=Measure.STREETS)
    streets = ask(session, question, most=1)
    assert (streets["sites"][0]["id"], streets["people"], streets["recounted"]) == (far.id, 60, 60)
    assert streets["barred"] == {"off_network": 1}
    assert lost.id not in [site["id"] for site in streets["sites"]]
