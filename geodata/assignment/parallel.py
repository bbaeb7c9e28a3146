"""The covering join in several sessions at once: PostgreSQL never parallelises it by itself."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.orm import Session

from geodata.queries import assignment_cover
from geodata.queries.assignment_cover import Scope


def cover_in_parallel(session: Session, scope: Scope, *, sessions: int) -> int:
    """Fill ``assign_cover`` with ``sessions`` sessions, each with its share of the grids; returns the pairs.

    The extra sessions see exactly what had been committed when this began (an exported snapshot), and
    hand their pairs back as one binary COPY, so no row becomes a Python object.
    """
    snapshot = assignment_cover.export_snapshot(session)
    engine = session.get_bind().engine
    shares = sessions

    def ask(share: int) -> bytes:
        with engine.connect() as connection:
            return assignment_cover.read_cover(connection, snapshot=snapshot, shares=shares, share=share)

    with ThreadPoolExecutor(max_workers=shares - 1) as pool:
        asked = [pool.submit(ask, share) for share in range(1, shares)]
        covered = assignment_cover.fill_cover(session, scope, shares=shares, share=0)
        for pairs in asked:
            covered += assignment_cover.load_cover(session, pairs.result())
    return covered
