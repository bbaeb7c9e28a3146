"""The order of rules as a pure function, the sentences, and the clock."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.rules.assignment import (
    Candidate,
    Choice,
    choose_grid,
    end_of_day,
    local_date,
    read_metres,
    reason_key,
    reason_notes,
    reason_params,
)
from geodata.vocab import AssignmentMethod
from webmap.i18n import LOCALES, catalogue, translate

codes = st.text("ABG129-", min_size=1, max_size=3)
candidates = st.lists(
    st.builds(
        lambda grid_id, code, covers, is_exclusive, distance_m, is_named: Candidate(
            grid_id, code, covers, is_exclusive, 0.0 if covers else distance_m, is_named
        ),
        st.integers(1, 9),
        codes,
        st.booleans(),
        st.booleans(),
        st.floats(0.001, 300),
        st.booleans(),
    ),
    max_size=6,
    unique_by=(lambda each: each.grid_id, lambda each: each.code),
)


@given(candidates, st.floats(0, 300), st.randoms())
def test_choice_never_depends_on_the_order_of_candidates(near, accuracy_m, random) -> None:
    shuffled = list(near)
    random.shuffle(shuffled)
    assert choose_grid(near, accuracy_m=accuracy_m) == choose_grid(shuffled, accuracy_m=accuracy_m)


@given(candidates, st.floats(0, 300))
def test_covered_place_always_has_one_owner_and_an_exclusive_cover_wins(near, accuracy_m) -> None:
    choice = choose_grid(near, accuracy_m=accuracy_m)
    covering = [each for each in near if each.covers]
    if not covering:
        assert choice is None or choice.method == AssignmentMethod.GAP_NEAREST
        return
    assert choice is not None
    owner = next(each for each in near if each.grid_id == choice.grid_id)
    if any(each.is_exclusive for each in covering):
        assert owner.covers
        assert owner.is_exclusive
    assert choice.other_grid_id != choice.grid_id
    assert (choice.other_grid_id is not None) == (choice.status == "boundary_review")


def test_border_owner_is_the_smallest_code_in_byte_order() -> None:
    pair = [Candidate(1, "G-9", covers=True), Candidate(2, "G-16", covers=False, distance_m=5)]
    choice = choose_grid(pair, accuracy_m=10)
    assert choice is not None
    assert (choice.grid_id, choice.other_grid_id) == (2, 1)


def test_two_grids_named_by_the_code_leave_it_to_the_smallest() -> None:
    pair = [Candidate(1, "B", covers=True, is_named=True), Candidate(2, "A", covers=True, is_named=True)]
    choice = choose_grid(pair, accuracy_m=0)
    assert choice == Choice(2, AssignmentMethod.BORDER, "boundary_review", 1, {"on_line": True})


def test_gap_tolerance_is_inclusive_and_no_exclusive_grid_takes_a_gap() -> None:
    assert choose_grid([Candidate(1, "A", covers=False, distance_m=50.0)], accuracy_m=0) is not None
    assert choose_grid([Candidate(1, "A", covers=False, distance_m=50.1)], accuracy_m=0) is None
    park = Candidate(1, "A", covers=False, is_exclusive=True, distance_m=5)
    assert choose_grid([park], accuracy_m=0) is None


REASONS = [
    ("manual", {}),
    ("manual", {"is_union": True}),
    ("exclusive", {}),
    ("exclusive", {"on_line": True}),
    ("exclusive", {"distance_m": 3.0, "accuracy_m": 10}),
    ("covered", None),
    ("border", {"on_line": True}),
    ("border", {"distance_m": 12.0, "accuracy_m": 200}),
    ("border", {"on_line": True, "by_code": True}),
    ("border", {"distance_m": 12.0, "accuracy_m": 200, "by_code": True}),
    ("gap_nearest", {"distance_m": 12.0, "tolerance_m": 50}),
    ("gap_fallback", {}),
    ("gap_fallback", {"no_boundaries": True}),
    ("community_code", {"code": "410103001001"}),
    ("community_code", {"code": "410103001001", "by_polygon": True}),
    ("code_fallback", {"code": "410103"}),
    ("code_fallback", {"place_unknown": True}),
    ("out_of_county", None),
    ("out_of_county", {"code": "110101"}),
    ("out_of_county", {"place_unknown": True}),
]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("method", "params"), REASONS)
def test_every_reason_reads_as_a_sentence(locale: str, method: str, params: dict[str, object] | None) -> None:
    sentence = translate(locale, reason_key(method, params), **reason_params(params, grid_name="桐花里网格"))
    assert "{" not in sentence
    assert sentence.endswith(("。", ".", "—"))


def test_every_reason_sentence_has_a_case_here() -> None:
    told = {reason_key(method, params) for method, params in REASONS} | {"reason.provisional"}
    assert {key for key in catalogue("zh") if key.startswith("reason.")} == told
    assert {method for method, _ in REASONS} == set(AssignmentMethod)


def test_border_sentence_names_distance_accuracy_and_the_provisional_owner() -> None:
    params = {"distance_m": 12.0, "accuracy_m": 200}
    names = {"grid_name": "桐花里网格", "grid_code": "G-16", "other_name": "梧桐里网格", "other_code": "G-17"}
    sentence = translate("zh", reason_key("border", params), **reason_params(params, **names))
    assert sentence == (
        "离边界 12 米，定位误差 200 米，分不清在桐花里网格（G-16）还是梧桐里网格（G-17）。"
        "按规定先由编号小的桐花里网格负责，等干部拍板。"
    )


def test_provisional_owner_adds_a_sentence() -> None:
    assert reason_notes({"provisional": True}) == ["reason.provisional"]
    assert reason_notes(None) == []


@pytest.mark.parametrize(
    ("metres", "text"), [(0.0, "<0.1"), (0.04, "<0.1"), (0.3, "0.3"), (9.0, "9"), (12.4, "12"), ("—", "—")]
)
def test_metres_read_as_people_say_them(metres: object, text: str) -> None:
    assert read_metres(metres) == text


def test_day_ends_at_midnight_in_shanghai() -> None:
    assert local_date(datetime(2026, 3, 31, 16, 0, tzinfo=UTC)) == date(2026, 4, 1)
    last = end_of_day(date(2026, 3, 31))
    assert last.astimezone(UTC) == datetime(2026, 3, 31, 15, 59, 59, 999999, tzinfo=UTC)
