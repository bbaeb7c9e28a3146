"""Cells to values."""

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import InvalidInput
from geodata.ingest.values import plain_text, read_cell
from geodata.rules import file_words
from geodata.rules.file_fields import Field


def read(reading: str, cell, **options):
    return read_cell(Field("field", (), reading, **options), cell)


@pytest.mark.parametrize(
    ("reading", "cell", "value"),
    [
        ("text", "  大学路 1 号　", "大学路 1 号"),
        ("text", 13800138000.0, "13800138000"),
        ("text", "#N/A", None),
        ("text", "", None),
        ("text", True, "True"),
        ("code", 410102001001.0, "410102001001"),
        ("code", "４１０", "410"),
        ("integer", "1,200人", 1200),
        ("integer", 30.0, 30),
        ("integer", "４０", 40),
        ("number", "12.5", 12.5),
        ("date", "2026年3月1日", dt.date(2026, 3, 1)),
        ("date", "2026/3/1", dt.date(2026, 3, 1)),
        ("date", "20260301", dt.date(2026, 3, 1)),
        ("date", "2026-03-01 00:00:00", dt.date(2026, 3, 1)),
        ("list", "a；b、c,a", ["a", "b", "c"]),
        ("flag", "是", True),
        ("flag", "FALSE", False),
        ("coordinate", "113.5", 113.5),
        ("coordinate", "１１３.５°", 113.5),
        ("coordinate", "113°30′00″E", 113.5),
        ("coordinate", "-0.5", -0.5),
    ],
)
def test_cells_are_read(reading, cell, value):
    assert read(reading, cell) == value


@pytest.mark.parametrize(
    ("reading", "cell", "code"),
    [
        ("text", "a\x00b", "text_unprintable"),
        ("text", "\ud800", "text_unprintable"),
        ("text", "字" * 201, "text_too_long"),
        ("text", "11010519491231002X", "id_number_in_text"),
        ("code", "11010519491231002X", "id_number_in_text"),
        ("code", 9.11e17, "code_damaged"),
        ("code", 1.5, "code_damaged"),
        ("code", "9.1E+17", "code_damaged"),
        ("integer", "三十", "number_unreadable"),
        ("integer", "1.5", "number_unreadable"),
        ("integer", -1.0, "number_unreadable"),
        ("integer", "1e400", "number_unreadable"),
        ("integer", float("nan"), "number_unreadable"),
        ("date", "2026-02-30", "date_unreadable"),
        ("date", "45000", "date_unreadable"),
        ("date", "3月", "date_unreadable"),
        ("coordinate", "113°75′", "coordinate_unreadable"),
        ("coordinate", "inf", "coordinate_unreadable"),
        ("flag", "也许", "word_unknown"),
    ],
)
def test_what_cannot_be_meant_is_named(reading, cell, code):
    with pytest.raises(InvalidInput) as refused:
        read(reading, cell)
    assert refused.value.code == code


def test_an_unknown_word_tells_the_allowed_ones():
    with pytest.raises(InvalidInput) as refused:
        read("choice", "奇怪", choices=file_words.GRID_KIND)
    assert refused.value.params["allowed"] == "网格、片区、专属网格"


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("清", "clear"),
        ("不 清", "unclear"),
        ("已建", "established"),
        ("NOT_established", "not_established"),
        ("筹建中", "筹建中"),
        ("字" * 20, "字" * 20),
        ("", None),
    ],
)
def test_a_state_is_a_code_or_a_short_word_of_its_own(cell, value):
    options = {"choices": file_words.ORGANIZATION_CLARITY, "max_length": 20, "is_impersonal": True}
    assert read("state", cell, **options) == value


@pytest.mark.parametrize("reading", ["integer", "state"])
@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("张三、李四", "person_in_cell"),
        ("11010519491231002X", "id_number_in_text"),
        ("黄明、" * 30, "person_in_cell"),
    ],
)
def test_persons_never_pass_for_counts_or_states(reading, cell, code):
    with pytest.raises(InvalidInput) as refused:
        read(reading, cell, max_length=20, is_impersonal=True)
    assert (refused.value.code, refused.value.params["value"]) == (code, "******")


@given(st.integers(0, 99_999_999))
def test_counts_survive_the_spreadsheet(number):
    assert read("integer", float(number)) == read("integer", str(number)) == number


@given(
    st.text(),
    st.sampled_from(
        ["text", "code", "integer", "number", "coordinate", "date", "list", "flag", "hours", "state"]
    ),
)
def test_a_reader_answers_any_text_with_a_value_or_a_named_refusal(text, reading):
    with suppress(InvalidInput):
        read(reading, text)


@given(st.one_of(st.floats(), st.booleans(), st.none(), st.text()))
def test_any_cell_has_a_text(cell):
    assert isinstance(plain_text(cell), str)
