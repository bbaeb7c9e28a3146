"""What waits for a person to decide, of every kind, in one list by how long it waits."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.queries import clauses
from geodata.queries.assignment_clauses import ACCURACY_M, GRIDS_IN_FORCE
from geodata.queries.disputes import sides
from geodata.queries.founding_cases import grid_name, within
from geodata.queries.scopes import Scope


class ReviewKind(StrEnum):
    """Kinds of things that wait."""

    BOUNDARY_REVIEW = "boundary_review"
    GAP_REVIEW = "gap_review"
    LOCATION_PENDING = "location_pending"
    DISPUTE = "dispute"
    PAUSE = "pause"
    TO_VERIFY = "to_verify"
    COVER = "cover"
    LAPSED = "lapsed"


OWNER_KINDS = frozenset({ReviewKind.BOUNDARY_REVIEW, ReviewKind.GAP_REVIEW, ReviewKind.LOCATION_PENDING})
"""Kinds about who is responsible."""


@dataclass(frozen=True)
class ReviewRow:
    """One thing that waits. ``id`` and ``version`` are what its decision names.

    Of who is responsible: the row in force of the assignment, which is its own version. Of a pause, an end
    or a lapsed claim: the case. ``by`` is who asked or ended; ``is_own`` that it was the reader, who then
    cannot decide it.
    """

    kind: str
    id: int
    version: int
    enterprise_id: int
    name: str
    since: datetime
    days: int
    by: str | None
    is_own: bool
    detail: str | None
    note: str | None
    from_grid_id: int | None
    other_grid_id: int | None
    holder: str | None
    decide_by: date | None


_OWNER = "LEFT JOIN assignments AS a ON a.enterprise_id = e.id AND a.valid_to IS NULL"
_CASE = f"founding_cases AS c JOIN enterprises AS e ON e.id = c.enterprise_id {_OWNER}"
_HOLDER = "(SELECT u.name FROM users AS u WHERE u.id = c.holder_id)"
_DAY = "(c.ended_on::timestamp AT TIME ZONE 'Asia/Shanghai')"


def _columns(**given: str) -> str:
    defaults = {
        "by": "NULL::text",
        "is_own": "false",
        "detail": "NULL::text",
        "note": "NULL::text",
        "from_grid_id": "a.grid_id",
        "other_grid_id": "a.other_grid_id",
        "holder": "NULL::text",
        "decide_by": "NULL::date",
    }
    names = ("kind", "id", "version", "enterprise_id", "since", *defaults)
    words = {**defaults, "enterprise_id": "e.id", **given}
    return ", ".join(f"{words[name]} AS {name}" for name in names) + ", e.name"


_PARTS = {
    "owner": f"""SELECT {_columns(kind="a.status", id="a.id", version="a.id", since="a.valid_from")}
FROM assignments AS a JOIN enterprises AS e ON e.id = a.enterprise_id
WHERE a.valid_to IS NULL AND e.removed_on IS NULL
  AND a.status IN ('boundary_review', 'gap_review', 'location_pending') AND {{owner}}""",
    "dispute": f"""SELECT {
        _columns(
            kind="'dispute'",
            id="d.id",
            version="d.version",
            since="d.created_at",
            by="(SELECT u.name FROM users AS u WHERE u.id = d.opened_by)",
            detail="d.kind",
            note="d.note",
            from_grid_id="d.from_grid_id",
            other_grid_id="d.proposed_grid_id",
            decide_by="d.decide_by",
        )
    }
FROM disputes AS d JOIN enterprises AS e ON e.id = d.enterprise_id {_OWNER}
LEFT JOIN grids AS home ON home.id = d.from_grid_id WHERE d.state = 'open' AND {{dispute}}""",
    "pause": f"""SELECT {
        _columns(
            kind="'pause'",
            id="c.id",
            version="c.version",
            since="p.requested_at",
            by="(SELECT u.name FROM users AS u WHERE u.id = p.requested_by)",
            is_own="p.requested_by = :user_id",
            detail="p.reason",
            note="p.note",
            holder=_HOLDER,
        )
    }
