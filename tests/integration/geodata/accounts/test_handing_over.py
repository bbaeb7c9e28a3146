"""Everything of one liaison goes to another in one action, and a grid never stands without anybody."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geodata.accounts import users
from geodata.accounts.handing_over import HandedOver, hand_over
from geodata.errors import Conflict, Forbidden, InvalidInput, NotFound
from geodata.queries.scopes import Scope
from geodata.queries.vacancies import holders_of
from geodata.vocab import Role
from tests.integration.geodata.accounts.staff import ADMIN_ID, COUNTY, EVERYTHING, HERE, Staff
from tests.office import list_held_posts


def give_all(staff: Staff, old: int, new: int, *, days: int = 0, scope: Scope = EVERYTHING) -> HandedOver:
    return hand_over(
        staff.session,
        from_user_id=old,
        to_user_id=new,
        on=staff.today + timedelta(days=days),
        scope=scope,
        by="admin",
        by_user_id=ADMIN_ID,
    )


@pytest.fixture
def pair(staff: Staff) -> tuple[int, int]:
    return staff.user("old", "王桂兰"), staff.user("new", "赵小明")


def test_hand_over_today_moves_all_grids_stations_and_lines_at_once(staff: Staff, pair) -> None:
    old, new = pair
    given_posts = [
        staff.give(old, Role.LIAISON, grid_id=staff.grids[0]),
        staff.give(old, Role.LIAISON, grid_id=staff.grids[1]),
        staff.give(old, Role.STATION_MANAGER, station_id=staff.station.id),
        staff.give(old, Role.INSTRUCTOR, industry_line="快递", county_code=COUNTY),
    ]
    for post_id in given_posts:
        staff.backdate(post_id)
    planner = staff.give(old, Role.PLANNER, county_code=COUNTY)
    before = len(staff.log())
    done = give_all(staff, old, new)
    assert done.posts == 4
    assert [post.id for post in list_held_posts(staff.session, old)] == [planner]
    held = list_held_posts(staff.session, new)
    assert {(post.role, post.grid_id) for post in held} == {
        ("liaison", staff.grids[0]),
        ("liaison", staff.grids[1]),
        ("station_manager", None),
        ("instructor", None),
    }
    (entry,) = staff.log()[before:]
    assert (entry.action, entry.subject_id) == ("handed_over", str(old))


def test_hand_over_keeps_the_old_posts_with_their_last_day(staff: Staff, pair) -> None:
    old, new = pair
    post_id = staff.give(old, Role.LIAISON, grid_id=staff.grids[0])
    staff.backdate(post_id, 30)
    give_all(staff, old, new)
    (kept,) = staff.posts_of(old)
    assert (kept.id, kept.valid_from, kept.valid_to) == (
        post_id,
        staff.today - timedelta(days=30),
        staff.today,
    )


def test_hand_over_tomorrow_leaves_the_old_one_in_post_today(staff: Staff, pair) -> None:
    old, new = pair
    staff.give(old, Role.LIAISON, grid_id=staff.grids[0])
    give_all(staff, old, new, days=1)
    assert len(list_held_posts(staff.session, old)) == 1
    assert list_held_posts(staff.session, new) == []
    (begun,) = staff.posts_of(new)
    (ended,) = staff.posts_of(old)
    assert begun.valid_from == ended.valid_to == staff.tomorrow


def test_hand_over_to_the_deputy_raises_the_deputy(staff: Staff, pair) -> None:
    old, new = pair
    staff.give(old, Role.LIAISON, grid_id=staff.grids[0])
    staff.give(new, Role.LIAISON, grid_id=staff.grids[0], is_deputy=True)
    give_all(staff, old, new)
    (held,) = list_held_posts(staff.session, new)
    assert not held.is_deputy


def test_hand_over_of_a_deputy_to_the_holder_changes_nothing_for_the_holder(staff: Staff, pair) -> None:
    old, new = pair
    seat = staff.give(new, Role.LIAISON, grid_id=staff.grids[0])
    staff.give(old, Role.LIAISON, grid_id=staff.grids[0], is_deputy=True)
    give_all(staff, old, new)
    assert [post.id for post in list_held_posts(staff.session, new)] == [seat]
    assert list_held_posts(staff.session, old) == []


def test_hand_over_of_a_disabled_user_fills_the_vacancy(staff: Staff, pair) -> None:
    old, new = pair
    staff.give(old, Role.LIAISON, grid_id=staff.grids[0])
    users.disable_user(staff.session, old, version=1, scope=EVERYTHING, by="a", by_user_id=ADMIN_ID)
    give_all(staff, old, new)
    liaison = holders_of(staff.session, staff.grids[:1])[staff.grids[0]].liaison
    assert liaison is not None
    assert liaison.name == "赵小明"


def test_hand_over_takes_posts_to_come_with_their_days(staff: Staff, pair) -> None:
    old, new = pair
    begins, ends = staff.today + timedelta(days=10), staff.today + timedelta(days=20)
    staff.give(old, Role.LIAISON, grid_id=staff.grids[0], valid_from=begins, valid_to=ends)
    give_all(staff, old, new)
    (moved,) = staff.posts_of(new)
    assert (moved.valid_from, moved.valid_to) == (begins, ends)


def test_hand_over_refusals_change_nothing(staff: Staff, pair) -> None:
    old, new = pair
    staff.give(old, Role.LIAISON, grid_id=staff.grids[0])
    gone = staff.user("gone")
    users.disable_user(staff.session, gone, version=1, scope=EVERYTHING, by="a", by_user_id=ADMIN_ID)
    refusals = [
        (InvalidInput, "hand_over_to_self", (old, old), {}),
        (InvalidInput, "hand_over_day", (old, new), {"days": 2}),
        (InvalidInput, "hand_over_day", (old, new), {"days": -1}),
        (Conflict, "user_disabled", (old, gone), {}),
        (Conflict, "nothing_to_hand_over", (new, old), {}),
        (NotFound, "user_not_found", (old, 10**9), {}),
    ]
    for kind, code, people_of, options in refusals:
        with pytest.raises(kind, match=code):
            give_all(staff, *people_of, **options)
    assert len(list_held_posts(staff.session, old)) == 1


def test_hand_over_by_one_of_the_two_is_refused(staff: Staff, pair) -> None:
    old, new = pair
    staff.give(old, Role.LIAISON, grid_id=staff.grids[0])
    for me in pair:
        with pytest.raises(Forbidden, match="own_posts"):
            hand_over(
                staff.session,
                from_user_id=old,
                to_user_id=new,
                on=staff.today,
                scope=EVERYTHING,
                by="x",
                by_user_id=me,
            )


def test_hand_over_with_a_post_in_another_county_is_refused_whole(staff: Staff, pair) -> None:
    old, new = pair
    staff.give(old, Role.LIAISON, grid_id=staff.grids[0])
    staff.give(old, Role.LIAISON, grid_id=staff.grids[3])
    staff.give(new, Role.VIEWER, county_code=COUNTY)
    with pytest.raises(Forbidden, match="user_of_others"):
        give_all(staff, old, new, scope=HERE)
    assert len(list_held_posts(staff.session, old)) == 2


SEATS = st.lists(
    st.tuples(st.sampled_from([Role.LIAISON, Role.SUPERVISING_CADRE]), st.integers(0, 2), st.booleans()),
    min_size=1,
    max_size=6,
    unique_by=lambda seat: seat[:2],
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old_seats=SEATS, new_seats=SEATS, days=st.integers(0, 1))
def test_hand_over_leaves_no_grid_without_who_held_it_before(
    staff: Staff, old_seats, new_seats, days
) -> None:
    """Law: a grid that had a holder of a role before has one after, on the day and on every day between."""
    with staff.session.begin_nested() as savepoint:
        old, new = staff.user("old"), staff.user("new")
        taken: set[tuple[Role, int]] = set()
        for person, seats in ((old, old_seats), (new, new_seats)):
            for role, number, deputy in seats:
                is_deputy = deputy or (role, number) in taken
                staff.give(person, role, grid_id=staff.grids[number], is_deputy=is_deputy)
                if not is_deputy:
                    taken.add((role, number))
        give_all(staff, old, new, days=days)
        held = {
            (Role(post.role), staff.grids.index(post.grid_id))
            for person in (old, new)
            for post in staff.posts_of(person)
            if not post.is_deputy
            and post.valid_from <= staff.tomorrow
            and (post.valid_to is None or post.valid_to > staff.tomorrow)
        }
        assert held == taken
        savepoint.rollback()
