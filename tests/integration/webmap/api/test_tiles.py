"""Vector tiles decoded: what is drawn where, and that made tables and live rows say the same."""

import math

import mapbox_vector_tile
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.errors import NotFound
from geodata.queries import tiles

LON, LAT = 113.63, 34.72
ALL_LAYERS = {"street", "division", "grid", "station", "demand", "enterprise", "label"}


def tile_at(z, lon=LON, lat=LAT):
    x = (lon + 180) / 360 * 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z
    return z, int(x), int(y)


def tiles_over_county(z):
    _, west, north = tile_at(z, 113.49, 34.81)
    _, east, south = tile_at(z, 113.71, 34.69)
    return [(z, x, y) for x in range(west, east + 1) for y in range(north, south + 1)]


def decode(client, z, x, y, **query):
    answer = client.get(f"/api/v1/tiles/{z}/{x}/{y}.mvt", query_string=query)
    if answer.status_code == 204:
        assert answer.data == b""
        return {}
    assert answer.status_code == 200
    assert answer.content_type == "application/vnd.mapbox-vector-tile"
    return mapbox_vector_tile.decode(answer.data)


def county_tiles(client, zoom, **query):
    return [decode(client, *tile, **query) for tile in tiles_over_county(zoom)]


def across(client, layer, zoom, **query):
    return [one for tile in county_tiles(client, zoom, **query) for one in properties(tile, layer)]


def properties(tile, layer):
    return [feature["properties"] for feature in tile.get(layer, {"features": []})["features"]]


@pytest.fixture(params=["live", "made"])
def either_client(request, own_county):
    """The same county without and with the tables made for tiles."""
    client, engine = own_county
    if request.param == "made":
        with Session(engine) as session, session.begin():
            made = tiles.refresh(session)
            assert set(made) == {"enterprise_cells", "enterprise_places", "grid_totals", "outlines"}
    return client


def test_a_tile_holds_several_layers(client):
    assert set().union(*county_tiles(client, 12)) == ALL_LAYERS
    assert len(decode(client, *tile_at(12))) > 4


@pytest.mark.parametrize("zoom", [5, 8, 11, 13])
def test_cells_of_all_tiles_count_every_enterprise_on_the_map_once(either_client, zoom):
    cells = [
        cell
        for tile in tiles_over_county(zoom)
        for cell in properties(decode(either_client, *tile), "enterprise")
    ]
    assert sum(cell["n"] for cell in cells) == 60  # 63 less one removed and two without a place
    assert sum(cell.get("org", 0) for cell in cells) == 48
    assert {cell["county"] for cell in cells} == {"410103"}


@pytest.mark.parametrize("zoom", [14, 16, 18])
def test_points_of_one_place_are_one_symbol_with_a_number(either_client, zoom):
    tile = decode(either_client, *tile_at(zoom, 113.6301, 34.7301))
    several = [one for one in properties(tile, "enterprise") if one["n"] > 1]
    assert several == [{"id": 61, "n": 3, "org": 3, "status": "auto"}]


def test_a_point_stands_where_it_should(either_client):
    z, x, y = tile_at(16, 113.6301, 34.7301)
    found = next(
        feature
        for feature in decode(either_client, z, x, y)["enterprise"]["features"]
        if feature["properties"]["id"] == 61
    )
    east, up = found["geometry"]["coordinates"]
    exact = (113.6301 + 180) / 360 * 2**z
    assert east == pytest.approx((exact - x) * 4096, abs=1)
    down = (1 - math.asinh(math.tan(math.radians(34.7301))) / math.pi) / 2 * 2**z
    assert 4096 - up == pytest.approx((down - y) * 4096, abs=1)


def test_grids_carry_their_unorganised_enterprises(either_client):
    named = {one["code"]: one for one in across(either_client, "grid", 12)}
    assert set(named) == {"G1", "G2", "X1"}
    assert named["X1"] == {
        "id": 3, "code": "X1", "name": "建材市场专属网格", "kind": "exclusive", "county": "410103", "n": 3,
    }  # fmt: skip


def test_a_grid_smaller_than_a_dot_does_not_break_the_tile(own_county):
    client, engine = own_county
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "WITH new AS (INSERT INTO grids (county_code, code) VALUES ('410103', 'TINY') RETURNING id) "
                "INSERT INTO grid_boundaries (version_id, grid_id, name, kind, geom) "
                "SELECT 1, id, '小', 'exclusive', "
                "ST_Multi(ST_MakeEnvelope(113.64, 34.74, 113.640001, 34.740001, 4326)) FROM new"
            )
        )
    with Session(engine) as session, session.begin():
        tiles.refresh(session)
    assert {one["id"] for one in across(client, "grid", 9, county="410103")} >= {1, 2, 3}


def test_labels_stand_in_exactly_one_tile(either_client):
    seen = [
        (one["kind"], one["id"])
        for tile in tiles_over_county(13)
        for one in properties(decode(either_client, *tile), "label")
    ]
    assert len(seen) == len(set(seen)) == 6  # two counties, one town with a shape, three grids


def test_stations_show_their_state_and_retired_ones_are_gone(client):
    stations = properties(decode(client, *tile_at(12)), "station")
    everywhere = {one["id"]: one["status"] for one in across(client, "station", 12)}
    assert everywhere == {1: "open", 2: "open", 3: "open", 4: "temporarily_closed", 6: "planned"}
    assert {"type", "venue", "access", "county", "name", "code"} <= set(stations[0])


