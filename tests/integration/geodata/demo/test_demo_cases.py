"""The invented union work: a case in every state, something due for everybody, and only once."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.assignment.service import assign_enterprises
from geodata.demo.cases import STORY, add_demo_work
from geodata.demo.people import LIAISON_GRID
from geodata.demo.service import load_demo
from geodata.founding import reads
from geodata.models import FoundingCase, Grid, User, Visit
from geodata.queries.scopes import Scope
from geodata.vocab import CaseState, CaseStep


@pytest.fixture(scope="module")
def told(engine: sa.Engine) -> Iterator[tuple[Session, int]]:
    """The demonstration with its union work, rolled back after this module."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            load_demo(session)
            assign_enterprises(session)
            session.execute(sa.text("UPDATE assignments SET valid_from = valid_from - interval '20 days'"))
            yield session, add_demo_work(session)
        outer.rollback()


def test_add_demo_work_every_state_and_step_has_a_case(told: tuple[Session, int]) -> None:
    session, count = told
    assert count > len(STORY) + 30
    assert set(session.scalars(sa.select(FoundingCase.state).distinct())) == set(CaseState)
    steps = session.scalars(
        sa.select(FoundingCase.step).where(FoundingCase.state == CaseState.OPEN).distinct()
    )
    assert set(steps) == set(CaseStep) - {CaseStep.UNVEILING}
    ends = set(session.scalars(sa.select(FoundingCase.end).distinct()))
    assert {"founded", "refused", "closed_down"} <= ends
    for model in (FoundingCase, Visit):
        assert session.scalar(sa.select(sa.func.count()).where(sa.not_(model.is_invented))) == 0


def test_add_demo_work_a_second_time_adds_nothing(told: tuple[Session, int]) -> None:
    assert add_demo_work(told[0]) == 0


def test_the_liaison_who_is_shown_has_something_in_every_group(told: tuple[Session, int]) -> None:
    session = told[0]
    grid = session.scalars(sa.select(Grid.id).where(Grid.code == LIAISON_GRID)).one()
    user = session.scalars(sa.select(User.id).where(User.login == "demo-liaison")).one()
    today = reads.get_today(session, scope=Scope(grid_ids=frozenset({grid})), user_id=user)
    assert today.counts["overdue"] >= 1
    assert today.counts["due_today"] >= 1  # on a day off, only the visits
    assert today.counts["new"] == 2
    assert today.counts["in_hand"] >= 8
    assert today.counts["lapsing"] == 1
    assert today.counts["next"] >= 2
    first = today.groups["overdue"][0]
    assert first.case is not None
    assert first.case.step == "application_approval"


def test_the_cadre_who_is_shown_has_something_of_everything_waiting(told: tuple[Session, int]) -> None:
    session = told[0]
    cadre = session.scalars(sa.select(User.id).where(User.login == "demo-cadre")).one()
    grids = session.scalars(
        sa.text("SELECT grid_id FROM posts WHERE user_id = :user AND grid_id IS NOT NULL"), {"user": cadre}
    ).all()
    waiting = reads.list_waiting(session, scope=Scope(grid_ids=frozenset(grids)), user_id=cadre)
    assert {name for name, count in waiting.counts.items() if count == 0} == set()
    assert any(dispute.escalated_at for dispute in waiting.disputes)
    assert len(waiting.pauses) >= 1
