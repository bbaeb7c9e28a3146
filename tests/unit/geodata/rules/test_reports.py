"""When reports are independent, and what may not stand in them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import InvalidInput
from geodata.rules.offices import check_office_phone
from geodata.rules.reports import Unanswered, check_note, find_warning

TODAY = date(2026, 11, 25)
YESTERDAY = TODAY - timedelta(days=1)


def told(sender, *, on=TODAY, kind="locked"):
    return Unanswered(on, bytes([sender]), kind)


def test_three_different_senders_in_a_day_warn():
    warned = find_warning([told(1), told(2), told(3, kind="service"), told(3)], threshold=3)
    assert (warned.on_date, warned.senders) == (TODAY, 3)
    assert warned.kinds == {"locked": 3, "service": 1}


def test_one_sender_many_times_does_not_warn():
    assert find_warning([told(1)] * 20, threshold=3) is None


def test_days_are_not_added_up():
    assert find_warning([told(1), told(2), told(3, on=YESTERDAY)], threshold=3) is None


def test_the_newest_of_two_bad_days_is_told():
    reports = [told(each, on=on) for each in (1, 2, 3) for on in (YESTERDAY, TODAY)]
    assert find_warning(reports, threshold=3).on_date == TODAY


@given(
    st.lists(st.builds(told, st.integers(1, 6), on=st.sampled_from((TODAY, YESTERDAY)))), st.integers(1, 6)
)
def test_warning_is_the_same_whatever_the_order_and_never_without_enough_senders(reports, threshold):
    warned = find_warning(reports, threshold=threshold)
    assert warned == find_warning(reversed(reports), threshold=threshold)
    most = max(
        (len({each.sender_hash for each in reports if each.on_date == on}) for on in (TODAY, YESTERDAY)),
        default=0,
    )
    assert (warned is not None) == (most >= threshold and bool(reports))


@pytest.mark.parametrize(
    ("note", "code"),
    [
        ("打我电话 13800138000", "note_has_phone"),
        ("１３８ ００１３ ８０００", "note_has_phone"),
        ("138-0013-8000", "note_has_phone"),
        ("+8613800138000", "note_has_phone"),
        ("值班 0371-65432100", "note_has_phone"),
        ("我是 410102199003074518", "looks_like_id_number"),
    ],
)
def test_note_with_a_number_of_a_person_is_refused(note, code):
    with pytest.raises(InvalidInput) as refused:
        check_note(note)
    assert refused.value.code == code
    assert "138" not in str(refused.value)


@pytest.mark.parametrize(
    ("note", "kept"),
    [
        (None, None),
        ("  ", None),
        (" 门口 挂着锁\n", "门口 挂着锁"),
        ("9:30 到 21:00 都没人", "9:30 到 21:00 都没人"),
    ],
)
def test_note_is_tidied(note, kept):
    assert check_note(note) == kept


@pytest.mark.parametrize(
    "phone", ["13800138000", "+86 138 0013 8000", "１３８００１３８０００", "8613800138000"]
)
def test_office_phone_of_a_person_is_refused(phone):
    with pytest.raises(InvalidInput, match="office_phone_private"):
        check_office_phone(phone)


@pytest.mark.parametrize("phone", ["12", "0371", "abc", "99999999999999999999"])
def test_office_phone_that_is_none_is_refused(phone):
    with pytest.raises(InvalidInput, match="office_phone_invalid"):
        check_office_phone(phone)


@pytest.mark.parametrize(
    "phone", [None, "0371-67654321", "010-12345678", "0371-67654321转801", "12351", "400-800-1234"]
)
def test_office_phone_of_an_office_is_taken(phone):
    check_office_phone(phone)
