"""Headers: the published synonyms, nothing guessed."""

from pathlib import Path

import pytest

from geodata.errors import RefusedFile
from geodata.ingest.columns import find_header, read_header, service_labels
from geodata.ingest.rows import choose_pair
from geodata.rules import file_words
from geodata.rules.file_fields import FIELDS
from geodata.vocab import Datum, ImportKind

STATIONS = ImportKind.STATIONS
ITEMS = {"toilet": ("厕所", "Toilet"), "food_heating": ("热饭", "Food heating")}
PUBLISHED = (Path(__file__).parents[4] / "docs" / "import.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("站点名称", "name"),
        (" 名 称 ", "name"),
        ("NAME", "name"),
        ("Station_Name*", "name"),
        ("名称（必填）", "name"),
        ("经度", "lon"),
        ("lng_gcj02", "lon@gcj02"),
        ("纬度(WGS84)", "lat@wgs84"),
        ("经度（高德）", "lon@gcj02"),
        ("lat-BD09", "lat@bd09"),
        ("纬度 CGCS2000", "lat@cgcs2000"),
        ("open_hours_listed", "hours_text"),
        ("热饭", "service:food_heating"),
        ("微波炉", "service:food_heating"),
        ("toilet", "service:toilet"),
        ("备注", ""),
        ("", ""),
        ("名称wgs84", ""),
    ],
)
def test_headers_are_recognised(header, field):
    assert read_header(STATIONS, [header], service_labels(ITEMS)).fields == (field,)


def test_the_headers_of_the_real_list_are_all_known():
    headers = [
        "name",
        "address",
        "district",
        "lng_gcj02",
        "lat_gcj02",
        "lng_wgs84",
        "lat_wgs84",
        "open_hours_listed",
        "coord_source",
    ]
    assert read_header(STATIONS, headers, {}).unknown == ()


def test_the_same_word_means_what_the_kind_of_file_means():
    assert read_header(ImportKind.ENTERPRISES, ["地址", "人数"], {}).fields == (
        "operating_address",
        "staff_count",
    )
    assert read_header(ImportKind.DEMAND, ["地址", "人数"], {}).fields == ("address", "people")


def test_clear_workforce_and_staff_count_are_two_columns():
    headers = ["职工人数", "职工人数（清）", "党员人数", "建立工会组织", "建会情况", "核清日期", "as_of"]
    header = read_header(ImportKind.ENTERPRISES, headers, {})
    assert header.fields[:3] == ("staff_count", "workforce_count", "party_member_count")
    assert header.fields[3:] == ("union_organization_state", "organization_status", "as_of", "")


def test_a_field_named_twice_is_told_and_the_first_is_used():
    header = read_header(STATIONS, ["名称", "站点名称"], {})
    assert (header.fields, header.repeated) == (("name", ""), ("站点名称",))


def test_the_header_is_the_row_with_most_known_columns():
    rows = [["名称"], ["二〇二六年", ""], ["站点名称", "地址"], ["名称", "地址"]]
    index, header = find_header(STATIONS, rows, {}) or (None, None)
    assert (index, header.fields) == (2, ("name", "address"))
    assert find_header(STATIONS, [["a", "b"]], {}) is None


@pytest.mark.parametrize(
    ("fields", "datum", "pair"),
    [
        (["lon@gcj02", "lat@gcj02", "lon@wgs84", "lat@wgs84"], Datum.WGS84, (2, 3)),
        (["lon@gcj02", "lat@gcj02", "lon@wgs84", "lat@wgs84"], Datum.CGCS2000, (2, 3)),
        (["lon@gcj02", "lat@gcj02", "lon", "lat"], Datum.GCJ02, (0, 1)),
        (["lon@gcj02", "lat@gcj02", "lon", "lat"], Datum.BD09, (2, 3)),
        (["lon", "lat"], 4547, (0, 1)),
        (["name"], Datum.WGS84, None),
    ],
)
def test_the_stated_datum_picks_its_pair(fields, datum, pair):
    assert choose_pair(fields, datum) == pair


@pytest.mark.parametrize("datum", [Datum.WGS84, Datum.BD09, 4547])
def test_a_file_in_another_datum_than_stated_is_refused(datum):
    with pytest.raises(RefusedFile, match="datum_contradicts_header"):
        choose_pair(["lon@gcj02", "lat@gcj02"], datum)


@pytest.mark.parametrize("kind", list(ImportKind))
def test_every_synonym_is_published(kind):
    for item in FIELDS[kind]:
        assert f"| `{item.name}` | {'、'.join(item.labels)} |" in PUBLISHED, item.name


def test_every_word_is_published():
    for name in (
        "GRID_KIND",
        "STATION_TYPE",
        "VENUE_TYPE",
        "STATION_STATUS",
        "ACCESS_METHOD",
        "SERVICE_CONDITION",
        "UNIT_KIND",
        "ORGANIZATION_STATUS",
        "REMOVAL_REASON",
        "LOCATION_LEVEL",
        "CLARITY",
        "ORGANIZATION_CLARITY",
    ):
        for code, synonyms in getattr(file_words, name).items():
            assert f"| `{code}` | {'、'.join(synonyms)} |" in PUBLISHED, code
    for item, labels in file_words.SERVICE_LABELS.items():
        assert f"| `{item}` | {'、'.join(labels)} |" in PUBLISHED


def test_no_word_means_two_codes_of_one_list():
    for fields in FIELDS.values():
        for item in fields:
            words = [word for code, labels in (item.choices or {}).items() for word in (str(code), *labels)]
            assert len(words) == len({word.lower() for word in words}), item.name


def test_no_header_means_two_fields_of_one_kind():
    for kind, fields in FIELDS.items():
        for item in fields:
            for label in (item.name, *item.labels):
                assert read_header(kind, [label], {}).fields[0].split("+")[0] == item.name, (kind, label)