def test_a_county_limits_enterprises_stations_and_demand_only(client):
    layers = set().union(*county_tiles(client, 12, county="410102"))
    assert layers == {"street", "division", "grid", "label"}


def test_demand_is_single_points_near_and_sums_far(client):
    def people(zoom, **query):
        found = {}
        for tile in tiles_over_county(zoom):
            for one in properties(decode(client, *tile, **query), "demand"):
                found[one.get("id", len(found))] = one
        return sum(one["people"] for one in found.values()), len(found)

    assert people(12) == (660, 11)
    assert people(9)[0] == 660
    assert people(9)[1] < 11
    assert people(9, county="410103") == (660, 11)


def test_far_away_streets_are_only_the_great_ones(client):
    assert {one["rank"] for one in across(client, "street", 10)} == {1}
    assert {one["rank"] for one in across(client, "street", 14)} == {1, 4}


def test_no_tile_holds_a_contact_or_a_credit_code(client):
    for zoom in (9, 13, 14, 17):
        for tile in tiles_over_county(zoom)[:40]:
            raw = client.get("/api/v1/tiles/{}/{}/{}.mvt".format(*tile)).data
            for secret in ("13800138000", "王秘密", "0371-60000000", "91410103MA00000006"):
                assert secret.encode() not in raw


def test_an_empty_tile_is_204_and_can_be_revalidated(client):
    answer = client.get("/api/v1/tiles/12/0/0.mvt")
    assert (answer.status_code, answer.data) == (204, b"")
    again = client.get("/api/v1/tiles/12/0/0.mvt", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_a_tile_is_never_kept_by_a_shared_cache(client):
    headers = client.get("/api/v1/tiles/{}/{}/{}.mvt".format(*tile_at(12))).headers
    assert headers["Cache-Control"] == "private, max-age=0, must-revalidate"


@pytest.mark.parametrize(
    "path", ["4/0/0", "19/0/0", "5/32/0", "5/0/32", "10/99999999999999999999/0", "9/-1/0", "9/a/0"]
)
def test_a_tile_beyond_the_world_is_404(client, path):
    assert client.get(f"/api/v1/tiles/{path}.mvt").status_code == 404


@pytest.mark.parametrize("numbers", [(4, 0, 0), (19, 0, 0), (5, 32, 0), (5, 0, -1)])
def test_get_tile_refuses_numbers_beyond_the_scheme(numbers):
    with pytest.raises(NotFound, match="tile_not_found"):
        tiles.get_tile(*numbers)


def test_a_change_shows_at_once_although_the_made_tables_are_stale(own_county):
    client, engine = own_county
    with Session(engine) as session, session.begin():
        tiles.refresh(session)
    before = properties(decode(client, *tile_at(13, 113.6301, 34.7301)), "enterprise")
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "UPDATE enterprises SET removed_on = '2026-11-01', removal_reason = 'moved_out' WHERE id = 61"
            )
        )
    after = properties(decode(client, *tile_at(13, 113.6301, 34.7301)), "enterprise")
    assert sum(one["n"] for one in before) - sum(one["n"] for one in after) == 1


def test_refresh_makes_only_what_is_stale_and_ends_where_a_first_run_ends(own_county):
    _, engine = own_county
    with Session(engine) as session, session.begin():
        tiles.refresh(session)
        assert tiles.refresh(session) == {}
    with Session(engine) as session, session.begin():
        session.execute(sa.text("UPDATE enterprises SET geom = ST_Translate(geom, 0.01, 0.01) WHERE id < 20"))
        assert set(tiles.refresh(session)) == {"enterprise_cells", "enterprise_places", "grid_totals"}
        changed = snapshot(session)
        for table in ("enterprise_cells", "enterprise_places", "grid_totals", "outlines", "tile_states"):
            session.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608  # a name from the line above
        tiles.refresh(session)
        assert snapshot(session) == changed


def test_refresh_says_how_far_it_is_and_leaves_another_one_at_work_alone(own_county):
    _, engine = own_county
    heard = []
    with Session(engine) as first, first.begin():
        tiles.refresh(first, progress=lambda *step: heard.append(step))
        with Session(engine) as second, second.begin():
            assert tiles.refresh(second) == {}
    assert heard == [("tiles_counts", 0, 2), ("tiles_outlines", 1, 2)]


def snapshot(session):
    tables = {
        "enterprise_cells": "z, x, y, county_code",
        "enterprise_places": "x, y",
        "grid_totals": "grid_id",
    }
    return {
        table: session.execute(sa.text(f"SELECT * FROM {table} ORDER BY {key}")).all()  # noqa: S608
        for table, key in tables.items()
    }


def test_refresh_drops_outlines_of_a_version_no_longer_in_force(own_county):
    _, engine = own_county
    count = sa.text("SELECT count(*) FROM outlines WHERE layer = 'grid'")
    with Session(engine) as session, session.begin():
        tiles.refresh(session)
        assert session.scalar(count) > 0
        session.execute(
            sa.text("UPDATE boundary_versions SET status = 'archived' WHERE status = 'effective'")
        )
        tiles.refresh(session)
        assert session.scalar(count) == 0