FROM {_CASE} JOIN founding_pauses AS p ON p.case_id = c.id
WHERE c.state IN ('open', 'paused') AND p.is_approved IS NULL AND p.until IS NULL AND {{case}}""",
    "to_verify": f"""SELECT {
        _columns(
            kind="'to_verify'",
            id="c.id",
            version="c.version",
            since=_DAY,
            by="(SELECT u.name FROM users AS u WHERE u.id = c.ended_by)",
            is_own="c.ended_by = :user_id",
            detail='c."end"',
            note="c.end_note",
            holder=_HOLDER,
        )
    }
FROM {_CASE} WHERE c.state = 'to_verify' AND {{case}}""",
    "lapsed": f"""SELECT {_columns(kind="'lapsed'", id="c.id", version="c.version", since="c.unheld_at")}
FROM {_CASE} WHERE c.state = 'open' AND c.unheld_why = 'lapsed' AND {{case}}""",
    "cover": f"""SELECT {
        _columns(
            kind="'cover'",
            id="p.id",
            version="p.version",
            since="p.created_at",
            by="(SELECT u.name FROM users AS u WHERE u.id = p.proposed_by)",
            is_own="p.proposed_by = :user_id",
            detail="p.union_name",
            note="p.note",
        )
    }
FROM cover_proposals AS p JOIN enterprises AS e ON e.id = p.enterprise_id {_OWNER}
WHERE p.state = 'open' AND e.removed_on IS NULL AND {{owner}}""",
}


def _waiting(scope: Scope, *, user_id: int, today: date) -> tuple[str, dict[str, Any]]:
    values: dict[str, Any] = {"user_id": user_id, "today": today}
    conditions = {}
    for name, clause in (
        ("owner", scope.enterprises("e", "a")),
        ("dispute", sides(scope)),
        ("case", within(scope)),
    ):
        conditions[name], bound = clauses.where(clause)
        values |= bound
    parts = " UNION ALL ".join(part.format(**conditions) for part in _PARTS.values())
    days = "GREATEST(0, :today - (since AT TIME ZONE 'Asia/Shanghai')::date)"
    return f"SELECT waiting.*, {days} AS days FROM ({parts}) AS waiting", values


def count_reviews(session: Session, scope: Scope, *, user_id: int, today: date) -> dict[str, int]:
    """How many of each kind wait."""
    waiting, values = _waiting(scope, user_id=user_id, today=today)
    rows = session.execute(
        sa.text(f"SELECT kind, count(*) AS waiting FROM ({waiting}) AS w GROUP BY kind"), values
    )
    found = {row.kind: row.waiting for row in rows}
    return {kind: found.get(kind, 0) for kind in ReviewKind}


def list_reviews(
    session: Session,
    scope: Scope,
    *,
    user_id: int,
    today: date,
    kind: ReviewKind | None = None,
    page: int = 1,
    limit: int = 30,
) -> list[ReviewRow]:
    """One page of what waits, longest first. ``page`` counts from 1."""
    waiting, values = _waiting(scope, user_id=user_id, today=today)
    rows = session.execute(
        sa.text(
            f"SELECT * FROM ({waiting}) AS w WHERE (CAST(:kind AS text) IS NULL OR kind = :kind) "
            "ORDER BY since, kind, id LIMIT :limit OFFSET :skip"
        ),
        {**values, "kind": kind, "limit": limit, "skip": (page - 1) * limit},
    )
    return [ReviewRow(**row) for row in rows.mappings()]


def find_review(
    session: Session, scope: Scope, *, user_id: int, today: date, kind: ReviewKind, review_id: int
) -> ReviewRow | None:
    """One thing that still waits."""
    waiting, values = _waiting(scope, user_id=user_id, today=today)
    row = session.execute(
        sa.text(f"SELECT * FROM ({waiting}) AS w WHERE kind = :kind AND id = :review_id"),
        {**values, "kind": kind, "review_id": review_id},
    ).mappings()
    found = row.first()
    return None if found is None else ReviewRow(**found)


@dataclass(frozen=True)
class OwnerNow:
    """Who is responsible for an enterprise today, and who said so: what a decision is based on."""

    assignment_id: int
    county_code: str | None
    status: str
    grid_id: int | None
    fallback_code: str | None
    decided_by: str | None
    decided_at: datetime


def find_owner_now(session: Session, enterprise_id: int, scope: Scope) -> OwnerNow | None:
    """The row in force of an enterprise that a scope opens."""
    condition, values = clauses.where(
        clauses.equals("e.id", enterprise_id, name="id"),
        clauses.Clause("e.removed_on IS NULL"),
        scope.enterprises("e", "a"),
    )
    row = session.execute(
        sa.text(
            "SELECT a.id AS assignment_id, COALESCE(g.county_code, left(a.fallback_code, 6), e.county_code) "
            "AS county_code, a.status, a.grid_id, a.fallback_code, COALESCE((SELECT u.name FROM users AS u "
            "WHERE u.login = a.decided_by), a.decided_by) AS decided_by, a.valid_from AS decided_at "
            "FROM enterprises AS e JOIN assignments AS a ON a.enterprise_id = e.id AND a.valid_to IS NULL "
            f"LEFT JOIN grids AS g ON g.id = a.grid_id WHERE {condition}"
        ),
        values,
    ).mappings()
    found = row.one_or_none()
    return None if found is None else OwnerNow(**found)


@dataclass(frozen=True)
class NearGrid:
    """A grid in force near a place, with its outline as GeoJSON text; ``distance_m`` is 0 inside."""

    id: int
    code: str
    name: str
    kind: str
    distance_m: float | None
    outline: str | None = None


@dataclass(frozen=True)
class Surroundings:
    """A place with its accuracy and the grids around it, those named first, then by distance."""

    lon: float | None
    lat: float | None
    accuracy_m: float | None
    grids: tuple[NearGrid, ...]


def read_surroundings(
    session: Session, enterprise_id: int, named: list[int], *, county_code: str | None, limit: int = 12
) -> Surroundings:
    """Where an enterprise lies, the ``named`` grids, and the nearest others of a county, ``limit`` in all."""
    place = session.execute(
        sa.text(
            f"SELECT ST_X(e.geom) AS lon, ST_Y(e.geom) AS lat, {ACCURACY_M} AS accuracy_m "
            "FROM enterprises AS e WHERE e.id = :id"
        ),
        {"id": enterprise_id},
    ).one()
    rows = session.execute(
        sa.text(
            "SELECT g.id, g.code, b.name, b.kind, "
            "ST_Distance(b.geom::geography, e.geom::geography) AS distance_m, "
            "ST_AsGeoJSON(b.geom, 6) AS outline "
            f"FROM {GRIDS_IN_FORCE} JOIN enterprises AS e ON e.id = :id "
            "WHERE g.county_code = :county AND (g.id = ANY(:named) OR (e.geom IS NOT NULL "
            "AND b.geom && ST_Expand(e.geom, 0.03) AND ST_DWithin(b.geom, e.geom, 0.03))) "
            'ORDER BY g.id <> ALL(:named), distance_m NULLS LAST, g.code COLLATE "C", g.id LIMIT :limit'
        ),
        {"id": enterprise_id, "named": named, "county": county_code, "limit": limit},
    )
    accuracy = place.accuracy_m if place.lon is not None else None
    return Surroundings(place.lon, place.lat, accuracy, tuple(NearGrid(**row) for row in rows.mappings()))


def name_grids(session: Session, grid_ids: list[int]) -> dict[int, tuple[str, str, str]]:
    """(code, name, county) of grids by id, as drawn in force or else as drawn last."""
    rows = session.execute(
        sa.text(
            f"SELECT g.id, g.code, {grid_name('g.id')} AS name, g.county_code FROM grids AS g "
            "WHERE g.id = ANY(:ids)"
        ),
        {"ids": grid_ids},
    )
    return {grid_id: (code, name or code, county) for grid_id, code, name, county in rows}
