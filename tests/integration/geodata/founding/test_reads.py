"""What people look at: groups of the day, neighbours, boundary moves, look-up; and the working calendar."""

from datetime import date, timedelta

import chinese_calendar
import pytest
import sqlalchemy as sa

from geodata.assignment.service import assign_enterprises
from geodata.errors import NotFound, Stale
from geodata.founding import claims, reads, steps, working_calendar
from geodata.models import AuditEntry, Enterprise
from geodata.queries import calendar, disputes, founding_lists
from geodata.queries.founding_lists import ListQuestion
from geodata.queries.people import local_today
from geodata.queries.scopes import Scope
from geodata.vocab import FoundingForm, FoundingRoute


def today_of(office, actor):
    return reads.get_today(office.session, scope=actor.scope, user_id=actor.user_id)


def work_of(office, actor, shop=None):
    return reads.get_work(office.session, (shop or office.shop).id, scope=actor.scope, user_id=actor.user_id)


def test_get_today_groups_by_the_last_day(office):
    session, me, today = office.session, office.liaison, local_today(office.session)
    for number, shop in enumerate(office.shops):
        case = claims.claim(session, shop.id, actor=me)
        due = (today - timedelta(1), today, today + timedelta(9), None)[number]
        session.execute(
            sa.text("UPDATE founding_cases SET due_on = :due WHERE id = :id"), {"due": due, "id": case.id}
        )
    found = today_of(office, me)
    ids = {name: [card.enterprise_id for card in cards] for name, cards in found.groups.items()}
    shops = [shop.id for shop in office.shops]
    assert ids["overdue"] == shops[:1]
    assert ids["due_today"] == shops[1:2]
    assert sorted(ids["next"]) == shops[2:]
    assert sorted(ids["in_hand"]) == shops
    assert (ids["new"], ids["lapsing"]) == ([], [])
    assert found.counts["unorganized"] == 4
    ((grid, people),) = found.grids
    assert (grid.code, grid.unorganized, people.liaison.name, people.is_vacant) == ("G1", 4, "穆棠", False)


def test_get_today_a_newcomer_is_new_until_it_is_visited_or_claimed(office):
    office.session.execute(sa.text("UPDATE assignments SET valid_from = valid_from - interval '30 days'"))
    assert today_of(office, office.liaison).counts["new"] == 0
    office.session.execute(
        sa.text(
            "UPDATE assignments SET valid_from = valid_from + interval '29 days' WHERE enterprise_id = :id"
        ),
        {"id": office.shop.id},
    )
    found = today_of(office, office.liaison)
    assert [card.enterprise_id for card in found.groups["new"]] == [office.shop.id]
    claims.claim(office.session, office.shop.id, actor=office.liaison)
    assert today_of(office, office.liaison).counts["new"] == 0


def test_get_today_of_a_vacant_grid_the_cadre_acts(office):
    office.session.execute(
        sa.text("DELETE FROM posts WHERE role = 'liaison' AND grid_id = :id"), {"id": office.west.id}
    )
    grids = {grid.code: people for grid, people in today_of(office, office.cadre).grids}
    assert (grids["G1"].is_vacant, grids["G1"].acting.name) == (True, "闻人朗")
    assert claims.claim(office.session, office.shop.id, actor=office.cadre).holder_name == "闻人朗"


def test_every_group_every_order_and_every_filter_is_sql_that_runs(office):
    claims.claim(office.session, office.shop.id, actor=office.liaison)
    for actor in (office.liaison, office.planner):
        asker = founding_lists.Asker(actor.scope, actor.user_id, local_today(office.session))
        names = list(founding_lists.GROUPS)
        counts, groups = founding_lists.list_groups(office.session, asker, names)
        assert {name: len(cards) for name, cards in groups.items()} == counts
        fewer, first = founding_lists.list_groups(
            office.session, asker, names[:3], counted=names[3:], limit=1
        )
        assert fewer == counts
        assert {name: cards[:1] for name, cards in groups.items() if name in names[:3]} == first
        for sort in founding_lists.SORTS:
            total, cards = founding_lists.list_mine(office.session, asker, ListQuestion(sort=sort))
            assert total == len(cards) == 4
        sums = [
            sum(
                founding_lists.list_mine(office.session, asker, ListQuestion(**{name: value}))[0]
                for value in values
            )
            for name, values in (("held", founding_lists.HELD), ("due", founding_lists.DUES))
        ]
        assert sums == [4, 1]
        filters = ListQuestion(q="麦芒0", bands=["10-24"], line="餐饮", step="survey")
        assert founding_lists.list_mine(office.session, asker, filters)[0] == 1
        missing, points = founding_lists.list_points(office.session, asker)
        assert (missing, len(points)) == (0, 4)


@pytest.mark.parametrize("scope", [Scope(everything=True), Scope(lines=frozenset({"餐饮"}))])
def test_lists_of_wide_scopes_find_everything_of_theirs(office, scope):
    asker = founding_lists.Asker(scope, 0, local_today(office.session))
    assert founding_lists.list_mine(office.session, asker, ListQuestion())[0] == 4
    nobody = founding_lists.Asker(Scope(), 0, local_today(office.session))
    assert founding_lists.list_mine(office.session, nobody, ListQuestion())[0] == 0
    assert len(disputes.list_disputes(office.session, scope)) == 0


