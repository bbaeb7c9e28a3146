"""Files in: sent as they are, looked at by a job, saved by another, given up or taken back."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Literal

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import BaseModel, ConfigDict, Field

from geodata.db import transaction
from geodata.errors import Conflict, InvalidInput, NotFound
from geodata.ingest.limits import MAX_FILE_BYTES
from geodata.jobs import files, service
from geodata.queries import audit, import_batches, stored_files
from geodata.queries import jobs as stored
from geodata.queries.stored_files import CHUNK_BYTES
from geodata.rules.jobs import is_open
from geodata.vocab import Datum, ImportKind, JobKind, JobState
from webmap import auth, requests
from webmap.api import parameters
from webmap.api.job_answers import JobAnswer, answer_job
from webmap.api.jobs import Nothing, require_county
from webmap.permissions import Permission, requires
from webmap.writes import Done, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from geodata.queries.scopes import Scope

bp = APIBlueprint("imports", __name__, url_prefix="/api/v1", tag="imports")

_TEXT = Annotated[str, Field(min_length=1, max_length=100, pattern=parameters.TEXT_PATTERN)]
_READ_BYTES = 64 * 1024


class UploadQuery(parameters.Query):
    """How the sender calls the file."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=parameters.TEXT_PATTERN)]


class Upload(BaseModel):
    """A file that has arrived whole. It is kept for a day, or until it is saved or given up."""

    id: int
    file_name: str
    size_bytes: int
    sha256: str


class ImportWanted(BaseModel):
    """What a file brings. The datum of its coordinates must be named; it is never guessed."""

    model_config = ConfigDict(extra="forbid")

    upload: parameters.Id
    kind: ImportKind
    datum: Datum | None = None
    epsg: Annotated[int, Field(ge=1024, le=32767)] | None = Field(
        None, description="Instead of a datum: the EPSG code of projected coordinates."
    )
    county: parameters.County | None = Field(None, description="County of rows that do not say.")
    version_label: _TEXT | None = Field(None, description="Grids only: the draft they go into.")
    source_department: _TEXT | None = None
    all_or_nothing: bool = False


class Given(BaseModel):
    """What was given up."""

    status: Literal["given_up"]


@bp.post("/uploads")
@requires(Permission.IMPORTS_RUN)
@bp.input(UploadQuery, location="query", arg_name="query")
@bp.output(Upload, status_code=201)
@bp.doc(description="The body is the file itself, `application/octet-stream`, at most 100 MiB.")
def send_file(query: UploadQuery) -> Response:
    """Send a file as it is. A broken transfer leaves nothing that anybody could use."""
    request.max_content_length = MAX_FILE_BYTES
    asker = auth.me()
    requests.close_session()
    if request.content_length is not None:
        files.check_size(request.content_length)
    with transaction(requests.engine()) as session:
        upload_id = files.begin_upload(session, name=query.name, user_id=asker.user_id)
    size_bytes, digest = _receive(upload_id)
    with transaction(requests.engine()) as session:
        session.info[audit.POST] = asker.post_words(Permission.IMPORTS_RUN)
        stored_files.complete(session, upload_id, size_bytes=size_bytes, sha256=digest)
        file = files.get_upload(session, upload_id, user_id=asker.user_id)
        after = {"file": file.name, "size_bytes": size_bytes, "sha256": digest}
        audit.note(
            session,
            by=asker.login,
            action="file_sent",
            subject_kind="upload",
            subject_id=upload_id,
            after=after,
        )
        body = {"id": upload_id, "file_name": file.name, "size_bytes": size_bytes, "sha256": digest}
    return requests.json_response(body, 201)


def _receive(upload_id: int) -> tuple[int, str]:
    """Keep each piece as it comes, without an open transaction while a slow sender sends."""
    digest, size_bytes = hashlib.sha256(), 0
    try:
        for number, piece in enumerate(_pieces_sent()):
            size_bytes += len(piece)
            files.check_size(size_bytes)
            digest.update(piece)
            with transaction(requests.engine()) as session:
                stored_files.add_chunk(session, upload_id, number, piece)
        _check_whole(size_bytes)
    except BaseException:
        with transaction(requests.engine()) as session:
            stored_files.delete_file(session, upload_id)
        raise
    return size_bytes, digest.hexdigest()


def _check_whole(size_bytes: int) -> None:
    if not size_bytes:
        raise InvalidInput("file_empty")
    if request.content_length is not None and size_bytes != request.content_length:
        raise InvalidInput("file_cut_off")


def _pieces_sent() -> Iterator[bytes]:
    waiting = bytearray()
    while piece := request.stream.read(_READ_BYTES):
        waiting += piece
        if len(waiting) >= CHUNK_BYTES:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)


