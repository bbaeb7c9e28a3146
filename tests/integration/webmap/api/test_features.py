"""GeoJSON pages: every row once, filters, boxes, and what is never told."""

import json
import re

import pytest

COLLECTIONS = ("stations", "grids", "enterprises", "demand-points", "divisions")
SECRETS = (
    "王秘密",
    "13800138000",
    "77777",
    "6666",
    "contact_name",
    "contact_phone",
    "workforce",
    "party_member",
)


def get(client, path, **query):
    answer = client.get(f"/api/v1/{path}", query_string=query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()


def ids(collection):
    return [feature["id"] for feature in collection["features"]]


@pytest.mark.parametrize("path", COLLECTIONS)
def test_a_collection_is_geojson_and_states_its_limit(client, path):
    answer = client.get(f"/api/v1/{path}")
    body = answer.get_json()
    assert answer.content_type == "application/geo+json"
    assert (body["type"], body["limit"]) == ("FeatureCollection", 100)
    assert body["numberReturned"] == len(body["features"]) > 0
    assert body["next"] is None


@pytest.mark.parametrize("limit", [1, 7, 61, 62, 63])
def test_paging_walks_every_enterprise_exactly_once(client, limit):
    seen, after = [], 0
    while after is not None:
        page = get(client, "enterprises", limit=limit, after=after)
        assert page["numberReturned"] <= limit
        seen += ids(page)
        after = page["next"]
    everything = ids(get(client, "enterprises", limit=1000))
    assert seen == everything
    assert len(set(seen)) == len(seen) == 62  # 63 less the one removed


def test_a_box_counts_its_border_and_leaves_out_what_has_no_place(client):
    inside = get(client, "stations", bbox="113.61,34.72,113.63,34.73")
    assert [one["properties"]["code"] for one in inside["features"]] == ["ZZ-001", "ZZ-002", "ZZ-003"]
    world = get(client, "stations", bbox="-180,-90,180,90")
    assert world["numberReturned"] == 6
    assert get(client, "stations")["numberReturned"] == 7


@pytest.mark.parametrize(
    "bbox",
    [
        "113.7,34.7,113.6,34.8",
        "113.6,34.8,113.7,34.7",
        "113.6,34.7,113.6,34.8",
        "113,34,181,35",
        "113,-91,114,35",
        "999,1,999,2",
    ],
)
def test_a_box_must_run_west_to_east_and_south_to_north_on_the_globe(client, bbox):
    answer = client.get("/api/v1/grids", query_string={"bbox": bbox})
    assert answer.status_code == 400
    assert answer.get_json()["code"] == "bbox_invalid"


@pytest.mark.parametrize(
    "bbox", ["nan,1,2,3", "1,2,3", "1,2,3,4,5", "inf,1,2,3", "a", "1e9,1,2,3", "", "１,2,3,4"]
)
def test_a_box_is_four_plain_numbers(client, bbox):
    answer = client.get("/api/v1/grids", query_string={"bbox": bbox})
    assert answer.status_code == 422
    assert answer.get_json()["parameters"] == [{"parameter": "bbox", "problem": "string_pattern_mismatch"}]


def test_stations_by_status_and_type(client):
    assert get(client, "stations", status="temporarily_closed")["numberReturned"] == 1
    assert get(client, "stations", type="micro")["features"][0]["properties"]["code"] == "ZZ-002"
    assert get(client, "stations", county="410102")["numberReturned"] == 0


def test_two_characters_find_a_name_and_like_wildcards_mean_themselves(client):
    assert get(client, "stations", q="驿站")["numberReturned"] == 7
    assert get(client, "stations", q="%")["numberReturned"] == 0
    assert get(client, "demand-points", q="点1")["numberReturned"] == 4


def test_grids_are_those_of_the_version_in_force(client):
    names = {one["properties"]["name"] for one in get(client, "grids")["features"]}
    assert names == {"一号网格", "二号网格", "建材市场专属网格"}
    assert get(client, "grids", kind="exclusive")["numberReturned"] == 1


def test_enterprises_by_band_split_without_remainder(client):
    bands = ("1-9", "10-24", "25-49", "50-99", "100-199", "200+", "unknown")
    sizes = [get(client, "enterprises", band=band)["numberReturned"] for band in bands]
    assert all(sizes)
    assert sum(sizes) == 62


def test_enterprises_by_organisation_grid_and_queue(client):
    without = get(client, "enterprises", org="without_union")
    assert {one["properties"]["organization_status"] for one in without["features"]} == {"unorganized"}
    pending = get(client, "enterprises", status="location_pending")
    assert [one["geometry"] for one in pending["features"]] == [None, None]
    grid = get(client, "grids", q="专属")["features"][0]["id"]
    owned = get(client, "enterprises", grid=grid)
    assert {one["properties"]["grid"]["code"] for one in owned["features"]} == {"X1"}


def test_divisions_below_a_county_and_by_level(client):
    assert get(client, "divisions", county="410103")["numberReturned"] == 3
    assert get(client, "divisions", level="town")["numberReturned"] == 2


def test_one_station_tells_hours_closures_services_and_the_public_phone(client):
    closed = get(client, "stations/4")["properties"]
    assert closed["closures"][0]["reason"] == "装修"
    assert len(closed["hours"]) == 8
    assert closed["services"][0]["name_zh"] == "厕所"
    assert closed["duty_phone"] == "0371-60000000"
    assert get(client, "stations/1")["properties"]["exceptions"][0]["reason"] == "国庆放假"


def test_one_grid_counts_its_enterprises(client):
    total = sum(get(client, f"grids/{grid}")["properties"]["enterprises"]["total"] for grid in (1, 2, 3))
    sums = get(client, "assignments/summary")
    assert total == sums["assigned"]


def test_one_enterprise_says_who_is_responsible_and_why_in_both_languages(client):
    found = get(client, "enterprises/1")["properties"]
    assert found["assignment"]["reason_zh"] != found["assignment"]["reason_en"]
    assert found["assignment"]["grid"]["code"] == found["grid"]["code"]
    assert len(found["history"]) == 1


@pytest.mark.parametrize("path", ["stations/99", "grids/99", "enterprises/9999", "stations/0", "stations/x"])
def test_what_is_not_there_is_404(client, path):
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    [
        *COLLECTIONS,
        "enterprises/1",
        "enterprises/9",
        "stations/1",
        "grids/1",
        "assignments",
        "which-grid?name=晨光",
        "search?q=晨光",
        "coverage?county=410103",
        "coverage/runs/1",
    ],
)
def test_no_answer_holds_a_contact_or_a_head_count(client, path):
    text = client.get(f"/api/v1/{path}").get_data(as_text=True)
    assert len(text) > 100
    assert [secret for secret in SECRETS if secret in text] == []


