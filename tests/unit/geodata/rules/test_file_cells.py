"""Nothing in an exported cell can run, and every text comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import InvalidInput
from geodata.rules.file_cells import guard, unguard
from geodata.rules.service_text import format_service, parse_service
from geodata.vocab import ServiceCondition

PAYLOADS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "'=1",
    "''",
    " =1",
    "＝1+1",
    "=cmd|' /C calc'!A0",
]


@pytest.mark.parametrize("text", PAYLOADS)
def test_live_text_is_guarded(text):
    assert guard(text).startswith("'")


@given(st.one_of(st.text(), st.sampled_from(PAYLOADS)))
def test_every_text_comes_back_from_its_guard(text):
    assert unguard(guard(text)) == text


@pytest.mark.parametrize("text", ["'90s 咖啡", "普通", ""])
def test_ordinary_text_of_others_is_left_alone(text):
    assert unguard(text) == text


@pytest.mark.parametrize("condition", list(ServiceCondition))
@pytest.mark.parametrize(("mode", "distance_m"), [("own", None), ("nearby", None), ("nearby", 120.0)])
def test_services_are_read_back_as_written(condition, mode, distance_m):
    assert parse_service(format_service(condition, mode, distance_m)) == (condition, mode, distance_m)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("√", ("working", "own", None)),
        ("无", ("removed", "own", None)),
        ("附近120米", ("working", "nearby", 120.0)),
        ("缺货", ("out_of_stock", "own", None)),
        ("未知", ("unknown", "own", None)),
    ],
)
def test_service_words_are_understood(text, expected):
    assert parse_service(text) == expected


def test_an_unknown_service_word_is_refused():
    with pytest.raises(InvalidInput, match="word_unknown"):
        parse_service("也许")
