"""The log: who did what to which thing, under which post, before and after. Nobody writes here."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request

from geodata.errors import InvalidInput
from geodata.export import log
from geodata.queries import audit_log
from geodata.queries.audit_log import LogFilter, LogRow
from webmap import auth, requests
from webmap.i18n import has_key, translate
from webmap.pages import layout
from webmap.permissions import Permission, requires

bp = Blueprint("audit", __name__)

MAX_ID = 2**53 - 1
PAGE = 50
MOST_ROWS = 50_000
MAX_TEXT = 100
_HELD = re.compile(r"(?P<role>[a-z_]+):(?P<where>grid [0-9]+|station [0-9]+|[^ ]+)")
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_HIDDEN = frozenset({"work_phone"})
"""Parts of which the log keeps only that they changed."""

_FILTERS = frozenset({"actor", "action", "kind", "thing", "since", "until", "lang"})
_COLUMNS = ("at", "actor", "name", "post", "action", "kind", "thing", "before", "after")
_FILES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@bp.get("/audit")
@requires(Permission.AUDIT_READ)
def show_log() -> Response:
    """A page of the log, newest first, by who, what, thing and span."""
    session = requests.session()
    wanted = _wanted()
    found = audit_log.list_entries(
        session, scope=auth.scope(Permission.AUDIT_READ), wanted=wanted, before=_before(), limit=PAGE + 1
    )
    return layout.render(
        "admin/audit.html",
        title_key="audit.title",
        tab="audit",
        entries=[_shown(row) for row in found[:PAGE]],
        more=found[PAGE - 1].id if len(found) > PAGE else None,
        wanted=wanted,
        is_filtered=wanted != LogFilter(),
        actions=_labelled("audit_action", audit_log.list_actions(session)),
        kinds=_labelled("audit_kind", audit_log.list_subject_kinds(session)),
        query=urlencode(_query()),
        most=MOST_ROWS,
    )


@bp.get("/audit.csv")
@requires(Permission.AUDIT_READ)
def export_csv() -> Response:
    """The filtered log as csv."""
    return _file("csv", log.to_csv(_headers(), _cells(_rows())))


@bp.get("/audit.xlsx")
@requires(Permission.AUDIT_READ)
def export_xlsx() -> Response:
    """The filtered log as a workbook."""
    title = translate(requests.locale(), "audit.title")
    return _file("xlsx", log.to_xlsx(title, _headers(), _cells(_rows())))


def _file(ending: str, content: bytes) -> Response:
    response = Response(content, content_type=_FILES[ending])
    response.headers["Content-Disposition"] = f'attachment; filename="tenmin-log.{ending}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _rows() -> Iterator[LogRow]:
    return audit_log.read_entries(
        requests.session(), scope=auth.scope(Permission.AUDIT_READ), wanted=_wanted(), limit=MOST_ROWS
    )


def _headers() -> list[str]:
    return [translate(requests.locale(), f"audit.column.{name}") for name in _COLUMNS]


def _cells(rows: Iterable[LogRow]) -> Iterator[list[str]]:
    for row in rows:
        yield [
            f"{row.at.astimezone(_SHANGHAI):%Y-%m-%d %H:%M:%S}",
            row.actor,
            row.actor_name or "",
            _post_words(row.post),
            _label("audit_action", row.action),
            _label("audit_kind", row.subject_kind),
            " ".join(filter(None, (row.subject_name, row.subject_id))),
            _json(row.before),
            _json(row.after),
        ]


def _json(value: dict[str, Any] | None) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _shown(row: LogRow) -> dict[str, Any]:
    """An entry in words: what changed, each part once with the value before and after."""
    before, after, locale = row.before or {}, row.after or {}, requests.locale()
    return {
        "id": row.id,
        "at": row.at,
        "actor": row.actor,
        "actor_name": row.actor_name,
        "post": _post_words(row.post),
        "action": _label("audit_action", row.action),
        "code": row.action,
        "kind": _label("audit_kind", row.subject_kind),
        "subject_kind": row.subject_kind,
        "subject_id": row.subject_id,
        "subject_name": row.subject_name,
        "changes": [
            {
                "part": _label("audit_part", name),
                "before": _word(before.get(name)),
                "after": _word(after.get(name)) if name not in _HIDDEN else translate(locale, "audit.hidden"),
                "has_before": name in before and name not in _HIDDEN,
                "has_after": name in after,
            }
            for name in dict.fromkeys((*before, *after))
        ],
    }


def _word(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return translate(requests.locale(), "audit.yes" if value else "audit.no")
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _post_words(post: str | None) -> str:
    """``liaison:grid 12`` as 网格联络员（网格 12）."""
    words = []
    for held in _HELD.finditer(post or ""):
        role, where = held["role"], held["where"].strip()
        kind, _, number = where.partition(" ")
        place = f"{_label('audit_kind', kind)} {number}" if number else where
        words.append(_label("role", role) + ("" if where == "*" else f"（{place}）"))
    return "、".join(words)


def _label(prefix: str, code: str) -> str:
    """The word for a code; a code without one is shown as it is."""
    keys = [f"{prefix}.{code}"]
    if prefix == "audit_action":  # the acts of the union work have their own words
        keys.append(f"case_act.{code.removeprefix('case_')}")
    return next((translate(requests.locale(), key) for key in keys if has_key(key)), code)


def _labelled(prefix: str, codes: list[str]) -> list[tuple[str, str]]:
    return [(code, _label(prefix, code)) for code in codes]


def _query() -> list[tuple[str, str]]:
    """The filters as asked, without the page."""
    return [(name, value) for name, value in request.args.items() if value and name in _FILTERS]


def _wanted() -> LogFilter:
    return LogFilter(
        actor=_text("actor"),
        action=_text("action"),
        subject_kind=_text("kind"),
        subject_id=_text("thing"),
        since=_day("since"),
        until=_day("until"),
    )


def _text(name: str) -> str | None:
    value = request.args.get(name, "").strip()[:MAX_TEXT]
    if value and not value.isprintable():
        raise InvalidInput("parameter_invalid")
    return value or None


def _day(name: str) -> date | None:
    value = request.args.get(name, "")
    if not value:
        return None
    try:
        found = date.fromisoformat(value)
    except ValueError:
        raise InvalidInput("parameter_invalid") from None
    if not 2000 <= found.year <= 2100:  # noqa: PLR2004
        raise InvalidInput("parameter_invalid")
    return found


def _before() -> int | None:
    value = request.args.get("before", "")
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and int(value) <= MAX_ID):
        raise InvalidInput("parameter_invalid")
    return int(value)