def test_lists_of_a_county_hold_what_its_scope_opens_one_by_one(office):
    """The set-based list and the row-level condition agree, with owners of every kind."""
    session = office.session
    office.world.division("410103001", None, name="示例街道")
    office.world.enterprise(1500, 2000, name="县外店", county_code="410103")
    office.world.enterprise(name="只有街道代码的店", operating_code="410103001", county_code="410103")
    office.world.enterprise(name="别县名单上的店", county_code="410104")
    assign_enterprises(session)
    listed_nowhere = office.world.enterprise(name="还没分派的店", county_code="410103")
    claims.claim(session, office.shop.id, actor=office.liaison)
    for scope in (office.planner.scope, office.cadre.scope, Scope(county_codes=frozenset({"410104"}))):
        asker = founding_lists.Asker(scope, 0, local_today(session))
        _, cards = founding_lists.list_mine(session, asker, ListQuestion(limit=100))
        one_by_one = [
            enterprise_id
            for enterprise_id in session.scalars(sa.select(Enterprise.id))
            if reads.opens(session, enterprise_id, scope)
        ]
        assert sorted(card.enterprise_id for card in cards) == sorted(one_by_one)
    assert reads.opens(session, listed_nowhere.id, office.planner.scope)


def test_get_work_proposes_a_joint_union_with_neighbours_of_the_trade(office):
    far = office.world.enterprise(900, 500, name="远处店", industry_line="餐饮", staff_count=9)
    other = office.world.enterprise(110, 500, name="修车铺", industry_line="汽修", staff_count=9)
    found = work_of(office, office.liaison)
    assert (found.proposal.form, found.proposal.rule) == (FoundingForm.JOINT, "joint")
    near = [one.enterprise_id for one in found.neighbours]
    assert near == [shop.id for shop in office.shops[1:]]
    assert [one.distance_m for one in found.neighbours] == pytest.approx([60, 120, 180], abs=1)
    assert not {far.id, other.id} & set(near)
    assert found.enterprise.contact_phone == "13800138000"


def test_get_work_of_another_grid_is_not_found(office):
    with pytest.raises(NotFound):
        work_of(office, office.neighbour)


def test_a_new_boundary_moves_the_enterprise_and_not_the_work(office):
    case = claims.claim(office.session, office.shop.id, actor=office.liaison)
    office.session.execute(
        sa.text("UPDATE assignments SET grid_id = :grid WHERE enterprise_id = :id"),
        {"grid": office.east.id, "id": office.shop.id},
    )
    for actor in (office.liaison, office.neighbour):
        assert work_of(office, actor).case.holder_name == "穆棠"
    chosen = steps.Plan(FoundingRoute.PUSH, FoundingForm.SINGLE)
    case = steps.plan(office.session, case.id, version=1, wanted=chosen, actor=office.liaison)
    assert case.grid_code == "G1"
    moved = claims.assign(
        office.session,
        office.shop.id,
        user_id=office.neighbour.user_id,
        note="按新边界",
        actor=office.planner,
    )
    assert (moved.grid_code, moved.holder_name, moved.route) == ("G2", "岑远", "push")
    with pytest.raises(NotFound):
        work_of(office, office.liaison)


def test_find_owners_gives_the_work_phone_of_who_acts(office):
    (found,) = reads.find_owners(office.session, scope=office.neighbour.scope, name="麦芒0号店")
    assert (found.people.acting.name, found.people.acting.work_phone, found.is_mine) == (
        "穆棠",
        "0371-60010001",
        False,
    )


def test_the_seeded_calendar_is_the_announced_one():
    """Against a second, independent library, for every day it knows."""
    days = {row["on_date"]: row for row in working_calendar.library_days(2024, 2027)}
    known = [day for day in days if day.year <= 2026]
    different = [day for day in known if days[day]["is_workday"] != chinese_calendar.is_workday(day)]
    assert different == []
    assert {day.year for day, row in days.items() if not row["is_announced"]} == {2027}


def test_the_migration_seeds_what_the_library_says(session):
    stored = {
        day.on_date: (day.is_workday, day.is_announced, day.name)
        for year in range(2024, 2028)
        for day in calendar.list_days(session, year)
    }
    assert stored == {
        row["on_date"]: (row["is_workday"], row["is_announced"], row["name"])
        for row in working_calendar.library_days(2024, 2027)
    }


def test_set_day_is_logged_counts_clocks_again_and_survives_the_library(office):
    session = office.session
    case = claims.claim(session, office.shop.id, actor=office.liaison)
    case = steps.record_consent(session, case.id, version=1, on=local_today(session), actor=office.liaison)
    day = working_calendar.set_day(
        session, case.due_on, is_workday=False, name="停工", based_on=1, by="admin"
    )
    assert (day.is_workday, day.source, day.version) == (False, "office", 2)
    moved = work_of(office, office.liaison).case
    assert moved.due_on > case.due_on
    assert moved.version == case.version
    entry = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.action, entry.before["is_workday"], entry.after["due_dates_moved"]) == (
        "calendar_day_set",
        True,
        1,
    )
    with pytest.raises(Stale):
        working_calendar.set_day(session, case.due_on, is_workday=True, name=None, based_on=1, by="admin")
    working_calendar.extend(session, case.due_on.year, case.due_on.year, by="admin")
    assert calendar.find_day(session, case.due_on).source == "office"


def test_extend_adds_years_and_renews_only_what_was_not_announced(session):
    assert calendar.list_days(session, 2028) == []
    assert working_calendar.extend(session, 2027, 2028, by="admin") == 366
    assert len(calendar.list_days(session, 2028)) == 366
    assert working_calendar.extend(session, 2027, 2028, by="admin") == 0
    with pytest.raises(NotFound):
        working_calendar.set_day(
            session, date(2035, 1, 1), is_workday=False, name=None, based_on=1, by="admin"
        )