@bp.post("/imports")
@requires(Permission.IMPORTS_RUN)
@bp.input(ImportWanted, location="json", arg_name="wanted")
@bp.output(JobAnswer, status_code=202)
def preview_import(wanted: ImportWanted) -> Response:
    """Look at a file that was sent: a job says what would come in, what not and why. Nothing is changed."""
    scope = auth.scope(Permission.IMPORTS_RUN)
    if wanted.datum is None and wanted.epsg is None:
        raise InvalidInput("datum_missing")
    if wanted.kind is ImportKind.GRIDS and wanted.version_label is None:
        raise InvalidInput("version_missing")
    _check_county(scope, wanted.county)
    return write(lambda session: _ask_preview(session, wanted, scope), creates=True)


def _check_county(scope: Scope, county: str | None) -> None:
    """Who answers for one county must say which; another's is not there for them."""
    if scope.everything:
        return
    if county is None:
        raise InvalidInput("county_missing_for_import")
    require_county(scope, county)


def _ask_preview(session: Session, wanted: ImportWanted, scope: Scope) -> Done:
    asker = auth.me()
    file = files.get_upload(session, wanted.upload, user_id=asker.user_id)
    params = {
        "upload_id": file.id,
        "file_name": file.name,
        "kind": wanted.kind,
        "datum": wanted.epsg or wanted.datum,
        "county": wanted.county,
        "counties": None if scope.everything else sorted(scope.county_codes),
        "version_label": wanted.version_label,
        "source_department": wanted.source_department,
        "all_or_nothing": wanted.all_or_nothing,
    }
    job = service.ask(
        session,
        JobKind.IMPORT_PREVIEW,
        params,
        by=asker.login,
        user_id=asker.user_id,
        county_code=wanted.county,
        language=requests.locale(),
    )
    return answer_job(job)


@bp.post(f"/imports/<{parameters.ID}:job_id>/save")
@requires(Permission.IMPORTS_RUN)
@bp.input(Nothing, location="json", arg_name="wanted")
@bp.output(JobAnswer, status_code=202)
def save_import(job_id: int, wanted: Nothing) -> Response:
    """Save what a preview showed: rows, owners and what follows, all of it or nothing."""

    def work(session: Session) -> Done:
        asker = auth.me()
        preview = service.get_own(session, job_id, user_id=asker.user_id, kinds=[JobKind.IMPORT_PREVIEW])
        if preview.state != JobState.DONE:
            raise Conflict("import_not_previewed", id=job_id)
        subject = f"import:{job_id}"
        before = stored.find_newest(session, JobKind.IMPORT_SAVE, subject)
        if before is not None and (is_open(before.state) or before.state == JobState.DONE):
            raise Conflict("import_already_saved", id=before.id)
        files.get_upload(session, preview.params["upload_id"], user_id=asker.user_id)
        job = service.ask(
            session,
            JobKind.IMPORT_SAVE,
            preview.params,
            by=asker.login,
            user_id=asker.user_id,
            county_code=preview.county_code,
            subject=subject,
            language=requests.locale(),
        )
        return answer_job(job)

    return write(work, creates=True)


@bp.delete(f"/imports/<{parameters.ID}:job_id>")
@requires(Permission.IMPORTS_RUN)
@bp.output(Given)
def give_up_import(job_id: int) -> Response:
    """Give a previewed file up: it is deleted, nothing else changes."""

    def work(session: Session) -> Done:
        asker = auth.me()
        preview = service.get_own(session, job_id, user_id=asker.user_id, kinds=[JobKind.IMPORT_PREVIEW])
        saving = stored.find_newest(session, JobKind.IMPORT_SAVE, f"import:{job_id}")
        if is_open(preview.state) or (saving is not None and is_open(saving.state)):
            raise Conflict("job_still_runs", id=job_id)
        file = files.get_upload(session, preview.params["upload_id"], user_id=asker.user_id)
        stored_files.delete_file(session, file.id)
        audit.note(session, by=asker.login, action="file_given_up", subject_kind="upload", subject_id=file.id)
        return Done({"status": "given_up"})

    return write(work)


@bp.post(f"/imports/batches/<{parameters.ID}:batch_id>/undo")
@requires(Permission.IMPORTS_RUN)
@bp.input(Nothing, location="json", arg_name="wanted")
@bp.output(JobAnswer, status_code=202)
def undo_import(batch_id: int, wanted: Nothing) -> Response:
    """Take back an import of mine that only added rows, while nothing depends on them."""

    def work(session: Session) -> Done:
        asker = auth.me()
        batch = import_batches.find_batch(session, batch_id)
        if batch is None or batch.imported_by != asker.login:
            raise NotFound("batch_not_found", id=batch_id)
        job = service.ask(
            session,
            JobKind.IMPORT_UNDO,
            {"batch_id": batch_id, "file_name": batch.file_name},
            by=asker.login,
            user_id=asker.user_id,
            language=requests.locale(),
        )
        return answer_job(job)

    return write(work, creates=True)
