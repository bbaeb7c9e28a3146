"""Writing: one transaction a request, done once however often it is sent, never over somebody else's save."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from geodata.db import transaction
from geodata.errors import InvalidInput, VersionMissing
from geodata.queries import audit, submissions
from geodata.rules.personal import check_no_id_number
from webmap import auth, requests
from webmap.permissions import permission_of

KEY_HEADER = "Idempotency-Key"
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
_VERSION = re.compile(r'(?:W/)?"(\d{1,9})"')


@dataclass(frozen=True)
class Done:
    """What a write answers: a JSON object and a status.

    ``told_once`` joins the first answer and is kept nowhere: a one-time password. Sent again, the write is
    answered without it.
    """

    body: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    told_once: dict[str, Any] = field(default_factory=dict)


def write(work: Callable[[Session], Done], *, creates: bool = False) -> Response:
    """Do a write in one transaction and answer it; committed only when ``work`` ends well.

    With an ``Idempotency-Key`` the same request is done once: sent again, it gets the first answer.

    Raises:
        InvalidInput: ``looks_like_id_number`` when a text of the body holds one, whatever field it is in.
        InvalidInput: ``idempotency_key_missing`` when it ``creates`` and names none;
            ``idempotency_key_invalid``.
        Conflict: ``submission_differs`` for a key used before with other contents.
    """
    asker = auth.identity()
    user_id = asker.user_id if asker else None
    if request.is_json:
        _refuse_id_numbers(request.get_json(silent=True))
    key = _submission_key(user_id, required=creates)
    requests.close_session()  # what was read so far is not what is written upon
    with transaction(requests.engine()) as session:
        session.info[audit.POST] = _post_words()
        done = work(session) if key is None else _once(session, key, user_id, work)
    return _answer(done)


def expected_version() -> int:
    """The version a save is based on, from ``If-Match: "7"``.

    Raises:
        VersionMissing: there is none.
        InvalidInput: ``base_version_invalid``.
    """
    given = request.headers.get("If-Match")
    if not given:
        raise VersionMissing
    found = _VERSION.fullmatch(given.strip())
    if found is None:
        raise InvalidInput("base_version_invalid")
    return int(found[1])


def _refuse_id_numbers(value: Any) -> None:
    """No text that people enter may hold the number of an identity card."""
    if isinstance(value, str):
        check_no_id_number(value)
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _refuse_id_numbers(part)


def _once(session: Session, key: str, user_id: int | None, work: Callable[[Session], Done]) -> Done:
    digest = hashlib.sha256(
        b"\0".join((request.method.encode(), request.path.encode(), request.get_data()))
    ).digest()
    known = submissions.begin(session, key=key, user_id=user_id, digest=digest)
    if known is not None:
        return Done(known.answer, known.status)
    done = work(session)
    submissions.finish(session, key=key, status=done.status, answer=done.body)
    return done


def _submission_key(user_id: int | None, *, required: bool) -> str | None:
    given = request.headers.get(KEY_HEADER)
    if given is None:
        if required:
            raise InvalidInput("idempotency_key_missing")
        return None
    if _KEY.fullmatch(given) is None:
        raise InvalidInput("idempotency_key_invalid")
    return f"{user_id or 'public'}:{given}"


def _post_words() -> str | None:
    asker = auth.identity()
    rule = request.endpoint
    if asker is None or rule is None:
        return None
    permission = permission_of(requests.view(rule))
    return asker.post_words(permission) if permission else None


def _answer(done: Done) -> Response:
    response = requests.json_response({**done.body, **done.told_once}, done.status)
    response.headers["Cache-Control"] = "no-store"
    return response
