"""The liaison's own pages: today, all my enterprises, the map, the sheet to print."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from geodata.errors import NotFound
from geodata.founding import reads
from geodata.queries.clauses import StaffBand
from geodata.queries.founding_lists import DUES, ListQuestion
from geodata.queries.grid_people import list_grid_work, list_people
from geodata.queries.liaison_pages import list_addresses, list_versions
from geodata.queries.map_choices import list_county_choices
from geodata.queries.scopes import Scope
from geodata.vocab import UNORGANIZED_STATES, CaseStep, VisitChannel, VisitResult
from webmap import auth, requests
from webmap.i18n import spoken
from webmap.pages import layout
from webmap.pages.choices import base_map, own_county
from webmap.pages.my_grid_words import grid_words, row_of, say
from webmap.pages.script_json import script_json
from webmap.permissions import Permission, requires

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geodata.queries.grid_people import GridPeople, GridWork

bp = Blueprint("my_grid", __name__)

PAGE_ROWS, PRINTED_ROWS = 50, 1000
MAX_TEXT, PAGE_DIGITS = 100, 5
SHOWN_FIRST, SHOWN_NEXT, NAMES_TOLD = 3, 9, 3
API = "/api/v1"

CLEAR_STATES = ("operation_state", "investor_state", "party_organization_state", "union_organization_state")
CLEAR_COUNTS = ("workforce_count", "party_member_count")

THUMB_TABS = (
    ("my_grid", "/my-grid", "today"),
    ("my_enterprises", "/my-grid/enterprises", "list"),
    ("my_map", "/my-grid/map", "map"),
    ("account", "/account", "me"),
)

# Counter, group of cards below it, symbol.
_SECTIONS = (
    ("overdue", "overdue", "warning"),
    ("due_today", "due_today", "clock"),
    ("new", "new", "plus"),
    ("in_hand", "next", "list"),
)
_SCRIPT_SENTENCES = ("liaison.js.",)
_MAP_SENTENCES = (
    *_SCRIPT_SENTENCES,
    "liaison.chip.",
    "liaison.step_",
    "liaison.dot",
    "staff_band.",
    "case_step.",
)


@bp.get("/my-grid")
@requires(Permission.CASES_WORK)
def show_today() -> Response:
    """What is overdue, due today, new and in hand, on one of my grids or on all."""
    scope = auth.scope(Permission.CASES_WORK)
    asked = _asked_grid(scope)
    found = reads.get_today(requests.session(), scope=_narrow(scope, asked), user_id=auth.me().user_id)
    grids = _grids(found.grids if asked is None else _all_grids(scope))
    sections = [_section(found, *names) for names in _SECTIONS]
    chosen = [grid for grid in grids if asked in (None, grid["id"])]
    return render(
        "my_grid/today.html",
        title_key="liaison.today.title",
        tab="my_grid",
        grids=grids,
        chosen=asked,
        chosen_words=chosen[0]["words"] if len(chosen) == 1 else say("liaison.today.all_grids", n=len(grids)),
        without_union=found.counts["unorganized"],
        sections=sections,
        first=next((one["key"] for one in sections if one["count"]), "overdue"),
        lapsing=_names(card.name for card in found.groups["lapsing"]),
        lapsing_count=found.counts["lapsing"],
    )


@bp.get("/my-grid/enterprises")
@requires(Permission.CASES_WORK)
def list_enterprises() -> Response:
    """All my enterprises that need a union, filtered and paged."""
    scope = auth.scope(Permission.CASES_WORK)
    asked: dict[str, Any] = {
        "q": request.args.get("q", "").replace("\0", "").strip()[:MAX_TEXT],
        "grid": _asked_grid(scope),
        "band": _one_of("band", StaffBand),
        "step": _one_of("step", CaseStep),
        "due": _one_of("due", DUES),
    }
    wanted = ListQuestion(
        q=asked["q"] or None,
        bands=(asked["band"],) if asked["band"] else (),
        step=asked["step"],
        due=asked["due"],
        page=_page(),
        limit=PAGE_ROWS,
    )
    found = reads.list_mine(
        requests.session(), wanted, scope=_narrow(scope, asked["grid"]), user_id=auth.me().user_id
    )
    kept = {name: value for name, value in asked.items() if value}
    return render(
        "my_grid/enterprises.html",
        title_key="liaison.list.title",
        tab="my_enterprises",
        grids=_grids(_all_grids(scope)),
        asked=asked,
        is_filtered=bool(kept),
        filters=_filters(),
        total=found.total,
        rows=[row_of(card, found.context) for card in found.cards],
        page=wanted.page,
        pages=max(1, -(-found.total // PAGE_ROWS)),
        page_path=lambda page: f"/my-grid/enterprises?{urlencode({**kept, 'page': page})}",
    )


@bp.get("/my-grid/map")
@requires(Permission.CASES_WORK)
def show_map() -> Response:
    """My enterprises on the map, own streets below, the same rows as a list beside."""
    counties = list_county_choices(requests.session())
    settings = {
        "locale": requests.locale(),
        "api": API,
        "tiles": f"{API}/tiles/{{z}}/{{x}}/{{y}}.mvt",
        "counties": [{"code": one.code, "name": one.name, "bounds": one.bounds} for one in counties],
        "county": own_county() or requests.settings().default_county,
        "base_map": base_map(requests.base_map()),
        "strings": dict(spoken(requests.locale(), "page.")),
    }
    return render(
        "my_grid/map.html",
        title_key="liaison.map.title",
        tab="my_map",
        sentences=_MAP_SENTENCES,
        map_settings=script_json(settings),
    )


@bp.get("/my-grid/print")
@requires(Permission.CASES_WORK)
def print_list() -> Response:
    """My list on paper: boundary version and date, for work inside the union, no telephone of anybody."""
    scope = auth.scope(Permission.CASES_WORK)
    asked = _asked_grid(scope)
    wanted = ListQuestion(limit=PRINTED_ROWS)
    session = requests.session()
    found = reads.list_mine(session, wanted, scope=_narrow(scope, asked), user_id=auth.me().user_id)
    addresses = list_addresses(session, [card.enterprise_id for card in found.cards])
    grids = [grid for grid in _grids(_all_grids(scope)) if asked in (None, grid["id"])]
    versions = list_versions(session, [grid["id"] for grid in grids])
    return render(
        "my_grid/print.html",
        title_key="liaison.print.title",
        tab="my_grid",
        rows=[
            row_of(card, found.context) | {"address": addresses.get(card.enterprise_id)}
            for card in found.cards
        ],
        total=found.total,
        today=found.context.today,
        grid_words=say("liaison.name_join").join(grid["words"] for grid in grids),
        versions=say("liaison.name_join").join(versions) or say("liaison.print.no_version"),
    )


def render(template: str, *, sentences: tuple[str, ...] = _SCRIPT_SENTENCES, **context: Any) -> Response:
    """A page of the liaison's with what its scripts and the visit sheet need."""
    strings = dict(spoken(requests.locale(), sentences))
    return layout.render(
        template,
        thumb_tabs=THUMB_TABS,
        liaison_data=script_json({"strings": strings, "points": f"{API}/my/points"}),
        visit_results=list(VisitResult),
        visit_channels=list(VisitChannel),
        bands=[band for band in StaffBand if band != StaffBand.UNKNOWN],
        clear_states=CLEAR_STATES,
        clear_counts=CLEAR_COUNTS,
        **context,
    )


