"""``/reviews``: everything that waits for a decision of mine, longest first, and one of them beside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from geodata.assignment.lookup import explain
from geodata.errors import InvalidInput
from geodata.queries import reports, reviews
from geodata.queries.assignments import list_owners
from geodata.queries.grid_people import list_assignees, list_people
from geodata.queries.overview_lists import read_page
from geodata.queries.people import local_today
from geodata.queries.reviews import OWNER_KINDS, ReviewKind, ReviewRow
from webmap import auth, requests
from webmap.i18n import translate
from webmap.pages import layout
from webmap.pages.my_grid_words import short_code
from webmap.permissions import Permission, requires

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from geodata.queries.scopes import Scope

bp = Blueprint("reviews", __name__)

PAGE = 30
MAX_DIGITS = 16
_COUNTY_OF_CODE = re.compile(r"\d{6}(?=[A-Za-z])")  # codes of grids read shorter where all are of one county


@bp.get("/reviews")
@requires(Permission.REVIEWS_DECIDE)
def show_reviews() -> Response:
    """The list, and what the decision of the chosen one needs."""
    session = requests.session()
    scope, user_id, today = _asker(session)
    kind = _kind(request.args.get("kind", ""))
    counts = reviews.count_reviews(session, scope, user_id=user_id, today=today)
    total = counts[kind] if kind else sum(counts.values())
    pages = max(1, -(-total // PAGE))
    page = min(read_page(request.args), pages)
    rows = reviews.list_reviews(
        session, scope, user_id=user_id, today=today, kind=kind, page=page, limit=PAGE
    )
    chosen, is_gone = _chosen(session, scope, rows, user_id=user_id, today=today)
    return layout.render(
        "overview/reviews.html",
        title_key="reviews.title",
        tab="reviews",
        counts=counts,
        kind=kind,
        total=total,
        page=page,
        pages=pages,
        rows=rows,
        chosen=chosen,
        is_gone=is_gone,
        is_asked="item" in request.args,
        told=_tell(session, rows if chosen is None else [*rows, chosen]),
        owner_kinds=OWNER_KINDS,
        reports=reports.count_open(session, auth.scope(Permission.REPORTS_READ)),
        may_verify=auth.may(Permission.CASES_VERIFY),
        assignees=list_assignees(session, auth.scope(Permission.CASES_DIRECT))
        if chosen is not None and chosen.kind == ReviewKind.LAPSED
        else [],
        url=_url,
    )


def _asker(session: Session) -> tuple[Scope, int, Any]:
    return auth.scope(Permission.REVIEWS_DECIDE), auth.me().user_id, local_today(session)


def _kind(word: str) -> ReviewKind | None:
    if word and word not in set(ReviewKind):
        raise InvalidInput("overview_question_invalid", name="kind")
    return ReviewKind(word) if word else None


def _chosen(
    session: Session, scope: Scope, rows: list[ReviewRow], *, user_id: int, today: Any
) -> tuple[ReviewRow | None, bool]:
    """The one the address names, or the first; and whether the one named waits no more."""
    named = request.args.get("item", "")
    if not named:
        return (rows[0] if rows else None), False
    kind, _, digits = named.rpartition("-")
    if kind not in set(ReviewKind) or not (
        digits.isascii() and digits.isdigit() and len(digits) < MAX_DIGITS
    ):
        raise InvalidInput("overview_question_invalid", name="item")
    found = reviews.find_review(
        session, scope, user_id=user_id, today=today, kind=ReviewKind(kind), review_id=int(digits)
    )
    return found, found is None


def _tell(session: Session, rows: list[ReviewRow]) -> dict[int, dict[str, Any]]:
    """What is said about each enterprise: why, who answers now, the other side, with their people."""
    owners = {row.enterprise_id: row for row in list_owners(session, [row.enterprise_id for row in rows])}
    grids = {grid for row in rows for grid in (row.from_grid_id, row.other_grid_id) if grid is not None}
    grids |= {owner.grid_id for owner in owners.values() if owner.grid_id is not None}
    people = list_people(session, sorted(grids))
    names = reviews.name_grids(session, sorted(grids))
    told = {}
    for row in rows:
        owner = owners.get(row.enterprise_id)
        why = None if owner is None else explain(owner)
        told[row.enterprise_id] = {
            "why": None
            if why is None
            else _COUNTY_OF_CODE.sub(
                "",
                " ".join(
                    translate(requests.locale(), key, **why.reason_params)
                    for key in (why.reason_key, *why.reason_notes)
                ),
            ),
            "owner": _grid(owner.grid_id, names, people) if owner and owner.grid_id else None,
            "fallback": owner.fallback_name if owner and owner.fallback_code else None,
            "from": _grid(row.from_grid_id, names, people),
            "other": _grid(row.other_grid_id, names, people),
        }
    return told


def _grid(grid_id: int | None, names: dict[int, tuple[str, str, str]], people: Any) -> dict[str, Any] | None:
    if grid_id is None or grid_id not in names:
        return None
    code, name, county = names[grid_id]
    return {"id": grid_id, "code": short_code(code, county), "name": name, "people": people[grid_id]}


def _url(**changes: Any) -> str:
    words: dict[str, Any] = {**request.args.to_dict(), **changes}
    kept = {name: value for name, value in words.items() if value not in {None, ""}}
    return f"/reviews?{urlencode(kept)}"
