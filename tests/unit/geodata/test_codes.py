"""Codes: division, credit and grid codes, against the published library and the hard cases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as oracle

from geodata.codes import parse_division_code, parse_grid_code, parse_uscc, unit_kind_of, uscc_is_valid
from geodata.errors import InvalidInput

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
VALID = "91350100M000100Y43"
BODIES = st.from_regex(rf"[0-9]{{2}}[0-9]{{6}}[{ALPHABET}]{{9}}", fullmatch=True)


def test_the_check_character_of_the_standard_is_recomputed():
    assert uscc_is_valid(VALID)
    assert not uscc_is_valid("91350100M000100Y4Z")


@given(BODIES, st.sampled_from(ALPHABET))
def test_validity_agrees_with_the_published_library(body, last):
    assert uscc_is_valid(body + last) == oracle.is_valid(body + last)


@given(BODIES)
def test_every_body_has_exactly_one_check_character(body):
    assert sum(uscc_is_valid(body + character) for character in ALPHABET) == 1


@given(BODIES, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_found(body, position, wrong):
    code = body + oracle.calc_check_digit(body)
    spoilt = code[:position] + wrong + code[position + 1 :]
    assert uscc_is_valid(spoilt) == (spoilt == code)


def test_codes_of_rural_collectives_begin_with_a_letter_and_are_valid():
    body = "N2410102MF1234567"
    code = body + oracle.calc_check_digit(body)
    assert uscc_is_valid(code)


@pytest.mark.parametrize(
    "text", [VALID.lower(), f" {VALID} ", f"{VALID[:8]} {VALID[8:]}", f"{VALID[:2]}-{VALID[2:]}"]
)
def test_case_spaces_and_hyphens_are_forgiven(text):
    assert parse_uscc(text) == VALID


def test_a_look_alike_is_suggested_and_never_taken():
    with pytest.raises(InvalidInput) as refused:
        parse_uscc(VALID.replace("0", "O"))
    assert refused.value.params["suggestion"] == VALID


@pytest.mark.parametrize(
    "text", ["", "9.135E+17", "911000000000000000", VALID[:-1], VALID + "0", "９１" + VALID[2:]]
)
def test_what_is_no_code_is_refused(text):
    with pytest.raises(InvalidInput, match="uscc_invalid"):
        parse_uscc(text)


@pytest.mark.parametrize(
    ("text", "code", "level"),
    [
        ("410102", "410102", "county"),
        ("410102001", "410102001", "town"),
        ("410102001001", "410102001001", "community"),
        ("410102000000", "410102", "county"),
        ("410102001000", "410102001", "town"),
        (" 410102 ", "410102", "county"),
    ],
)
def test_division_codes_are_shortened_to_their_level(text, code, level):
    assert parse_division_code(text) == (code, level)


@pytest.mark.parametrize("text", ["", "4101", "410100", "4101021", "41010a", "４１０１０２", "410100000000"])
def test_what_is_no_division_of_a_county_is_refused(text):
    with pytest.raises(InvalidInput, match="division_code_invalid"):
        parse_division_code(text)


@pytest.mark.parametrize("text", ["410102001001001", "W-01", "a.b_c", "1"])
def test_grid_codes_may_have_letters_digits_dots_dashes(text):
    assert parse_grid_code(text) == text


@pytest.mark.parametrize("text", ["", "-1", "网格1", "a b", "x" * 33, "=1+1"])
def test_other_grid_codes_are_refused(text):
    with pytest.raises(InvalidInput, match="grid_code_invalid"):
        parse_grid_code(text)


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        ("91", "non_public_enterprise"),
        ("92", "individual_business"),
        ("93", "farmer_cooperative"),
        ("52", "social_organization"),
        ("12", "public_body"),
        ("81", "other"),
        ("N1", "other"),
    ],
)
def test_the_first_two_characters_tell_the_kind(first, kind):
    assert unit_kind_of(first + VALID[2:]) == kind