def _section(found: reads.Today, key: str, group: str, icon: str) -> dict[str, Any]:
    rows = [row_of(card, found.context) for card in found.groups[group]]
    first = SHOWN_NEXT if key == "in_hand" else SHOWN_FIRST
    # One more is shown rather than folded away alone.
    first = len(rows) if len(rows) == first + 1 else first
    count = found.counts[group]
    return {
        "key": key,
        "icon": icon,
        "count": found.counts[key],
        "listed": count,
        "first": rows[:first],
        "rest": rows[first:],
        "rest_names": _names(row["name"] for row in rows[first:]),
        "left": count > len(rows),
        "all_path": "/my-grid/enterprises?due=overdue" if key == "overdue" else "/my-grid/enterprises",
    }


def _names(names: Iterable[str]) -> str:
    return say("liaison.name_join").join(list(names)[:NAMES_TOLD])


def _all_grids(scope: Scope) -> list[tuple[GridWork, GridPeople]]:
    session, grid_ids = requests.session(), sorted(scope.grid_ids)
    people = list_people(session, grid_ids)
    work = list_grid_work(session, grid_ids, sorted(UNORGANIZED_STATES))
    return [(grid, people[grid.grid_id]) for grid in work]


def _grids(held: Iterable[tuple[GridWork, GridPeople]]) -> list[dict[str, Any]]:
    return [
        {
            "id": grid.grid_id,
            "words": grid_words(grid.name, grid.code, grid.county_code),
            "without_union": grid.unorganized,
            "is_acting": people.is_vacant,
        }
        for grid, people in held
    ]


def _asked_grid(scope: Scope) -> int | None:
    """The grid of ``?grid=``, which must be one of mine.

    Raises:
        NotFound: ``grid_not_found``.
    """
    given = request.args.get("grid", "")
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and int(given) in scope.grid_ids):
        raise NotFound("grid_not_found", id=given[:MAX_TEXT])
    return int(given)


def _narrow(scope: Scope, grid_id: int | None) -> Scope:
    return scope if grid_id is None else replace(Scope(), grid_ids=frozenset({grid_id}))


def _one_of(name: str, values: Iterable[str]) -> str | None:
    given = request.args.get(name, "")
    return given if given in set(values) else None


def _page() -> int:
    given = request.args.get("page", "")[:PAGE_DIGITS]
    return max(1, int(given)) if given.isascii() and given.isdigit() else 1


def _filters() -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        ("band", [(band, say(f"staff_band.{band}")) for band in StaffBand]),
        (
            "step",
            [
                (step, say("liaison.step_words", n=n, step=say(f"case_step.{step}")))
                for n, step in enumerate(CaseStep, 1)
            ],
        ),
        ("due", [(due, say(f"liaison.due.{due}")) for due in DUES]),
    ]
