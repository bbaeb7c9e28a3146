"""Posts on real PostgreSQL: who may give which to whom, for which days; vacancies and who acts."""

from datetime import timedelta

import pytest

from geodata.accounts import posts, users
from geodata.errors import Conflict, Forbidden, InvalidInput, NotFound, Stale
from geodata.models import Post
from geodata.queries.scopes import Scope
from geodata.queries.vacancies import holders_of, list_vacancies
from geodata.rules.posts import PostWanted
from geodata.vocab import Role
from tests.integration.geodata.accounts.staff import ADMIN_ID, COUNTY, EVERYTHING, HERE, NEIGHBOUR, Staff
from tests.office import list_held_posts


def end(staff: Staff, post_id: int, *, version: int = 1, days: int = 0, scope: Scope = EVERYTHING):
    on = staff.today + timedelta(days=days)
    return posts.end_post(
        staff.session, post_id, on=on, version=version, scope=scope, by="admin", by_user_id=ADMIN_ID
    )


def test_add_post_takes_county_from_the_grid_and_begins_today(staff: Staff) -> None:
    post_id = staff.give(staff.user("wang"), Role.LIAISON, grid_id=staff.grids[0], county_code=NEIGHBOUR)
    post = staff.session.get_one(Post, post_id)
    assert (post.county_code, post.valid_from, post.valid_to) == (COUNTY, staff.today, None)
    assert staff.log()[-1].action == "post_added"


@pytest.mark.parametrize(
    ("role", "scope"),
    [
        (Role.LIAISON, {}),
        (Role.LIAISON, {"station_id": 1}),
        (Role.SUPERVISING_CADRE, {"county_code": COUNTY}),
        (Role.STATION_MANAGER, {"county_code": COUNTY}),
        (Role.STATION_MANAGER, {"grid_id": 1, "station_id": 1}),
        (Role.INSTRUCTOR, {"county_code": COUNTY}),
        (Role.INSTRUCTOR, {"industry_line": "快递"}),
        (Role.PLANNER, {"grid_id": 1}),
        (Role.ADMIN, {"industry_line": "快递"}),
    ],
)
def test_add_post_scope_that_does_not_fit_the_role_is_refused(staff: Staff, role: Role, scope: dict) -> None:
    user_id = staff.user("wang")
    with pytest.raises(InvalidInput, match="post_scope_wrong"):
        staff.give(user_id, role, **scope)


def test_add_post_deputy_of_a_county_is_refused(staff: Staff) -> None:
    user_id = staff.user("wang")
    with pytest.raises(InvalidInput, match="post_deputy_wrong"):
        staff.give(user_id, Role.PLANNER, county_code=COUNTY, is_deputy=True)


def test_nobody_gives_or_ends_their_own_post(staff: Staff) -> None:
    me = staff.user("admin")
    wanted = PostWanted(Role.PLANNER, county_code=COUNTY)
    with pytest.raises(Forbidden, match="own_posts"):
        posts.add_post(staff.session, me, wanted, scope=EVERYTHING, by="admin", by_user_id=me)
    mine = staff.give(me, Role.ADMIN)
    with pytest.raises(Forbidden, match="own_posts"):
        posts.end_post(
            staff.session, mine, on=staff.today, version=1, scope=EVERYTHING, by="admin", by_user_id=me
        )


def test_second_holder_of_a_grid_is_refused_by_name_and_a_deputy_is_taken(staff: Staff) -> None:
    staff.give(staff.user("first", "王桂兰"), Role.LIAISON, grid_id=staff.grids[0])
    second = staff.user("second")
    with pytest.raises(Conflict) as refused:
        staff.give(second, Role.LIAISON, grid_id=staff.grids[0])
    assert refused.value.code == "post_taken"
    assert refused.value.params == {"name": "王桂兰"}
    assert staff.give(second, Role.LIAISON, grid_id=staff.grids[0], is_deputy=True)
    assert staff.give(second, Role.SUPERVISING_CADRE, grid_id=staff.grids[0])


def test_same_post_twice_is_refused(staff: Staff) -> None:
    user_id = staff.user("wang")
    staff.give(user_id, Role.PLANNER, county_code=COUNTY)
    with pytest.raises(Conflict, match="post_twice"):
        staff.give(user_id, Role.PLANNER, county_code=COUNTY)


def test_one_person_holds_several_roles_but_never_admin_and_auditor(staff: Staff) -> None:
    user_id = staff.user("wang")
    staff.give(user_id, Role.LIAISON, grid_id=staff.grids[0])
    staff.give(user_id, Role.STATION_MANAGER, station_id=staff.station.id)
    staff.give(user_id, Role.ADMIN, county_code=COUNTY)
    with pytest.raises(Conflict, match="posts_kept_apart"):
        staff.give(user_id, Role.AUDITOR, county_code=COUNTY)


@pytest.mark.parametrize(
    ("scope_of_post", "refusal"),
    [
        ({"role": Role.PLANNER, "county_code": NEIGHBOUR}, Forbidden),
        ({"role": Role.ADMIN}, Forbidden),
        ({"role": Role.LIAISON, "grid": 3}, NotFound),
    ],
)
def test_administrator_of_a_county_gives_no_post_elsewhere(staff: Staff, scope_of_post, refusal) -> None:
    user_id = staff.user("wang")
    wanted = dict(scope_of_post)
    role = wanted.pop("role")
    if "grid" in wanted:
        wanted["grid_id"] = staff.grids[wanted.pop("grid")]
    with pytest.raises(refusal):
        staff.give(user_id, role, scope=HERE, **wanted)


