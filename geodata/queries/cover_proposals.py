"""Proposals that a union of the line covers an enterprise."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geodata.models import CoverProposal


@dataclass(frozen=True)
class ProposalRow:
    """A proposal with the names of its people."""

    id: int
    version: int
    enterprise_id: int
    union_name: str
    note: str
    state: str
    proposed_by: int
    proposer: str
    decider: str | None
    decision_note: str | None


def add_proposal(session: Session, values: dict[str, Any]) -> int | None:
    """Write a proposal; nothing when the enterprise has an open one."""
    return session.scalar(
        insert(CoverProposal).values(**values).on_conflict_do_nothing().returning(CoverProposal.id)
    )


def find_proposal(session: Session, proposal_id: int, *, lock: bool = False) -> ProposalRow | None:
    """One proposal, locked first if it is to be decided."""
    if lock:
        session.execute(sa.text("SELECT FROM cover_proposals WHERE id = :id FOR UPDATE"), {"id": proposal_id})
    row = session.execute(
        sa.text(
            "SELECT p.id, p.version, p.enterprise_id, p.union_name, p.note, p.state, p.proposed_by, "
            "proposer.name AS proposer, decider.name AS decider, p.decision_note "
            "FROM cover_proposals AS p JOIN users AS proposer ON proposer.id = p.proposed_by "
            "LEFT JOIN users AS decider ON decider.id = p.decided_by WHERE p.id = :id"
        ),
        {"id": proposal_id},
    ).mappings()
    found = row.one_or_none()
    return None if found is None else ProposalRow(**found)


def close_proposal(session: Session, proposal_id: int, values: dict[str, Any]) -> None:
    """Write the decision about a locked proposal."""
    session.execute(
        sa.update(CoverProposal)
        .where(CoverProposal.id == proposal_id)
        .values(
            **values,
            decided_at=sa.func.clock_timestamp(),
            updated_at=sa.func.clock_timestamp(),
            version=CoverProposal.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
