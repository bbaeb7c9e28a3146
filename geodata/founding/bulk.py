"""Many cases given or freed at once: each by itself, and each with what became of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from geodata.errors import Conflict, GeodataError
from geodata.founding import claims
from geodata.founding.acts import Actor, get_place
from geodata.queries import founding_cases
from geodata.queries.founding_cases import CaseRow


@dataclass(frozen=True)
class RowResult:
    """What became of one enterprise: its case, or why not."""

    enterprise_id: int
    case: CaseRow | None = None
    error: GeodataError | None = None


def assign_many(
    session: Session, enterprise_ids: Sequence[int], *, user_id: int, note: str | None, actor: Actor
) -> list[RowResult]:
    """Give enterprises to one person, see ``claims.assign``. One that is refused leaves the others done.

    A foreign one is told like one that does not exist. The order is by id, so that two of these cannot
    block each other.
    """
    return _each(
        session,
        enterprise_ids,
        lambda one: claims.assign(session, one, user_id=user_id, note=note, actor=actor),
    )


def free_many(session: Session, enterprise_ids: Sequence[int], *, note: str, actor: Actor) -> list[RowResult]:
    """Take enterprises from who holds them, see ``claims.free``.

    Raises:
        InvalidInput: ``note_missing``, ``looks_like_id_number``: before anything is done.
    """
    claims.check_note(note)
    return _each(session, enterprise_ids, lambda one: _free(session, one, note, actor))


def _free(session: Session, enterprise_id: int, note: str, actor: Actor) -> CaseRow:
    get_place(session, enterprise_id, actor.scope)
    case = founding_cases.find_case_of(session, enterprise_id)
    if case is None:
        raise Conflict("case_unheld")
    return claims.free(session, case.id, version=case.version, note=note, actor=actor)


def _each(session: Session, enterprise_ids: Sequence[int], act: Callable[[int], CaseRow]) -> list[RowResult]:
    results = []
    for enterprise_id in sorted(set(enterprise_ids)):
        try:
            with session.begin_nested():
                results.append(RowResult(enterprise_id, case=act(enterprise_id)))
        except GeodataError as error:
            results.append(RowResult(enterprise_id, error=error))
    return results
