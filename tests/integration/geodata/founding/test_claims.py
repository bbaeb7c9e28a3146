"""Who holds a case: taken, put down, taken away, handed over, lapsed; never two at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from geodata.assignment.service import assign_enterprises
from geodata.db import make_engine, transaction
from geodata.errors import Conflict, InvalidInput, NotFound, Stale
from geodata.founding import claims, handover, steps, sweeps
from geodata.founding.acts import Actor
from geodata.models import AuditEntry, CaseEvent, Enterprise, FoundingCase, User
from geodata.queries.people import local_today
from geodata.queries.scopes import Scope
from geodata.vocab import FoundingForm
from tests.integration.geodata.founding.conftest import build_office

CLIENTS, ROUNDS = 20, 50


def acts(office, enterprise):
    return office.session.scalars(
        sa.select(CaseEvent.act).where(CaseEvent.enterprise_id == enterprise.id).order_by(CaseEvent.id)
    ).all()


def entries(session):
    return session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))


def test_claim_free_enterprise_is_held_until_the_claim_lapses(office):
    before = entries(office.session)
    case = claims.claim(office.session, office.shop.id, actor=office.liaison)
    assert (case.holder_name, case.state, case.step, case.version) == ("穆棠", "open", "survey", 1)
    assert case.claim_until == local_today(office.session) + timedelta(days=30)
    assert (case.clock_from, case.due_on, case.grid_code) == (None, None, "G1")
    assert acts(office, office.shop) == ["claimed"]
    assert entries(office.session) == before + 1
    office.session.refresh(office.shop)
    assert office.shop.organization_status == "unorganized"


def test_claim_where_the_claim_starts_the_clock_it_runs_at_once(office):
    office.session.execute(
        sa.text(
            "INSERT INTO county_settings (county_code, name, value) VALUES ('', 'clock_starts', '\"claim\"')"
        )
    )
    case = claims.claim(office.session, office.shop.id, actor=office.liaison)
    assert case.clock_from == local_today(office.session)
    assert case.due_on is not None


def test_claim_held_enterprise_names_who_has_it(office):
    claims.claim(office.session, office.shop.id, actor=office.liaison)
    with pytest.raises(Conflict, match="claimed_by_other") as refused:
        claims.claim(office.session, office.shop.id, actor=office.cadre)
    assert refused.value.params == {"name": "穆棠"}
    with pytest.raises(Conflict, match="claimed_already"):
        claims.claim(office.session, office.shop.id, actor=office.liaison)
    assert acts(office, office.shop) == ["claimed"]


def test_claim_outside_the_scope_is_not_found(office):
    with pytest.raises(NotFound):
        claims.claim(office.session, office.shop.id, actor=office.neighbour)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"organization_status": "own_union"}, "enterprise_has_union"),
        ({"removed_on": "2026-01-01", "removal_reason": "closed_down"}, "enterprise_removed"),
    ],
)
def test_claim_what_needs_no_union_is_refused(office, values, code):
    for name, value in values.items():
        setattr(office.shop, name, value)
    office.session.flush()
    with pytest.raises(Conflict, match=code):
        claims.claim(office.session, office.shop.id, actor=office.liaison)


def test_a_second_case_under_way_is_refused_by_the_database(office):
    case = claims.claim(office.session, office.shop.id, actor=office.liaison)
    second = FoundingCase(
        enterprise_id=office.shop.id, holder_id=office.cadre.user_id, claim_until=case.claim_until
    )
    office.session.add(second)
    with pytest.raises(IntegrityError, match="uq_founding_cases_under_way"):
        office.session.flush()


def test_give_back_keeps_the_steps_for_the_next_holder(office):
    case = claims.claim(office.session, office.shop.id, actor=office.liaison)
    case = steps.plan(
        office.session,
        case.id,
        version=case.version,
        wanted=steps.Plan(form=FoundingForm.JOINT),
        actor=office.liaison,
    )
    case = claims.give_back(
        office.session, case.id, version=case.version, note="人手不够", actor=office.liaison
    )
    assert (case.holder_id, case.unheld_why, case.claim_until) == (None, "given_back", None)
    taken = claims.claim(office.session, office.shop.id, actor=office.cadre)
    assert (taken.id, taken.form, taken.holder_name, taken.unheld_why) == (case.id, "joint", "闻人朗", None)
    assert acts(office, office.shop) == ["claimed", "planned", "given_back", "claimed"]


def test_acts_of_somebody_who_does_not_hold_the_case_are_refused(office):
    case = claims.claim(office.session, office.shop.id, actor=office.liaison)
    with pytest.raises(Conflict, match="case_held_by_other"):
        claims.extend(office.session, case.id, version=case.version, actor=office.cadre)
    case = claims.free(office.session, case.id, version=case.version, note="调整", actor=office.cadre)
    assert case.unheld_why == "freed"
    with pytest.raises(Conflict, match="case_unheld"):
        claims.extend(office.session, case.id, version=case.version, actor=office.liaison)
    with pytest.raises(Conflict, match="case_unheld"):
        claims.free(office.session, case.id, version=case.version, note="再收", actor=office.cadre)


def test_acts_from_another_grid_find_no_case(office):
    case = claims.claim(office.session, office.shop.id, actor=office.liaison)
    with pytest.raises(NotFound, match="case_not_found"):
        claims.extend(office.session, case.id, version=case.version, actor=office.neighbour)


def test_a_stale_save_is_refused_and_says_what_changed(office):
    case = claims.claim(office.session, office.shop.id, actor=office.liaison)
    claims.extend(office.session, case.id, version=1, actor=office.liaison)
    with pytest.raises(Stale) as refused:
        claims.give_back(office.session, case.id, version=1, note="退", actor=office.liaison)
    told = refused.value.params
    assert (told["version"], told["by"], told["changed"]) == (2, "穆棠", "extended")
    assert told["at"]


@pytest.mark.parametrize(("note", "code"), [(" ", "note_missing"), ("410103199001011234", "looks_like_id")])
def test_give_back_needs_a_reason_without_identity_numbers(office, note, code):
    case = claims.claim(office.session, office.shop.id, actor=office.liaison)
    with pytest.raises(InvalidInput, match=code):
        claims.give_back(office.session, case.id, version=1, note=note, actor=office.liaison)


def test_assign_takes_it_from_whoever_holds_it(office):
    claims.claim(office.session, office.shop.id, actor=office.liaison)
    case = claims.assign(
        office.session, office.shop.id, user_id=office.cadre.user_id, note="代管", actor=office.planner
    )
    assert case.holder_name == "闻人朗"
    assert acts(office, office.shop) == ["claimed", "assigned"]


def test_assign_to_somebody_without_a_post_is_refused(office):
    with pytest.raises(InvalidInput, match="assignee_has_no_post"):
        claims.assign(
            office.session,
            office.shop.id,
            user_id=office.planner.user_id,
            note=None,
            actor=office.planner,
        )


def test_a_lapsed_claim_is_swept_once_and_may_be_taken_before(office):
    first = claims.claim(office.session, office.shops[0].id, actor=office.liaison)
    second = claims.claim(office.session, office.shops[1].id, actor=office.liaison)
    fresh = claims.claim(office.session, office.shops[2].id, actor=office.liaison)
    office.session.execute(
        sa.text("UPDATE founding_cases SET claim_until = current_date - 2 WHERE id = ANY(:ids)"),
        {"ids": [first.id, second.id]},
    )
    taken = claims.claim(office.session, office.shops[1].id, actor=office.cadre)
    assert (taken.id, taken.holder_name) == (second.id, "闻人朗")
    before = entries(office.session)
    assert sweeps.sweep(office.session).lapsed == 1
    assert entries(office.session) == before + 1
    assert sweeps.sweep(office.session).lapsed == 0
    states = dict(
        office.session.execute(
            sa.select(FoundingCase.id, FoundingCase.unheld_why).where(
                FoundingCase.id.in_([first.id, second.id, fresh.id])
            )
        ).all()
    )
    assert states == {first.id: "lapsed", second.id: None, fresh.id: None}
    assert acts(office, office.shops[0]) == ["claimed", "lapsed"]


def test_move_work_moves_everything_and_history_keeps_the_old_name(office):
    for shop in office.shops[:3]:
        claims.claim(office.session, shop.id, actor=office.liaison)
    other = claims.claim(office.session, office.shops[3].id, actor=office.cadre)
    moved = handover.move_work(office.session, office.liaison.user_id, office.neighbour.user_id, None, "wen")
    assert moved == 3
    event = office.session.scalars(sa.select(CaseEvent).order_by(CaseEvent.id.desc())).first()
    assert (event.act, event.actor_name, event.details) == (
        "handed_over",
        "闻人朗",
        {"from": "穆棠", "to": "岑远"},
    )
    holders = office.session.scalars(
        sa.select(FoundingCase.holder_id).where(FoundingCase.id != other.id)
    ).all()
    assert set(holders) == {office.neighbour.user_id}
    assert (
        handover.move_work(
            office.session, office.neighbour.user_id, office.liaison.user_id, [office.east.id], "wen"
        )
        == 0
    )


def test_twenty_claim_at_once_exactly_one_wins_each_round(database_url):
    engine = make_engine(database_url, pool_size=CLIENTS)
    with transaction(engine) as session:
        office = build_office(session)
        shops = [office.world.enterprise(50 + 15 * number, 300) for number in range(ROUNDS)]
        users = [User(login=f"u{number}", name=f"联络员{number}") for number in range(CLIENTS)]
        session.add_all(users)
        session.flush()
        assign_enterprises(session)
        scope = Scope(grid_ids=frozenset({office.west.id}))
        actors = [Actor(user.id, user.login, scope) for user in users]
        shop_ids = [shop.id for shop in shops]
    barrier = Barrier(CLIENTS)

    def race(actor):
        results = []
        for shop_id in shop_ids:
            barrier.wait(timeout=60)
            try:
                with transaction(engine) as session:
                    results.append(("won", claims.claim(session, shop_id, actor=actor).holder_id))
            except Conflict as refused:
                results.append((refused.code, refused.params.get("name")))
        return results

    with ThreadPoolExecutor(CLIENTS) as pool:
        outcomes = list(pool.map(race, actors))
    with transaction(engine) as session:
        names = dict(session.execute(sa.select(User.id, User.name)).all())
        for round_number, shop_id in enumerate(shop_ids):
            told = [outcome[round_number] for outcome in outcomes]
            winners = [holder for result, holder in told if result == "won"]
            assert len(winners) == 1
            losers = {(result, name) for result, name in told if result != "won"}
            assert losers == {("claimed_by_other", names[winners[0]])}
            stored = session.scalars(
                sa.select(FoundingCase.holder_id).where(FoundingCase.enterprise_id == shop_id)
            ).all()
            assert stored == winners
            lines = session.scalars(sa.select(CaseEvent.act).where(CaseEvent.enterprise_id == shop_id)).all()
            assert lines == ["claimed"]
            entries_of = session.scalar(
                sa.select(sa.func.count())
                .select_from(AuditEntry)
                .where(
                    AuditEntry.subject_kind == "founding_case",
                    AuditEntry.subject_id.in_(
                        sa.select(sa.cast(FoundingCase.id, sa.Text)).where(
                            FoundingCase.enterprise_id == shop_id
                        )
                    ),
                )
            )
            assert entries_of == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(Enterprise)) >= ROUNDS
    engine.dispose()
