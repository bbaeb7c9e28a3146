"""Two Chinese characters are enough; whole matches come first."""

import pytest
import sqlalchemy as sa

from geodata.queries.scopes import EVERYTHING
from geodata.queries.search import find_by_text


def found(client, q, **query):
    answer = client.get("/api/v1/search", query_string={"q": q, **query})
    assert answer.status_code == 200
    return answer.get_json()["results"]


def test_two_characters_find_stations_grids_and_enterprises(client):
    assert {one["kind"] for one in found(client, "网格")} == {"grid"}
    assert {one["kind"] for one in found(client, "驿站")} == {"station"}
    assert {one["kind"] for one in found(client, "晨光")} == {"enterprise"}


def test_no_more_than_twenty_are_given(client):
    assert len(found(client, "公司")) == 20


def test_a_whole_name_comes_before_its_start_and_that_before_the_middle(own_county):
    client, engine = own_county
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO enterprises (name, county_code) "
                "VALUES ('老红星小店', '410103'), ('红星小店二部', '410103'), ('红星小店', '410103')"
            )
        )
    assert [(one["name"], one["rank"]) for one in found(client, "红星小店")] == [
        ("红星小店", 0),
        ("红星小店二部", 1),
        ("老红星小店", 2),
    ]


@pytest.mark.parametrize("q", ["91410103MA00000006", "91410103ma", "9141"])
def test_a_credit_code_is_found_whole_or_by_its_start_in_any_case(client, q):
    assert [one["id"] for one in found(client, q)] == [1]


@pytest.mark.parametrize(("q", "kind"), [("zz-003", "station"), ("X1", "grid"), ("G2", "grid")])
def test_station_and_grid_codes_are_found(client, q, kind):
    assert [one["kind"] for one in found(client, q)] == [kind]


def test_what_is_gone_is_not_found(client):
    assert found(client, "驿站5号") == []  # retired
    assert found(client, "晨光9商贸") == []  # removed
    assert found(client, "草稿") == []  # a draft


def test_a_county_limits_the_search(client):
    assert found(client, "驿站", county="410102") == []


def test_found_things_say_where_they_are_or_that_they_are_not_on_the_map(client):
    assert found(client, "驿站1号")[0]["point"] == [113.61, 34.72]
    assert found(client, "驿站7号")[0]["point"] is None


def test_names_of_equal_rank_go_by_pinyin(own_county):
    client, engine = own_county
    with engine.begin() as connection:
        has_pinyin = connection.scalar(
            sa.text("SELECT EXISTS (SELECT FROM pg_collation WHERE collname = 'zh-Hans-CN-x-icu')")
        )
        connection.execute(
            sa.text(
                "INSERT INTO enterprises (name, county_code) SELECT name, '410103' "
                "FROM unnest(ARRAY['上海小铺', '保定小铺', '重庆小铺', '北京小铺']) AS name"
            )
        )
    names = [one["name"][:2] for one in found(client, "小铺")]
    assert names == (["保定", "北京", "重庆", "上海"] if has_pinyin else sorted(names))


def test_one_character_finds_nothing(session):
    assert find_by_text(session, "驿", scope=EVERYTHING) == []
