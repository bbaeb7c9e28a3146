"""Cases: claimed by one conditional write, read with the names a person needs, changed under a lock."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geodata.models import Enterprise, FoundingCase, FoundingPause, FoundingStep
from geodata.queries import clauses
from geodata.queries.clauses import Clause
from geodata.queries.scopes import Scope
from geodata.rules.founding import Pause
from geodata.vocab import UNORGANIZED_STATES, OrganizationStatus


@dataclass(frozen=True)
class CaseRow:
    """A case with names. Columns as in ``founding_cases``."""

    id: int
    enterprise_id: int
    version: int
    state: str
    step: str
    route: str | None
    form: str | None
    union_name: str | None
    grid_id: int | None
    grid_code: str | None
    grid_name: str | None
    county_code: str | None
    holder_id: int | None
    holder_name: str | None
    claimed_at: datetime | None
    claim_until: date | None
    unheld_why: str | None
    unheld_at: datetime | None
    consent_on: date | None
    clock_from: date | None
    allowed_workdays: int
    due_on: date | None
    end: str | None
    end_note: str | None
    ended_on: date | None
    ended_by: int | None
    ended_by_name: str | None
    revisit_on: date | None
    verified_at: datetime | None
    verified_by: int | None
    verified_by_name: str | None


def grid_name(grid_id: str) -> str:
    """SQL for the name of a grid: as drawn in force, else as drawn last."""
    return (
        "(SELECT gb.name FROM grid_boundaries AS gb JOIN boundary_versions AS gv ON gv.id = gb.version_id "
        f"WHERE gb.grid_id = {grid_id} "
        "ORDER BY (gv.status = 'effective') DESC, gv.effective_from DESC NULLS LAST, gv.id DESC LIMIT 1)"
    )


_NAMES = {
    "grid_code": "(SELECT cg.code FROM grids AS cg WHERE cg.id = c.grid_id)",
    "grid_name": grid_name("c.grid_id"),
    "holder_name": "(SELECT u.name FROM users AS u WHERE u.id = c.holder_id)",
    "ended_by_name": "(SELECT u.name FROM users AS u WHERE u.id = c.ended_by)",
    "verified_by_name": "(SELECT u.name FROM users AS u WHERE u.id = c.verified_by)",
}
_PREFIX = "case_"
CASE_COLUMNS = ", ".join(
    f'{_NAMES.get(field.name, f"""c."{field.name}" """)} AS {_PREFIX}{field.name}'
    for field in fields(CaseRow)
)
"""Everything of a ``CaseRow`` of ``founding_cases AS c``, each name prefixed."""

OWNER_NOW = "LEFT JOIN assignments AS a ON a.enterprise_id = e.id AND a.valid_to IS NULL"


def to_case(row: Any) -> CaseRow | None:
    """The case of a mapping with ``CASE_COLUMNS``; nothing when there was none to join."""
    if row[f"{_PREFIX}id"] is None:
        return None
    return CaseRow(**{field.name: row[_PREFIX + field.name] for field in fields(CaseRow)})


def within(scope: Scope, *, case: str = "c") -> Clause | None:
    """Enterprises ``e`` (owner ``a``) that a scope opens, and those whose case one of its grids works.

    A new boundary moves an enterprise, never the work on it: both the new owner and the old grid see it.
    """
    opened = scope.enterprises("e", "a")
    if opened is None:
        return None
    grids = {"scope_case_grids": sorted(scope.grid_ids), "scope_case_counties": sorted(scope.county_codes)}
    return Clause(
        f"({opened.sql}) OR {case}.grid_id = ANY(:scope_case_grids) "
        f"OR {case}.county_code = ANY(:scope_case_counties)",
        {**opened.values, **grids},
    )


@dataclass(frozen=True)
class Place:
    """An enterprise as far as acts need it."""

    id: int
    name: str
    county_code: str | None
    grid_id: int | None
    organization_status: str
    staff_count: int | None
    removed_on: date | None
    case_id: int | None


def find_place(session: Session, enterprise_id: int, scope: Scope) -> Place | None:
    """An enterprise that the scope opens, by its owner or by the grid that works its case."""
    condition, values = clauses.where(Clause("e.id = :id", {"id": enterprise_id}), within(scope))
    row = session.execute(
        sa.text(
            "SELECT e.id, e.name, COALESCE(g.county_code, left(a.fallback_code, 6), e.county_code) "
            "AS county_code, a.grid_id, e.organization_status, e.staff_count, e.removed_on, "
            "(CASE WHEN c.state <> 'closed' THEN c.id END) AS case_id "
            f"FROM enterprises AS e {OWNER_NOW} LEFT JOIN grids AS g ON g.id = a.grid_id "
            "LEFT JOIN founding_cases AS c ON c.enterprise_id = e.id "
            f"WHERE {condition} ORDER BY c.id DESC NULLS LAST LIMIT 1"
        ),
        values,
    ).mappings()
    found = row.one_or_none()
    return None if found is None else Place(**found)


_CLAIM = """
INSERT INTO founding_cases AS c (enterprise_id, grid_id, county_code, holder_id, claimed_at, claim_until,
                                 clock_from, due_on, allowed_workdays)
