"""How every change of a station goes: hold it, check the version, do it, log what differs, count it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from geodata.errors import NotFound, Stale
from geodata.queries import audit, station_care, station_changes
from geodata.queries.scopes import Scope

_PLAIN = ("status", "access_method", "access_note", "confirmed_on", "confirmed_at", "confirmed_by")
_SECRET = frozenset({"duty_phone"})


@dataclass(frozen=True, slots=True)
class Editor:
    """Who changes a station, which stations are theirs, and the version their change is based on."""

    by: str
    scope: Scope
    version: int


Work = Callable[[Session, dict[str, Any]], None]


def change_station(session: Session, station_id: int, editor: Editor, action: str, work: Work) -> int:
    """Do ``work`` on a station and write one entry of what differs; nothing differs, nothing is written.

    Args:
        session: the open transaction; the caller commits.
        station_id: the station, held against others until the transaction ends.
        editor: whose change it is.
        action: what the log calls it.
        work: told the session and the station's row of ``queries.station_care``.

    Returns:
        The station's version afterwards.

    Raises:
        NotFound: ``station_not_found``, also for a station of somebody else.
        Stale: somebody saved it since the editor read it; ``by``, ``at`` and ``changed`` say who and what.
    """
    _hold(session, station_id, editor)
    row = _read(session, station_id)
    before = _snapshot(row)
    work(session, row)
    session.flush()
    was, became = _difference(before, _snapshot(_read(session, station_id)))
    if not became:
        return int(row["version"])
    version = station_changes.raise_version(session, station_id)
    audit.note(
        session,
        by=editor.by,
        action=action,
        subject_kind="station",
        subject_id=station_id,
        before=was,
        after={**became, "version": version},
    )
    return version


def _hold(session: Session, station_id: int, editor: Editor) -> None:
    version = station_care.lock_station(session, station_id, scope=editor.scope)
    if version is None:
        raise NotFound("station_not_found", id=station_id)
    if version == editor.version:
        return
    changes = station_care.list_changes_since(session, station_id, editor.version)
    changed = sorted({key for each in changes for key in each["changed"]} - {"version"})
    latest = changes[0] if changes else {"by": "", "at": None}
    raise Stale(version=version, by=latest["by"], at=latest["at"], changed=changed)


def _read(session: Session, station_id: int) -> dict[str, Any]:
    row = station_care.find_station_care(session, station_id, scope=Scope(everything=True))
    if row is None:
        raise NotFound("station_not_found", id=station_id)
    return row


def _snapshot(row: dict[str, Any]) -> dict[str, Any]:
    """Everything a manager may change, flat: one key for each thing that can be named in a sentence."""
    flat: dict[str, Any] = {name: row[name] for name in (*_PLAIN, *_SECRET)}
    for name in ("confirmed_on", "confirmed_at"):
        flat[name] = row[name] and row[name].isoformat()
    flat["hours"] = row["hours"]
    flat["photos"] = [photo["id"] for photo in row["photos"]]
    for on, *rest in row["dates"]:
        flat.setdefault(f"date.{on}", []).append(rest)
    flat |= {f"closure.{each['id']}": {**each, "id": None} for each in row["closures"]}
    flat |= {f"service.{code}": service for code, service in row["services"].items()}
    flat |= {f"visitors.{on}": visitors for on, visitors in row["visitors"].items()}
    return flat


def _difference(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was and what became of the keys that differ; the log learns of a phone only that it changed."""
    keys = [key for key in sorted(before.keys() | after.keys()) if before.get(key) != after.get(key)]
    return (
        {key: _told(key, before.get(key)) for key in keys},
        {key: _told(key, after.get(key)) for key in keys},
    )


def _told(key: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {name: each for name, each in value.items() if each is not None}
    return value if key not in _SECRET or value is None else "…"
