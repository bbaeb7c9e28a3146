"""What the map gets of streets and plans: tiles, streets in reach, one station's reach, who may see what."""

from datetime import timedelta

import mapbox_vector_tile
import pytest
import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.db import transaction
from geodata.models import CandidateSite
from tests.integration.geodata.coverage.drawn_network import store_barrier, store_network
from tests.integration.webmap.api.test_tiles import tile_at
from tests.integration.webmap.conftest import COUNTY, SOUTH, WEST, point
from tests.office import sign_in
from webmap.api import parameters

ROAD = [(WEST + 0.001, SOUTH + 0.02), (WEST + 0.09, SOUTH + 0.02)]
MIDDLE = (WEST + 0.03, SOUTH + 0.02)


def add_plans(session: Session) -> None:
    """A network along the stations, barriers of yesterday, today and tomorrow, a candidate site."""
    store_network(session, ROAD, county_code=COUNTY)
    fence = shapely.LineString([(MIDDLE[0] + 0.004, SOUTH + 0.019), (MIDDLE[0] + 0.004, SOUTH + 0.021)])
    today = parameters.today()
    for name, begins, ends in (
        ("今天的围墙", today - timedelta(days=9), None),
        ("拆了的围墙", today - timedelta(days=9), today - timedelta(days=2)),
        ("还没砌的围墙", today + timedelta(days=9), None),
    ):
        store_barrier(session, fence, county_code=COUNTY, name=name, valid_from=begins, valid_to=ends)
    site = {
        "county_code": COUNTY,
        "name": "建行网点",
        "host_kind": "bank",
        "source": "drawn",
        "added_by": "planner",
    }
    session.add(CandidateSite(**site, geom=point(MIDDLE[0] + 0.002, MIDDLE[1] + 0.001)))


@pytest.fixture
def planned(own_county):
    client, engine = own_county
    with transaction(engine) as session:
        add_plans(session)
    return client, engine


def tile(client, zoom=14):
    z, x, y = tile_at(zoom, *MIDDLE)
    answer = client.get(f"/api/v1/tiles/{z}/{x}/{y}.mvt?county={COUNTY}")
    return mapbox_vector_tile.decode(answer.data) if answer.status_code == 200 else {}


def names(layer):
    return [feature["properties"]["name"] for feature in layer["features"]]


def test_plans_are_drawn_for_who_may_read_plans_and_only_what_holds_today(planned):
    client, engine = planned
    drawn = tile(client)
    assert names(drawn["barrier"]) == ["今天的围墙"]
    assert drawn["barrier"]["features"][0]["properties"]["kind"] == "wall"
    assert names(drawn["candidate"]) == ["建行网点"]
    for login in (None, "liaison", "manager"):
        other = client.application.test_client()
        seen = tile(other if login is None else sign_in(other, engine, login))
        assert {"barrier", "candidate"} & set(seen) == set(), login
        assert "station" in seen


def test_a_network_is_the_ground_only_where_a_county_has_no_roads_of_its_own(planned):
    client, engine = planned
    assert "street" not in tile(client)  # its own road lies elsewhere
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM streets"))
    ground = tile(client)["street"]["features"]
    assert [(each["properties"]["rank"], each["properties"]["kind"]) for each in ground] == [(4, "road")]
    assert "street" not in tile(client, zoom=12)


def test_rules_name_the_network_in_use_with_its_credit(planned):
    client, _ = planned
    (used,) = client.get("/api/v1/rules").get_json()["networks"]
    assert (used["county"], used["label"], used["credit"]) == (COUNTY, "drawn", "© OpenStreetMap")


def test_streets_in_reach_change_with_a_barrier_and_are_kept_until_then(planned):
    client, engine = planned
    asked = f"/api/v1/coverage/streets?county={COUNTY}&time=any"
    first = client.get(asked)
    assert first.status_code == 200
    lines = first.get_json()["lines"]
    assert set(lines) == {"one", "cross", "unknown"}
    assert lines["one"] or lines["cross"]
    assert client.get(asked, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    with transaction(engine) as session:
        wall = shapely.LineString([(MIDDLE[0] + 0.001, SOUTH), (MIDDLE[0] + 0.001, SOUTH + 0.04)])
        store_barrier(session, wall, county_code=COUNTY)
    assert client.get(asked).get_json()["lines"] != lines


def test_streets_without_a_network_or_a_county_are_refused_by_name(client):
    for query, code in ((f"county={COUNTY}", "no_network"), ("", "streets_need_county")):
        answer = client.get(f"/api/v1/coverage/streets?{query}")
        assert (answer.status_code, answer.get_json()["code"]) == (400, code)


def test_anybody_may_ask_for_the_reach_of_a_station(planned):
    client, _ = planned
    public = client.application.test_client()
    told = public.get("/api/v1/coverage/stations/3/reach").get_json()
    assert told["straight"]["people"] >= told["streets"]["people"]
    assert told["lines"]["one"]
    assert public.get("/api/v1/coverage/stations/999/reach").status_code == 404


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_method_is_explained_to_everybody_with_the_offices_rules(planned, lang):
    client, _ = planned
    page = client.application.test_client().get(f"/method?lang={lang}")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    for figure in ("1,053", "93.3%", "667", "drawn", "© OpenStreetMap"):
        assert figure in text
