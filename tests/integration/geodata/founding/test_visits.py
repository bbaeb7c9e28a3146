"""Visits: written once, moving the case on, correcting what is known, telling nothing about persons."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from geodata.errors import Conflict, InvalidInput, NotFound
from geodata.founding import claims
from geodata.founding.visits import NewVisit, add_visit
from geodata.models import AuditEntry, CaseEvent, EnterpriseClarity, Visit
from geodata.queries.clauses import StaffBand
from geodata.queries.people import local_today
from geodata.vocab import VisitChannel, VisitResult


@pytest.fixture
def visit(office):
    def make(actor=None, shop=None, **more):
        values = {
            "client_id": "made-on-phone-1",
            "visited_on": local_today(office.session),
            "result": VisitResult.MET,
            "channel": VisitChannel.ON_SITE,
        }
        wanted = NewVisit(**(values | more))
        return add_visit(office.session, (shop or office.shop).id, wanted, actor=actor or office.liaison)

    return make


def test_add_visit_is_written_with_one_line_and_one_entry(office, visit):
    before = office.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
    done = visit(note="同意筹建，资料已收齐", next_on=local_today(office.session) + timedelta(3))
    assert (done.visit.by, done.visit.result, done.is_repeated, done.case) == ("穆棠", "met", False, None)
    assert office.session.scalars(sa.select(CaseEvent.act)).all() == ["visited"]
    assert office.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == before + 1


def test_add_visit_sent_again_adds_nothing(office, visit):
    first = visit()
    again = visit()
    assert (again.visit.id, again.is_repeated) == (first.visit.id, True)
    assert office.session.scalar(sa.select(sa.func.count()).select_from(Visit)) == 1
    assert office.session.scalars(sa.select(CaseEvent.act)).all() == ["visited"]
    with pytest.raises(Conflict, match="submission_differs"):
        visit(result=VisitResult.NOT_MET)
    assert not visit(actor=office.cadre).is_repeated  # another person's device may choose the same word


def test_add_visit_with_consent_starts_the_clock_of_ones_own_case(office, visit):
    case = claims.claim(office.session, office.shop.id, actor=office.liaison)
    on = local_today(office.session) - timedelta(1)
    after = visit(result=VisitResult.CONSENTED, visited_on=on).case
    assert (after.consent_on, after.clock_from, after.version) == (on, on, case.version + 1)
    assert after.due_on is not None
    again = visit(result=VisitResult.CONSENTED, client_id="made-on-phone-2").case
    assert (again.consent_on, again.version) == (on, after.version)


def test_add_visit_touches_the_claim_without_making_it_stale(office, visit):
    case = claims.claim(office.session, office.shop.id, actor=office.liaison)
    office.session.execute(sa.text("UPDATE founding_cases SET claim_until = current_date + 1"))
    after = visit().case
    assert (after.claim_until, after.version) == (case.claim_until, case.version)


def test_add_visit_by_somebody_else_leaves_the_case_alone(office, visit):
    claims.claim(office.session, office.shop.id, actor=office.liaison)
    after = visit(actor=office.cadre, result=VisitResult.CONSENTED).case
    assert (after.consent_on, after.holder_name) == (None, "穆棠")


@pytest.mark.parametrize(
    ("band", "count"),
    [
        (StaffBand.UNDER_25, 12),  # 12 is in the band: confirmed, not changed
        (StaffBand.UNDER_50, 25),
        (StaffBand.FROM_200, 200),
        (StaffBand.UNKNOWN, 12),
        (None, 12),
    ],
)
def test_add_visit_band_corrects_the_head_count_to_its_smallest(office, visit, band, count):
    visit(staff_band=band)
    office.session.refresh(office.shop)
    assert office.shop.staff_count == count


def test_add_visit_keeps_what_was_clear_before(office, visit):
    visit(clarity={"workforce_count": 12, "operation_state": "正常"})
    visit(clarity={"workforce_count": 15, "investor_state": None}, client_id="made-on-phone-2")
    clear = office.session.get(EnterpriseClarity, office.shop.id, populate_existing=True)
    assert (clear.workforce_count, clear.operation_state) == (15, "正常")
    assert clear.as_of == local_today(office.session)


def test_add_visit_refusal_comes_up_again_after_the_countys_days(office, visit):
    today = local_today(office.session)
    assert visit(result=VisitResult.REFUSED).visit.next_on == today + timedelta(90)
    other = visit(result=VisitResult.REFUSED, next_on=today + timedelta(7), client_id="made-on-phone-2")
    assert other.visit.next_on == today + timedelta(7)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"note": "身份证410103199001011234"}, "looks_like_id_number"),
        ({"clarity": {"operation_state": "410103199001011234"}}, "looks_like_id_number"),
        ({"days": 1}, "date_in_future"),
        ({"next_in": 0}, "visit_next_too_early"),
    ],
)
def test_add_visit_with_wrong_contents_is_refused(office, visit, more, code):
    today = local_today(office.session)
    values = dict(more)
    if "days" in values:
        values["visited_on"] = today + timedelta(values.pop("days"))
    if "next_in" in values:
        values["next_on"] = today + timedelta(values.pop("next_in"))
    with pytest.raises(InvalidInput, match=code):
        visit(**values)


def test_add_visit_in_another_grid_is_not_found(office, visit):
    with pytest.raises(NotFound):
        visit(actor=office.neighbour)
