"""Identity numbers are refused in every disguise; telephone numbers are masked."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import InvalidInput
from geodata.rules.personal import check_no_id_number, mask_phone


@pytest.mark.parametrize(
    "text",
    [
        "410103199001011234",
        "身份证号41010319900101123X，已核",
        "身份证 410103 19900101 1234",
        "4101-0319-9001-0112-34",
        "４１０１０３１９９００１０１１２３４",
        "老身份证410103900101123",
        "id410103199002281234end",
        "150627199912310021",
    ],
)
def test_check_no_id_number_something_like_one_is_refused(text):
    with pytest.raises(InvalidInput, match="looks_like_id_number") as refused:
        check_no_id_number(text)
    assert refused.value.params == {}


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "同意筹建，资料已收齐",
        "批复文号 二七工〔2026〕17号，2026-11-24",
        "13800138000",
        "91410103MA00000006",
        "410103199013011234",  # there is no 13th month
        "990103199001011234",  # no such province
        "6222021001112223334",  # a bank card, 19 digits
        "410103000012345",  # an old registration number
        "11月24日 13:30 到 2026年12月1日",
    ],
)
def test_check_no_id_number_ordinary_text_is_taken(text):
    check_no_id_number(text)


@given(
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["110101", "410103", "150627"]),
    st.integers(0, 999),
    st.text(max_size=8),
)
def test_check_no_id_number_any_birthday_is_refused(born, region, order, before):
    number = f"{region}{born:%Y%m%d}{order:03d}X"
    with pytest.raises(InvalidInput):
        check_no_id_number(f"{before}：{number}")


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13800138000", "138****8000"),
        ("138 0013 8000", "138****8000"),
        ("0371-60000000", "037****0000"),
        ("60000012", "****12"),
        ("110", "****"),
        ("转接", "****"),
        ("", None),
        (None, None),
    ],
)
def test_mask_phone(phone, shown):
    assert mask_phone(phone) == shown


@given(st.from_regex(r"[0-9]{7,15}", fullmatch=True))
def test_mask_phone_never_shows_more_than_seven_digits(phone):
    shown = mask_phone(phone)
    assert sum(each.isdigit() for each in shown) <= 7
    assert phone not in shown
