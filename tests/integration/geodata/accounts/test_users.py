"""Accounts on real PostgreSQL: made, corrected, disabled, given a new password; and who may do so."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from geodata.accounts import signing_in, users
from geodata.accounts.users import Profile
from geodata.errors import Conflict, Forbidden, InvalidInput, NotFound, Stale
from geodata.models import LoginSession, User
from geodata.queries import users as stored
from geodata.queries.scopes import Scope
from geodata.queries.users import UserFilter
from geodata.vocab import Role
from tests.integration.geodata.accounts.staff import ADMIN_ID, COUNTY, EVERYTHING, HERE, NEIGHBOUR, Staff


def open_session(staff: Staff, user_id: int) -> None:
    user = staff.session.get_one(User, user_id)
    signing_in.open_session(staff.session, user, lifetime=timedelta(hours=1))


def open_sessions(staff: Staff, user_id: int) -> int:
    return staff.session.scalars(
        sa.select(sa.func.count()).where(LoginSession.user_id == user_id, LoginSession.ended_at.is_(None))
    ).one()


def version(staff: Staff, user_id: int) -> int:
    return staff.session.get_one(User, user_id).version


def test_create_user_gives_one_time_password_that_signs_in_and_must_change(staff: Staff) -> None:
    made = users.create_user(staff.session, login="wang", profile=Profile("王桂兰"), by="admin")
    opened = signing_in.sign_in(
        staff.session, login="wang", password=made.password, address="x", lifetime=timedelta(hours=1)
    )
    assert opened is not None
    assert opened.must_change_password
    kept = staff.session.get_one(User, made.user_id).password_hash
    assert kept is not None
    assert made.password not in kept


def test_create_user_writes_one_entry_without_password_or_phone(staff: Staff) -> None:
    before = len(staff.log())
    made = users.create_user(
        staff.session, login="wang", profile=Profile("王桂兰", "0371-66668888"), by="root"
    )
    (entry,) = staff.log()[before:]
    assert (entry.actor, entry.action, entry.subject_id) == ("root", "user_created", str(made.user_id))
    written = json.dumps([entry.before, entry.after], ensure_ascii=False)
    assert made.password not in written
    assert "66668888" not in written


@pytest.mark.parametrize("login", ["", "A", "王", "a", "Wang", "-x", "a b", "a" * 41, "a\x00b", "a/b", "a@b"])
def test_create_user_odd_login_is_refused(staff: Staff, login: str) -> None:
    with pytest.raises(InvalidInput, match="login_invalid"):
        users.create_user(staff.session, login=login, profile=Profile("王"), by="admin")


def test_create_user_taken_login_is_refused_and_nothing_else_is_lost(staff: Staff) -> None:
    staff.user("wang")
    with pytest.raises(Conflict, match="login_taken"):
        staff.user("wang")
    assert stored.count_users(staff.session, scope=EVERYTHING, wanted=UserFilter(q="wang")) == 1


@pytest.mark.parametrize("password", ["password123", "1234567890", "qwertyuiop", "woaini1314", "short"])
def test_create_user_common_password_is_refused(staff: Staff, password: str) -> None:
    with pytest.raises(InvalidInput, match="password_too"):
        users.create_user(staff.session, login="wang", profile=Profile("王"), by="admin", password=password)


@pytest.mark.parametrize("phone", ["12", "abc", "138 0013 8000 0013 8000", "0371;66660000", "+", "1" * 16])
def test_odd_work_phone_is_refused(staff: Staff, phone: str) -> None:
    with pytest.raises(InvalidInput, match="work_phone_invalid"):
        users.create_user(staff.session, login="wang", profile=Profile("王", phone), by="admin")


@pytest.mark.parametrize("phone", ["0371-66668888", "+86 371 6666 8888", "(0371)6666888", "12345"])
def test_work_phone_is_taken(staff: Staff, phone: str) -> None:
    assert staff.user("wang", phone=phone)


def test_edit_user_changes_what_differs_and_logs_that_the_phone_changed_not_which(staff: Staff) -> None:
    user_id = staff.user("wang", "王桂兰", "0371-11112222")
    new = users.edit_user(
        staff.session,
        user_id,
        profile=Profile("王桂兰", "0371-33334444", "中原路街道总工会"),
        version=1,
        scope=EVERYTHING,
        by="admin",
    )
    entry = staff.log()[-1]
    assert new == 2
    assert entry.after == {"work_phone": True, "organisation": "中原路街道总工会"}
    assert entry.before == {"work_phone": True, "organisation": None}


def test_edit_user_with_nothing_new_writes_nothing(staff: Staff) -> None:
    user_id = staff.user("wang", "王桂兰")
    count = len(staff.log())
    same = Profile("王桂兰", "0371-66660000")
    assert users.edit_user(staff.session, user_id, profile=same, version=1, scope=EVERYTHING, by="x") == 1
    assert len(staff.log()) == count


def test_edit_user_stale_version_is_refused_and_says_who_changed_what(staff: Staff) -> None:
    user_id = staff.user("wang", "王桂兰")
    users.edit_user(
        staff.session, user_id, profile=Profile("王桂香"), version=1, scope=EVERYTHING, by="first"
    )
    with pytest.raises(Stale) as refused:
        users.edit_user(
            staff.session, user_id, profile=Profile("王桂芳"), version=1, scope=EVERYTHING, by="second"
        )
    assert refused.value.params["version"] == 2
    assert refused.value.params["by"] == "first"
    assert refused.value.params["changed"] == ["name", "work_phone"]


def test_disable_user_ends_all_sessions_and_enable_opens_none(staff: Staff) -> None:
    user_id = staff.user("wang")
    for _ in range(3):
        open_session(staff, user_id)
    users.disable_user(staff.session, user_id, version=1, scope=EVERYTHING, by="admin", by_user_id=ADMIN_ID)
    assert open_sessions(staff, user_id) == 0
    users.enable_user(staff.session, user_id, version=2, scope=EVERYTHING, by="admin")
    assert open_sessions(staff, user_id) == 0


def test_disabled_user_cannot_sign_in_with_the_right_password(staff: Staff) -> None:
    made = users.create_user(staff.session, login="wang", profile=Profile("王"), by="admin")
    users.disable_user(
        staff.session, made.user_id, version=1, scope=EVERYTHING, by="admin", by_user_id=ADMIN_ID
    )
    opened = signing_in.sign_in(
        staff.session, login="wang", password=made.password, address="x", lifetime=timedelta(hours=1)
    )
    assert opened is None


def test_reset_password_ends_sessions_and_the_old_password_is_dead(staff: Staff) -> None:
    made = users.create_user(staff.session, login="wang", profile=Profile("王"), by="admin")
    open_session(staff, made.user_id)
    again = users.reset_password(
        staff.session, made.user_id, version=1, scope=EVERYTHING, by="admin", by_user_id=ADMIN_ID
    )
    assert open_sessions(staff, made.user_id) == 0
    tries = {
        password: signing_in.sign_in(
            staff.session, login="wang", password=password, address="x", lifetime=timedelta(hours=1)
        )
        for password in (made.password, again.password)
    }
    assert tries[made.password] is None
    assert tries[again.password] is not None


def test_nobody_disables_resets_or_links_themselves(staff: Staff) -> None:
    me = staff.user("admin")
    for act in (users.disable_user, users.reset_password):
        with pytest.raises(Forbidden, match="own_account"):
            act(staff.session, me, version=1, scope=EVERYTHING, by="admin", by_user_id=me)
    with pytest.raises(Forbidden, match="own_account"):
        users.link_sign_on(
            staff.session, me, subject="s", version=1, scope=EVERYTHING, by="admin", by_user_id=me
        )


def test_link_sign_on_taken_subject_is_refused(staff: Staff) -> None:
    first, second = staff.user("first"), staff.user("second")
    options = {"scope": EVERYTHING, "by": "admin", "by_user_id": ADMIN_ID}
    users.link_sign_on(staff.session, first, subject="sub-1", version=1, **options)
    with pytest.raises(Conflict, match="sso_subject_taken"):
        users.link_sign_on(staff.session, second, subject="sub-1", version=1, **options)
    users.link_sign_on(staff.session, first, subject=None, version=2, **options)
    users.link_sign_on(staff.session, second, subject="sub-1", version=1, **options)


def test_administrator_of_a_county_sees_its_people_and_nobody_elsewhere(staff: Staff) -> None:
    here, there, new = staff.user("here"), staff.user("there"), staff.user("new")
    staff.give(here, Role.LIAISON, grid_id=staff.grids[0])
    staff.give(there, Role.LIAISON, grid_id=staff.grids[3])
    seen = {user.id for user in stored.list_users(staff.session, scope=HERE, wanted=UserFilter())}
    assert here in seen
    assert new in seen  # without any post: to be given one
    assert there not in seen
    with pytest.raises(NotFound):
        stored.get_user(staff.session, there, scope=HERE)


def test_administrator_of_a_county_cannot_take_over_who_also_works_elsewhere(staff: Staff) -> None:
    both, boss = staff.user("both"), staff.user("boss")
    staff.give(both, Role.LIAISON, grid_id=staff.grids[0])
    staff.give(both, Role.LIAISON, grid_id=staff.grids[3])
    staff.give(boss, Role.VIEWER, county_code=COUNTY)
    staff.give(boss, Role.ADMIN)
    for user_id in (both, boss):
        assert not stored.get_user(staff.session, user_id, scope=HERE).is_governed
        with pytest.raises(Forbidden, match="user_of_others"):
            users.reset_password(staff.session, user_id, version=1, scope=HERE, by="x", by_user_id=ADMIN_ID)


def test_scope_of_nothing_sees_no_user_with_posts(staff: Staff) -> None:
    user_id = staff.user("here")
    staff.give(user_id, Role.LIAISON, grid_id=staff.grids[0])
    nothing = Scope(grid_ids=frozenset({staff.grids[0]}))
    assert user_id not in {u.id for u in stored.list_users(staff.session, scope=nothing, wanted=UserFilter())}


def test_list_users_filters_by_role_state_county_and_text(staff: Staff) -> None:
    liaison, gone = staff.user("zhang", "张 100% 的人"), staff.user("gone")
    staff.user("idle")
    staff.give(liaison, Role.LIAISON, grid_id=staff.grids[0])
    users.disable_user(staff.session, gone, version=1, scope=EVERYTHING, by="a", by_user_id=ADMIN_ID)

    def logins(**wanted: str) -> list[str]:
        rows = stored.list_users(staff.session, scope=EVERYTHING, wanted=UserFilter(**wanted))
        return [row.login for row in rows]

    assert logins(role="liaison") == ["zhang"]
    assert logins(state="disabled") == ["gone"]
    assert logins(state="unposted") == ["gone", "idle"]
    assert logins(county=COUNTY) == ["zhang"]
    assert logins(county=NEIGHBOUR) == []
    assert logins(q="100%") == ["zhang"]
    assert logins(q="%") == ["zhang"]
    assert logins(q="_") == []


def test_list_users_pages_meet_without_gap_or_repeat(staff: Staff) -> None:
    made = [staff.user(f"user{number}") for number in range(7)]
    seen: list[int] = []
    while page := stored.list_users(
        staff.session, scope=EVERYTHING, wanted=UserFilter(), after=seen[-1] if seen else None, limit=3
    ):
        seen += [user.id for user in page]
    assert seen == made