@pytest.mark.parametrize("q", ["13800138000", "王秘密"])
def test_searching_for_a_hidden_contact_reveals_nothing(client, q):
    assert get(client, "search", q=q)["results"] == []
    assert get(client, "enterprises", q=q)["numberReturned"] == 0


def property_names(node):
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "properties" and isinstance(value, dict):
                yield from value
            yield from property_names(value)
    elif isinstance(node, list):
        for value in node:
            yield from property_names(value)


def schemas_of(document, path):
    """Every schema that the answer of a reading operation is made of."""
    schemas, found = document["components"]["schemas"], {}
    waiting = [document["paths"][f"/api/v1/{path}"]["get"]["responses"]["200"]]
    while waiting:
        for name in re.findall(r"#/components/schemas/([\w.]+)", json.dumps(waiting.pop())):
            if name not in found:
                found[name] = schemas[name]
                waiting.append(schemas[name])
    return found


def test_no_schema_of_the_map_has_a_contact_or_a_head_count(client):
    document = get(client, "openapi.json")
    paths = (*(name.partition("?")[0] for name in COLLECTIONS), "stations/{station_id}", "grids/{grid_id}")
    paths += ("enterprises/{enterprise_id}", "assignments", "which-grid", "search", "coverage")
    names = {name for path in paths for name in property_names(schemas_of(document, path))}
    assert {"uscc", "band", "reason_zh"} <= names
    assert [name for name in names if re.search("contact|party|workforce|staff|phone", name)] == [
        "duty_phone"
    ]


def test_several_bands_at_once_are_their_sum(client):
    def ids(band):
        return {feature["id"] for feature in get(client, "enterprises", band=band, limit=1000)["features"]}

    assert ids("25-49,200+,unknown") == ids("25-49") | ids("200+") | ids("unknown")
