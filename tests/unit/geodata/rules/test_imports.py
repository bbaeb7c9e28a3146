"""Plausibility: wrong datum, swapped axes, one point for hundreds, identity numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.crs import from_wgs84
from geodata.rules.imports import (
    find_crowded_places,
    find_point_problems,
    find_steady_shift,
    judge_label,
    label_names_division,
    mentions_id_number,
    mentions_person,
    suspect_datum,
)
from geodata.vocab import Datum

METRES_PER_DEGREE = 111_320.0


def problem(lon: float, lat: float) -> str:
    return find_point_problems(np.array([lon]), np.array([lat]))[0]


@pytest.mark.parametrize(
    ("lon", "lat", "expected"),
    [
        (113.6, 34.8, ""),
        (34.8, 113.6, "coordinates_swapped"),
        (0.0, 0.0, "coordinate_zero"),
        (113.6, 0.0, "coordinate_zero"),
        (200.0, 34.8, "coordinate_out_of_range"),
        (113.6, float("nan"), "coordinate_out_of_range"),
        (float("inf"), 34.8, "coordinate_out_of_range"),
        (-73.9, 40.7, ""),
        (3_853_000.0, 38_500_000.0, "coordinate_out_of_range"),
    ],
)
def test_a_point_is_judged_from_its_degrees(lon, lat, expected):
    assert problem(lon, lat) == expected


@given(st.floats(73.7, 135.0), st.floats(18.0, 53.5))
def test_no_place_in_china_is_taken_for_swapped_and_every_swapped_one_is_seen(lon, lat):
    assert problem(lon, lat) == ""
    assert problem(lat, lon) == "coordinates_swapped"


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_a_wrong_datum_is_a_steady_shift(datum):
    random = np.random.default_rng(1)
    lon, lat = random.uniform(113.5, 113.8, 50), random.uniform(34.6, 34.9, 50)
    x, y = from_wgs84(lon, lat, datum)
    east, north = (x - lon) * METRES_PER_DEGREE * np.cos(np.radians(lat)), (y - lat) * METRES_PER_DEGREE
    size_m = find_steady_shift(east, north)
    assert size_m is not None
    assert size_m > 300


def test_moves_in_all_directions_are_no_steady_shift():
    angles = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    assert find_steady_shift(500 * np.cos(angles), 500 * np.sin(angles)) is None


def test_a_survey_correction_of_metres_and_a_handful_of_rows_are_not_questioned():
    assert find_steady_shift(np.full(50, 4.0), np.full(50, 3.0)) is None
    assert find_steady_shift(np.full(4, 400.0), np.full(4, 300.0)) is None


@pytest.mark.parametrize(
    ("total", "outside", "others", "expected"),
    [
        (200, 40, {"gcj02": 5, "bd09": 60}, "gcj02"),
        (200, 40, {"gcj02": 20, "bd09": 60}, None),
        (200, 2, {"gcj02": 0}, None),
        (5000, 30, {"gcj02": 0}, None),
        (50, 3, {"wgs84": 1, "bd09": 1}, "bd09"),
        (0, 0, {}, None),
    ],
)
def test_a_datum_is_suspected_when_another_brings_the_outsiders_home(total, outside, others, expected):
    assert suspect_datum(total, outside, others) == expected


def test_crowded_points_are_found_and_unlocated_rows_are_no_crowd():
    lon = np.array([113.5] * 100 + [113.6] * 99 + [np.nan] * 300)
    lat = np.array([34.5] * 100 + [34.6] * 99 + [np.nan] * 300)
    groups = find_crowded_places(lon, lat)
    assert [len(group) for group in groups] == [100]
    assert groups[0].tolist() == list(range(100))
    assert find_crowded_places(np.array([]), np.array([])) == []


@pytest.mark.parametrize(
    "text", ["11010519491231002X", "联系人身份证11010519491231002x，请存", "(440308199901101512)"]
)
def test_identity_numbers_are_seen_inside_text(text):
    assert mentions_id_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "110105194912310021",  # wrong check
        "110105194913310028",  # no such month
        "91350100M000100Y43",
        "410102001001001001",  # a grid's code
        "电话 13800138000",
        "911010519491231002X7",  # longer than an identity number
    ],
)
def test_other_numbers_are_no_identity_numbers(text):
    assert not mentions_id_number(text)


@pytest.mark.parametrize(
    ("label", "division", "same"),
    [
        ("中原区", "中原区", True),
        ("郑州市中原区", "中原区", True),
        ("中原", "中原区", True),
        ("高新区", "中原区", False),
        ("新区", "新区", True),
        ("管城 回族区", "管城回族区", True),
    ],
)
def test_labels_name_divisions_as_offices_write_them(label, division, same):
    assert label_names_division(label, division) is same


def test_a_label_agrees_differs_or_is_no_division():
    known = ["中原区", "金水区"]
    assert judge_label("中原区", "中原区", known) is None
    assert judge_label("金水区", "中原区", known) == "label_differs"
    assert judge_label("高新区", "中原区", known) == "label_unknown"
    assert judge_label("金水区", None, known) == "label_differs"


@pytest.mark.parametrize(
    "text",
    [
        "张三",
        "王小明",
        "张三、李四",
        "黄明；高远",
        "黄明 高远 安然",
        "王伟50%,李强50%",
        "欧阳明、周强和何方",
        "12（张三、李四）",
        "法人：王伟",
        "１１０１０５１９４９１２３１００２Ｘ",
        "13800138000",
    ],
)
def test_names_lists_of_names_and_numbers_of_persons_are_seen(text):
    assert mentions_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "清",
        "不清",
        "已建",
        "正常经营",
        "高风险",
        "停业",
        "停业（装修）",
        "12人",
        "1,200 人",
        "clear",
        "半停产",
        "2026年",
    ],
)
def test_states_and_counts_are_no_persons(text):
    assert not mentions_person(text)
