"""Where to build next: asked with a POST, kept, shown and taken away as a file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from apiflask import APIBlueprint
from apiflask.schemas import FileSchema
from flask import Response

from geodata.errors import NotFound
from geodata.export.overview import write_table
from geodata.jobs import service
from geodata.planning import siting
from geodata.vocab import HostKind, JobKind
from webmap import auth, requests
from webmap.api import parameters
from webmap.api import siting_schemas as schemas
from webmap.i18n import translate
from webmap.permissions import Permission, requires
from webmap.writes import Done, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

bp = APIBlueprint("siting", __name__, url_prefix="/api/v1", tag="siting")

_ID = f"<{parameters.ID}:siting_id>"
_MIME = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@bp.post("/siting")
@requires(Permission.PLANS_WRITE)
@bp.input(schemas.SitingWanted, location="json", arg_name="wanted")
@bp.output(schemas.SitingAsked, status_code=201)
@bp.doc(responses={202: "A job works on it; its page tells how far it is."})
def ask_siting(wanted: schemas.SitingWanted) -> Response:
    """Plan new stations for one county. Small questions are answered at once, large ones by a job.

    The same question over the same data has one answer, which is given again.
    """
    if not auth.scope(Permission.PLANS_WRITE).has_county(wanted.county):
        raise NotFound("county_not_found", county=wanted.county)
    return write(lambda session: _ask(session, wanted), creates=True)


def _ask(session: Session, wanted: schemas.SitingWanted) -> Done:
    question, options, asker = wanted.question, wanted.options, auth.me()
    if not siting.is_long(session, wanted.county):
        prepared = siting.prepare(session, question, options)
        if prepared.is_quick or siting.find_answer(session, prepared) is not None:
            run_id = siting.answer(session, prepared, by=asker.login)
            siting.note_asked(session, run_id, wanted.county, by=asker.login)
            return Done({"siting": run_id, "job": None, "page": f"/siting/{run_id}"}, 201)
    job = service.ask(
        session,
        JobKind.SITING,
        {"question": question.to_json(), "options": options.to_json()},
        by=asker.login,
        user_id=asker.user_id,
        county_code=wanted.county,
        language=requests.locale(),
    )
    return Done({"siting": None, "job": job.id, "page": f"/jobs/{job.id}"}, 202)


@bp.get(f"/siting/{_ID}")
@requires(Permission.PLANS_READ)
@bp.input(parameters.Query, location="query", arg_name="query")
@bp.output(schemas.SitingAnswer)
def get_siting(siting_id: int, query: parameters.Query) -> Response:
    """An answer exactly as it was given; it never changes."""
    found = siting.load_answer(requests.session(), siting_id, auth.scope(Permission.PLANS_READ))
    return _private(found)


@bp.get(f"/siting/{_ID}/export")
@requires(Permission.PLANS_READ)
@bp.input(schemas.FileQuery, location="query", arg_name="query")
@bp.output(FileSchema(type="string", format="binary"), content_type="application/octet-stream")
def export_siting(siting_id: int, query: schemas.FileQuery) -> Response:
    """The sites of an answer in order, or who stays outside by grid, as a table."""
    found = siting.load_answer(requests.session(), siting_id, auth.scope(Permission.PLANS_READ))
    return _file(found, query.part, query.format)


def _file(found: dict[str, Any], part: str, format: str) -> Response:
    name = _say("siting.title") if part == "sites" else _say("siting.outside")
    headers, rows = _stations(found) if "stations" in found else _TABLES[part](found)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"list.{format}"
        write_table(path, format, title=name[:31], headers=headers, rows=rows)
        response = Response(path.read_bytes(), content_type=_MIME[format])
    file_name = f"{name}-{found['county']}-{found['id']}.{format}"
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"tenmin.{format}\"; filename*=UTF-8''{quote(file_name)}"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _sites(found: dict[str, Any]) -> tuple[list[tuple[str, bool]], Iterator[list[Any]]]:
    numbers = {"rank", "gain", "total", "cost", "lon", "lat"}
    columns = (
        "rank",
        "name",
        "work",
        "host",
        "gain",
        "total",
        "cost",
        "town",
        "grid_code",
        "grid_name",
        "lon",
        "lat",
    )
    headers = [(_say(f"siting.column.{column}"), column in numbers) for column in columns]

    def rows() -> Iterator[list[Any]]:
        total = 0
        for site in found["sites"]:
            total += site["gain"]
            host = site["host_kind"] and _say(f"host_kind.{HostKind(site['host_kind'])}")
            yield [
                site["rank"],
                site["name"],
                _say(f"siting.work.{site['work']}"),
                host,
                site["gain"],
                total,
                site["cost"],
                site["town"],
                site["grid_code"],
                site["grid_name"],
                *site["point"],
            ]

    return headers, rows()


def _outside(found: dict[str, Any]) -> tuple[list[tuple[str, bool]], Iterator[list[Any]]]:
    numbers = {"people", "places", "out_of_reach"}
    columns = ("grid_code", "grid_name", "people", "places", "out_of_reach")
    headers = [(_say(f"siting.column.{column}"), column in numbers) for column in columns]
    return headers, ([row[column] for column in columns] for row in found["outside"])


def _stations(found: dict[str, Any]) -> tuple[list[tuple[str, bool]], Iterator[list[Any]]]:
    columns = ("code", "name", "lost", "reaches", "is_spare")
    headers = [(_say(f"siting.column.{column}"), column in {"lost", "reaches"}) for column in columns]

    def rows() -> Iterator[list[Any]]:
        for row in found["stations"]:
            spare = _say("overview.yes") if row["is_spare"] else None
            yield [row["code"], row["name"], row["lost"], row["reaches"], spare]

    return headers, rows()


_TABLES = {"sites": _sites, "outside": _outside}


def _say(key: str, **params: Any) -> str:
    return translate(requests.locale(), key, **params)


def _private(body: dict[str, Any]) -> Response:
    response = requests.json_response(body)
    response.headers["Cache-Control"] = "private, no-store"
    return response