SELECT e.id, a.grid_id, :county_code, :user_id, clock_timestamp(), :claim_until, CAST(:clock_from AS date),
       CAST(:due_on AS date), :allowed
FROM enterprises AS e LEFT JOIN assignments AS a ON a.enterprise_id = e.id AND a.valid_to IS NULL
WHERE e.id = :enterprise_id AND e.removed_on IS NULL AND e.organization_status = ANY(:unorganized)
ON CONFLICT (enterprise_id) WHERE state <> 'closed' DO UPDATE
SET holder_id = excluded.holder_id, grid_id = excluded.grid_id, claimed_at = excluded.claimed_at,
    claim_until = excluded.claim_until, unheld_why = NULL, unheld_at = NULL,
    clock_from = COALESCE(c.clock_from, excluded.clock_from),
    due_on = CASE WHEN c.clock_from IS NULL THEN excluded.due_on ELSE c.due_on END,
    version = c.version + 1, updated_at = clock_timestamp()
WHERE c.state IN ('open', 'paused') AND ({may_take})
RETURNING c.id
"""
_FREE = "c.holder_id IS NULL OR (c.state = 'open' AND c.claim_until < :today)"


def claim(
    session: Session,
    *,
    enterprise_id: int,
    county_code: str | None,
    user_id: int,
    claim_until: date,
    clock: tuple[date | None, date | None, int],
    today: date | None,
) -> int | None:
    """Take an enterprise in one conditional write; returns the case's id, or nothing when somebody has it.

    Opens a case, or takes up the one that nobody holds or whose claim has lapsed by ``today``. ``today`` null
    takes it from whoever holds it: a cadre assigns. ``clock`` is (start, last day, allowed working days) for
    a case whose clock has not begun.
    """
    started, due_on, allowed = clock
    found = session.scalar(
        sa.text(_CLAIM.format(may_take="true" if today is None else _FREE)),
        {
            "enterprise_id": enterprise_id,
            "county_code": county_code,
            "user_id": user_id,
            "claim_until": claim_until,
            "clock_from": started,
            "due_on": due_on,
            "allowed": allowed,
            "today": today,
            "unorganized": sorted(UNORGANIZED_STATES),
        },
    )
    return None if found is None else int(found)


def find_case(session: Session, case_id: int, scope: Scope, *, lock: bool = False) -> CaseRow | None:
    """A case that the scope opens; locked first, until the transaction ends, if it is to be changed."""
    if lock:
        session.execute(sa.text("SELECT FROM founding_cases WHERE id = :id FOR UPDATE"), {"id": case_id})
    return _one(session, Clause("c.id = :id", {"id": case_id}), within(scope))


def find_case_of(session: Session, enterprise_id: int) -> CaseRow | None:
    """The case under way of an enterprise."""
    return _one(session, Clause("c.enterprise_id = :id AND c.state <> 'closed'", {"id": enterprise_id}))


def list_closed(session: Session, enterprise_id: int) -> list[CaseRow]:
    """Verified cases of an enterprise, newest first."""
    return _list(session, Clause("c.enterprise_id = :id AND c.state = 'closed'", {"id": enterprise_id}))


def _one(session: Session, *conditions: Clause | None) -> CaseRow | None:
    return next(iter(_list(session, *conditions)), None)


def _list(session: Session, *conditions: Clause | None) -> list[CaseRow]:
    condition, values = clauses.where(*conditions)
    rows = session.execute(
        sa.text(
            f"SELECT {CASE_COLUMNS} FROM founding_cases AS c JOIN enterprises AS e ON e.id = c.enterprise_id "
            f"{OWNER_NOW} WHERE {condition} ORDER BY c.id DESC"
        ),
        values,
    )
    return [case for case in map(to_case, rows.mappings()) if case is not None]


def change_case(session: Session, case_id: int, values: dict[str, Any], *, is_edit: bool = True) -> None:
    """Write columns of a locked case. ``is_edit`` false keeps the version: a claim that was only touched."""
    grown = {"version": FoundingCase.version + 1} if is_edit else {}
    session.execute(
        sa.update(FoundingCase)
        .where(FoundingCase.id == case_id)
        .values(**values, **grown, updated_at=sa.func.clock_timestamp())
        .execution_options(synchronize_session=False)
    )


def change_enterprise(session: Session, enterprise_id: int, values: dict[str, Any]) -> None:
    """Write columns of an enterprise that follow from its case."""
    session.execute(
        sa.update(Enterprise)
        .where(Enterprise.id == enterprise_id)
        .values(**values, version=Enterprise.version + 1, updated_at=sa.func.clock_timestamp())
        .execution_options(synchronize_session=False)
    )


def mark_in_progress(session: Session, enterprise_id: int) -> None:
    """未建会 becomes 建会中 once there is consent or a finished step."""
    session.execute(
        sa.update(Enterprise)
        .where(
            Enterprise.id == enterprise_id,
            Enterprise.organization_status == OrganizationStatus.UNORGANIZED,
        )
        .values(organization_status=OrganizationStatus.IN_PROGRESS, version=Enterprise.version + 1)
        .execution_options(synchronize_session=False)
    )


def save_step(session: Session, case_id: int, step: str, values: dict[str, Any]) -> None:
    """Write down a finished step; after an undo, over what was there."""
    statement = insert(FoundingStep).values(case_id=case_id, step=step, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["case_id", "step"], set_=values))


def remove_step(session: Session, case_id: int, step: str) -> None:
    """Take back a finished step; its line in the history stays."""
    session.execute(
        sa.delete(FoundingStep)
        .where(FoundingStep.case_id == case_id, FoundingStep.step == step)
        .execution_options(synchronize_session=False)
    )


@dataclass(frozen=True)
class StepRow:
    """A finished step."""

    step: str
    done_on: date
    by: str
    evidence: str | None
    document_number: str | None
    document_on: date | None


def list_steps(session: Session, case_id: int) -> list[StepRow]:
    """The finished steps of a case."""
    rows = session.execute(
        sa.text(
            "SELECT s.step, s.done_on, u.name AS by, s.evidence, s.document_number, s.document_on "
            "FROM founding_steps AS s JOIN users AS u ON u.id = s.done_by WHERE s.case_id = :case_id"
        ),
        {"case_id": case_id},
    )
    return [StepRow(**row) for row in rows.mappings()]


@dataclass(frozen=True)
class PauseRow:
    """A pause with names; ``is_approved`` null while it waits."""

    id: int
    case_id: int
    reason: str
    note: str | None
    since: date
    until: date | None
    requested_by_id: int
    requested_by: str
    requested_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    is_approved: bool | None
    decision_note: str | None


def list_pauses(session: Session, case_ids: Sequence[int]) -> list[PauseRow]:
    """The pauses of some cases, oldest first."""
    rows = session.execute(
        sa.text(
            "SELECT p.id, p.case_id, p.reason, p.note, p.since, p.until, p.requested_by AS requested_by_id, "
            "asker.name AS requested_by, p.requested_at, cadre.name AS decided_by, p.decided_at, "
            "p.is_approved, p.decision_note "
            "FROM founding_pauses AS p JOIN users AS asker ON asker.id = p.requested_by "
            "LEFT JOIN users AS cadre ON cadre.id = p.decided_by "
            "WHERE p.case_id = ANY(:case_ids) ORDER BY p.id"
        ),
        {"case_ids": list(case_ids)},
    )
    return [PauseRow(**row) for row in rows.mappings()]


def approved(pauses: Sequence[PauseRow]) -> list[Pause]:
    """The pauses that stop a clock."""
    return [Pause(pause.since, pause.until) for pause in pauses if pause.is_approved]


def add_pause(session: Session, values: dict[str, Any]) -> int | None:
    """Ask for a pause; nothing when one is under way already."""
    statement = insert(FoundingPause).values(**values).on_conflict_do_nothing().returning(FoundingPause.id)
    return session.scalar(statement)


def change_pause(session: Session, pause_id: int, values: dict[str, Any]) -> None:
    """Decide or end a pause."""
    session.execute(
        sa.update(FoundingPause)
        .where(FoundingPause.id == pause_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def list_clocks(session: Session) -> list[CaseRow]:
    """Cases whose clock runs: what a changed calendar touches. Locked until the transaction ends."""
    session.execute(
        sa.text(
            "SELECT FROM founding_cases WHERE state = 'open' AND clock_from IS NOT NULL "
            "ORDER BY id FOR UPDATE"
        )
    )
    return _list(session, Clause("c.state = 'open' AND c.clock_from IS NOT NULL"))


def set_due_dates(session: Session, due: dict[int, date | None]) -> None:
    """Write the last days of many cases at once."""
    session.execute(
        sa.text(
            "UPDATE founding_cases AS c SET due_on = d.due_on, updated_at = clock_timestamp() "
            "FROM unnest(CAST(:ids AS bigint[]), CAST(:days AS date[])) AS d(id, due_on) WHERE c.id = d.id"
        ),
        {"ids": list(due), "days": list(due.values())},
    )
