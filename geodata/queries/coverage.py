"""Coverage rules and stored answers: read and keep them."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geodata.models import CoverageRule, CoverageRun, ServiceItem


def list_rules(session: Session) -> Sequence[CoverageRule]:
    """All coverage rules in the order the office gave them."""
    return session.scalars(sa.select(CoverageRule).order_by(CoverageRule.position, CoverageRule.code)).all()


def straight_rule_codes(session: Session) -> list[str]:
    """Codes of the rules that have a straight-line limit, in the order the office gave them."""
    return [rule.code for rule in list_rules(session) if rule.straight_limit_m is not None]


def get_rule(session: Session, code: str) -> CoverageRule | None:
    """One coverage rule by its code."""
    return session.get(CoverageRule, code)


def lock_rule(session: Session, code: str) -> CoverageRule | None:
    """One coverage rule, locked until the transaction ends."""
    return session.get(CoverageRule, code, with_for_update=True, populate_existing=True)


def add_rule(session: Session, values: dict[str, Any]) -> None:
    """Insert a coverage rule; the caller has checked the values."""
    session.add(CoverageRule(**values))
    session.flush()


def has_runs(session: Session, code: str) -> bool:
    """Whether answers by a rule are kept."""
    found: bool = session.execute(sa.select(sa.exists().where(CoverageRun.rule_code == code))).scalar_one()
    return found


def list_used_rules(session: Session) -> set[str]:
    """Codes of the rules by which answers are kept; their limits are fixed."""
    return set(session.scalars(sa.select(CoverageRun.rule_code).distinct()))


def drop_default(session: Session) -> str | None:
    """No rule is shown first any more; tells which was."""
    return session.execute(
        sa.text(
            "UPDATE coverage_rules SET is_default = false, version = version + 1 WHERE is_default "
            "RETURNING code"
        )
    ).scalar_one_or_none()


def list_services(session: Session) -> dict[str, dict[str, str]]:
    """All services that a question can ask for, by code, with their names."""
    items = session.scalars(sa.select(ServiceItem).order_by(ServiceItem.position, ServiceItem.code))
    return {
        item.code: {"code": item.code, "name_zh": item.name_zh, "name_en": item.name_en} for item in items
    }


def find_run(session: Session, question: dict[str, Any], inputs_hash: str) -> CoverageRun | None:
    """The stored answer to a question over the same inputs.

    Args:
        session: where to look.
        question: the columns of a run that name the question, by column name.
        inputs_hash: fingerprint of everything that decides the answer.
    """
    same = [getattr(CoverageRun, column).is_not_distinct_from(value) for column, value in question.items()]
    return session.scalars(
        sa.select(CoverageRun).where(CoverageRun.inputs_hash == inputs_hash, *same)
    ).first()


def get_run(session: Session, run_id: int) -> CoverageRun | None:
    """A stored answer by its number."""
    return session.get(CoverageRun, run_id)


def add_run(session: Session, values: dict[str, Any]) -> int | None:
    """Keep an answer; None when the same question over the same inputs is kept already.

    Two who store the same answer at the same moment both succeed: one row is written.
    """
    statement = insert(CoverageRun).values(values).on_conflict_do_nothing().returning(CoverageRun.id)
    return session.execute(statement).scalar_one_or_none()


def list_runs(session: Session, *, county_code: str | None = None, limit: int = 20) -> list[dict[str, Any]]:
    """The latest stored answers, newest first: what was asked, and the figure."""
    run = CoverageRun
    figures = [run.figures[name].label(name) for name in ("share", "share_low", "share_high", "people")]
    statement = sa.select(
        run.id,
        run.county_code,
        run.rule_code,
        run.day_type,
        run.minute,
        run.services,
        run.as_of,
        run.engine,
        run.inputs_hash,
        run.computed_at,
        *figures,
    ).order_by(run.computed_at.desc(), run.id.desc())
    if county_code is not None:
        statement = statement.where(run.county_code == county_code)
    return [dict(row) for row in session.execute(statement.limit(limit)).mappings()]