def test_unknown_county_grid_station_or_user_is_not_found(staff: Staff) -> None:
    user_id = staff.user("wang")
    for role, scope in (
        (Role.PLANNER, {"county_code": "999999"}),
        (Role.LIAISON, {"grid_id": 10**9}),
        (Role.STATION_MANAGER, {"station_id": 10**9}),
    ):
        with pytest.raises(NotFound):
            staff.give(user_id, role, **scope)
    with pytest.raises(NotFound):
        staff.give(10**9, Role.ADMIN)


def test_post_in_the_past_or_ending_before_it_begins_is_refused(staff: Staff) -> None:
    user_id = staff.user("wang")
    yesterday = staff.today - timedelta(days=1)
    with pytest.raises(InvalidInput, match="post_begins_in_past"):
        staff.give(user_id, Role.ADMIN, valid_from=yesterday)
    with pytest.raises(InvalidInput, match="post_ends_too_early"):
        staff.give(user_id, Role.ADMIN, valid_from=staff.tomorrow, valid_to=staff.tomorrow)


def test_post_is_held_from_its_first_day_to_the_day_before_its_end(staff: Staff) -> None:
    user_id = staff.user("wang")
    later = staff.give(user_id, Role.ADMIN, valid_from=staff.tomorrow)
    assert list_held_posts(staff.session, user_id) == []
    now = staff.give(user_id, Role.PLANNER, county_code=COUNTY, valid_to=staff.tomorrow)
    assert [post.id for post in list_held_posts(staff.session, user_id)] == [now]
    end(staff, now)
    end(staff, later)
    assert list_held_posts(staff.session, user_id) == []


def test_end_post_tells_who_acts_in_the_vacancy(staff: Staff) -> None:
    liaison = staff.give(staff.user("wang"), Role.LIAISON, grid_id=staff.grids[0])
    staff.give(staff.user("cadre", "李书记"), Role.SUPERVISING_CADRE, grid_id=staff.grids[0])
    ended = end(staff, liaison)
    assert (ended.is_vacant, ended.acting) == (True, "李书记")


def test_end_post_stale_past_or_ended_is_refused(staff: Staff) -> None:
    post_id = staff.give(staff.user("wang"), Role.LIAISON, grid_id=staff.grids[0])
    with pytest.raises(InvalidInput, match="post_ends_in_past"):
        end(staff, post_id, days=-1)
    end(staff, post_id, days=5)
    with pytest.raises(Stale):
        end(staff, post_id, version=1)
    staff.backdate(post_id)
    end(staff, post_id, version=2)
    with pytest.raises(Conflict, match="post_ended_already"):
        end(staff, post_id, version=3)


def test_end_post_of_another_county_is_not_found(staff: Staff) -> None:
    post_id = staff.give(staff.user("there"), Role.LIAISON, grid_id=staff.grids[3])
    with pytest.raises(NotFound):
        end(staff, post_id, scope=HERE)


def test_holders_name_liaison_cadre_and_who_acts(staff: Staff) -> None:
    grid, lonely, empty = staff.grids[:3]
    liaison = staff.give(staff.user("liaison", "王桂兰", "0371-1111"), Role.LIAISON, grid_id=grid)
    cadre, deputy = staff.user("cadre", "李书记"), staff.user("deputy", "赵代理")
    staff.give(cadre, Role.SUPERVISING_CADRE, grid_id=grid)
    staff.give(cadre, Role.SUPERVISING_CADRE, grid_id=lonely)
    staff.give(deputy, Role.LIAISON, grid_id=grid, is_deputy=True)
    found = holders_of(staff.session, [grid, lonely, empty])
    assert found[grid].liaison is not None
    assert (found[grid].liaison.name, found[grid].liaison.work_phone) == ("王桂兰", "0371-1111")
    assert found[grid].acting is None
    assert found[lonely].acting is not None
    assert found[lonely].acting.name == "李书记"
    assert found[empty].responsible is None
    end(staff, liaison)
    acting = holders_of(staff.session, [grid])[grid].acting
    assert acting is not None
    assert acting.name == "赵代理"


def test_disabled_holder_leaves_a_vacancy_until_enabled_again(staff: Staff) -> None:
    user_id = staff.user("wang")
    staff.give(user_id, Role.LIAISON, grid_id=staff.grids[0])
    users.disable_user(staff.session, user_id, version=1, scope=EVERYTHING, by="a", by_user_id=ADMIN_ID)
    assert holders_of(staff.session, staff.grids[:1])[staff.grids[0]].liaison is None
    users.enable_user(staff.session, user_id, version=2, scope=EVERYTHING, by="a")
    assert holders_of(staff.session, staff.grids[:1])[staff.grids[0]].liaison is not None


def test_list_vacancies_names_what_is_missing_since_when_within_the_scope(staff: Staff) -> None:
    full, half, bare, other = staff.grids
    for login, role, grid in (
        ("l0", Role.LIAISON, full),
        ("c0", Role.SUPERVISING_CADRE, full),
        ("c1", Role.SUPERVISING_CADRE, half),
    ):
        staff.give(staff.user(login), role, grid_id=grid)
    left = staff.give(staff.user("l1"), Role.LIAISON, grid_id=half)
    staff.backdate(left)
    end(staff, left)
    found = list_vacancies(staff.session, HERE)
    assert [(row.grid_id, row.lacks_liaison, row.lacks_cadre) for row in found] == [
        (half, True, False),
        (bare, True, True),
    ]
    assert found[0].liaison_since == staff.today
    assert found[1].liaison_since is None
    assert found[0].acting is not None
    assert [row.grid_id for row in list_vacancies(staff.session, EVERYTHING)] == [other, half, bare]
    own = Scope(grid_ids=frozenset({bare}))
    assert [row.grid_id for row in list_vacancies(staff.session, own)] == [bare]
