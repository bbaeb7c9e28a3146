"""The state of the data as a short word, for ETags and caches."""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

SUBJECTS = frozenset(
    {
        "areas",
        "assignments",
        "barriers",
        "calendar",
        "demand",
        "divisions",
        "enterprises",
        "founding",
        "grids",
        "networks",
        "offices",
        "people",
        "plans",
        "reports",
        "rules",
        "stations",
        "streets",
    }
)
"""Subjects that triggers of the migrations note in ``data_changes``."""

VERSION = "sum(changes) || '.' || max(id)"
"""SQL of one subject's version. Count and greatest id, because transactions need not commit in the order in
which they drew their ids."""

_FOLD_LOCK = 0x7E9_0012
_FOLD = sa.text("""
WITH newest AS (SELECT subject, max(id) AS id FROM data_changes GROUP BY subject),
gone AS (
    DELETE FROM data_changes AS c USING newest AS n WHERE c.subject = n.subject AND c.id < n.id
    RETURNING c.subject, c.changes
)
UPDATE data_changes AS c SET changes = c.changes + folded.changes
FROM (
    SELECT n.id, sum(g.changes) AS changes FROM gone AS g JOIN newest AS n USING (subject) GROUP BY n.id
) AS folded
WHERE c.id = folded.id
""")

_VERSIONS = sa.text(
    f"SELECT subject, {VERSION} AS version FROM data_changes WHERE subject = ANY(:subjects) GROUP BY subject"
)


def data_version(session: Session, subjects: Iterable[str]) -> str:
    """Name the state of some subjects' data: equal words, equal data.

    The word changes with every committed writing statement on a table of the subjects, and is empty of
    meaning beyond equality. Read it in the same snapshot as the data, or before them.

    Raises:
        ValueError: a subject that no trigger notes; its version would never change.
    """
    return join_versions(subject_versions(session, subjects))


def subject_versions(session: Session, subjects: Iterable[str]) -> dict[str, str]:
    """The version of each subject, for answers with parts that depend on some of them.

    Raises:
        ValueError: a subject that no trigger notes; its version would never change.
    """
    wanted = sorted(set(subjects))
    unknown = set(wanted) - SUBJECTS
    if unknown:
        raise ValueError(f"nobody notes changes of {sorted(unknown)}")
    rows = session.execute(_VERSIONS, {"subjects": wanted})
    return {row.subject: row.version for row in rows}


def fold(session: Session) -> None:
    """Fold the rows that tell of changes into one a subject; no version changes by it.

    A version is read with every request, so its cost must not grow with years of writing. Does nothing
    while somebody else is at it. Does not commit.
    """
    if session.scalar(sa.text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _FOLD_LOCK}):
        session.execute(_FOLD)


def join_versions(versions: Mapping[str, str | None]) -> str:
    """One word for several subjects; one that was never written to (``None``) adds nothing."""
    return ",".join(f"{subject}:{version}" for subject, version in sorted(versions.items()) if version)


def check_reachable(session: Session) -> None:
    """Ask the database the smallest question; raises what the driver raises when it is away."""
    session.execute(sa.text("SELECT 1"))
