"""Answers that can be revalidated: an ETag from question and data version, 304, gzip."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, request

from geodata import __version__
from geodata.queries.features import Page
from geodata.queries.state import data_version
from webmap import auth, requests

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


GEO_JSON = "application/geo+json"
JSON = "application/json"

_GZIP_FROM_BYTES = 1024
_GZIP_LEVEL = 5


def answer(
    subjects: Iterable[str],
    build: Callable[[Session], str],
    *,
    media_type: str = JSON,
    also: Iterable[object] = (),
) -> Response:
    """Answer with the text that ``build`` makes, or 304 if the reader has it already.

    ``subjects`` name the data the answer depends on; ``also`` is what else it depends on, such as today.
    """
    session = requests.session()

    def make() -> Response:
        return compress(Response(build(session), content_type=media_type))

    return revalidated((data_version(session, subjects), *also), make)


def revalidated(
    state: Iterable[object], make: Callable[[], Response], *, cache_control: str = "no-cache"
) -> Response:
    """The answer that ``make`` makes, or 304; ``state`` is all it depends on beside the question."""
    tag = entity_tag(*state)
    is_known = request.if_none_match.contains_weak(tag)
    response = Response(status=304) if is_known else make()
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = (
        cache_control if auth.identity() is None else f"private, {cache_control}"
    )
    response.headers["Content-Language"] = requests.locale()
    response.vary.update(("Accept-Language", "Accept-Encoding", "Cookie"))
    return response


def entity_tag(*state: object) -> str:
    """A word equal only for the same question of one reader in one language over equal data."""
    asked = (request.path, sorted(request.args.items(multi=True)), requests.locale())
    question = (*asked, auth.reader_key(), __version__)
    return hashlib.sha256(repr((question, [str(part) for part in state])).encode()).hexdigest()[:32]


def compress(response: Response) -> Response:
    """Send a large body gzipped to a reader who takes gzip. ETags are weak, so both forms share one."""
    if response.status_code != HTTPStatus.OK or not requests.takes_gzip():
        return response
    body = response.get_data()
    if len(body) >= _GZIP_FROM_BYTES:
        response.set_data(gzip.compress(body, _GZIP_LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def collection_text(page: Page) -> str:
    """A page as GeoJSON FeatureCollection text that states its limit and where to go on."""
    head = {"type": "FeatureCollection", "numberReturned": len(page.features), "limit": page.limit}
    head["next"] = page.next_after
    return f'{json.dumps(head)[:-1]}, "features": [{",".join(page.features)}]}}'


def json_text(value: Any) -> str:
    """Compact JSON with Chinese as it is; refuses NaN, which is not JSON."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
