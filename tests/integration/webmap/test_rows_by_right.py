"""Which rows a door opens to whom: the scope of the posts, inside SQL."""

import mapbox_vector_tile
import pytest
import sqlalchemy as sa

COUNTY, NEIGHBOUR = "410103", "410102"
TILE = "/api/v1/tiles/12/3341/1625.mvt"


def ids(client, path="/api/v1/enterprises?limit=1000"):
    answer = client.get(path)
    assert answer.status_code == 200, answer.get_json()
    return {row["id"] for row in answer.get_json()["features"]}


def assigned_to(app, code):
    with app.extensions["tenmin.engine"].connect() as connection:
        return set(
            connection.scalars(
                sa.text(
                    "SELECT e.id FROM enterprises e JOIN assignments a ON a.enterprise_id = e.id "
                    "AND a.valid_to IS NULL LEFT JOIN grids g ON g.id = a.grid_id LEFT JOIN grids o "
                    "ON o.id = a.other_grid_id WHERE e.removed_on IS NULL AND :code IN (g.code, o.code)"
                ),
                {"code": code},
            )
        )


def test_a_liaison_sees_the_enterprises_of_the_own_grid_and_no_others(app, signed_in):
    mine = assigned_to(app, "G1")
    assert mine
    assert ids(signed_in("liaison")) == mine
    assert ids(signed_in("liaison2")) == assigned_to(app, "G2")
    assert ids(signed_in("planner")) > mine


def test_an_instructor_sees_the_own_line_across_grids(signed_in):
    seen = signed_in("instructor").get("/api/v1/enterprises?limit=1000").get_json()["features"]
    assert {row["properties"]["industry_line"] for row in seen} == {"catering"}
    assert len({row["properties"]["grid"]["id"] for row in seen if row["properties"]["grid"]}) > 1


def test_a_planner_of_another_county_sees_nothing_here(signed_in):
    other = signed_in("neighbour")
    assert ids(other) == set()
    assert other.get("/api/v1/enterprises/1").status_code == 404
    assert other.get("/api/v1/assignments/summary").get_json()["enterprises"] == 0
    assert other.get("/api/v1/which-grid?name=晨光").get_json()["results"] == []
    assert other.get("/api/v1/search?q=晨光").get_json()["results"] == []


def test_a_foreign_enterprise_is_not_there(app, signed_in):
    foreign = min(assigned_to(app, "G2") - assigned_to(app, "G1"))
    assert signed_in("liaison").get(f"/api/v1/enterprises/{foreign}").status_code == 404
    assert signed_in("liaison2").get(f"/api/v1/enterprises/{foreign}").status_code == 200


def test_a_liaison_may_look_up_who_answers_for_any_enterprise_of_the_county(signed_in):
    found = signed_in("liaison").get("/api/v1/which-grid?uscc=91410103MA00000006").get_json()["results"]
    assert [one["enterprise"]["id"] for one in found] == [1]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/enterprises", 401),
        ("/api/v1/enterprises/1", 401),
        ("/api/v1/assignments", 401),
        ("/api/v1/assignments/summary", 401),
        ("/api/v1/which-grid?lon=113.61&lat=34.72", 401),
        ("/api/v1/stations", 200),
        ("/api/v1/grids", 200),
        ("/", 200),
    ],
)
def test_the_public_reads_stations_and_grids_but_no_enterprise(anonymous, path, status):
    assert anonymous.get(path).status_code == status


def test_the_public_finds_stations_and_grids_by_text_but_no_enterprise(anonymous):
    assert anonymous.get("/api/v1/search?q=驿站").get_json()["results"]
    assert anonymous.get("/api/v1/search?q=晨光").get_json()["results"] == []


@pytest.mark.parametrize(
    ("login", "sees_enterprises", "sees_counts"),
    [
        ("planner", True, True),
        ("cadre", True, True),
        ("viewer", False, True),
        ("liaison", False, False),
        ("neighbour", False, False),
        ("manager", False, False),
        ("auditor", False, False),
        (None, False, False),
    ],
)
def test_tiles_hold_only_what_the_reader_may_see(anonymous, signed_in, login, sees_enterprises, sees_counts):
    client = signed_in(login) if login else anonymous
    answer = client.get(TILE)
    layers = mapbox_vector_tile.decode(answer.data)
    assert ("enterprise" in layers) is sees_enterprises
    assert any("n" in row["properties"] for row in layers["grid"]["features"]) is sees_counts
    assert "label" in layers


def test_tiles_of_different_readers_have_different_tags(anonymous, signed_in):
    tags = {signed_in(login).get(TILE).headers["ETag"] for login in ("planner", "viewer")}
    tags.add(anonymous.get(TILE).headers["ETag"])
    assert len(tags) == 3
    stale = signed_in("planner").get(TILE).headers["ETag"]
    assert anonymous.get(TILE, headers={"If-None-Match": stale}).status_code == 200


def test_coverage_tells_the_public_of_workers_and_not_of_enterprises(anonymous, signed_in):
    path = f"/api/v1/coverage?county={COUNTY}"
    public, office = anonymous.get(path).get_json(), signed_in("planner").get(path).get_json()
    assert public["people"] == office["people"]
    assert public["enterprises"] is None
    assert public["states"]["enterprises"] is None
    assert all("unorganized" not in row for row in public["by_grid"])
    assert office["enterprises"]
    assert all("unorganized" in row for row in office["by_grid"])


def test_a_grid_counts_its_enterprises_for_its_own_liaison_and_not_for_the_public(anonymous, signed_in):
    grids = anonymous.get("/api/v1/grids").get_json()["features"]
    first, second = (
        next(row["id"] for row in grids if row["properties"]["code"] == code) for code in ("G1", "G2")
    )
    assert anonymous.get(f"/api/v1/grids/{first}").get_json()["properties"]["enterprises"] is None
    liaison = signed_in("liaison")
    assert liaison.get(f"/api/v1/grids/{first}").get_json()["properties"]["enterprises"]["total"] > 0
    assert liaison.get(f"/api/v1/grids/{second}").get_json()["properties"]["enterprises"] is None
    assert signed_in("viewer").get(f"/api/v1/grids/{second}").get_json()["properties"]["enterprises"]


def test_answers_to_the_signed_in_are_never_for_shared_caches(signed_in):
    for path in ("/api/v1/enterprises", TILE, "/api/v1/stations", f"/api/v1/coverage?county={COUNTY}"):
        answer = signed_in("planner").get(path)
        assert "private" in answer.headers["Cache-Control"]
        assert "Cookie" in answer.headers["Vary"]
