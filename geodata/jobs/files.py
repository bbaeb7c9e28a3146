"""Files between the database and a job: sent in by a person, made by a job, handed out to its asker."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy.orm import Session

from geodata.errors import NotFound, RefusedFile, TooMany
from geodata.ingest.limits import MAX_FILE_BYTES
from geodata.models import StoredFile
from geodata.queries import stored_files
from geodata.queries.stored_files import CHUNK_BYTES
from geodata.rules.jobs import MAX_UPLOADS_OF_ONE
from geodata.vocab import FilePurpose

MEDIA_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv; charset=utf-8",
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
    ".json": "application/json",
}
_MAX_NAME = 200
_BUSY_RETRY_S = 600


def begin_upload(session: Session, *, name: str, user_id: int) -> int:
    """Make room for a file that somebody sends; returns its id.

    Raises:
        TooMany: ``too_many_uploads`` when so many of this person's wait already.
    """
    if stored_files.count_uploads(session, user_id) >= MAX_UPLOADS_OF_ONE:
        raise TooMany("too_many_uploads", limit=MAX_UPLOADS_OF_ONE, retry_after_s=_BUSY_RETRY_S)
    return stored_files.add_file(
        session,
        purpose=FilePurpose.UPLOAD,
        user_id=user_id,
        name=_bare(name),
        media_type="application/octet-stream",
    ).id


def _bare(name: str) -> str:
    """The sender's name for a file without any folder; it is shown, never opened."""
    return name.replace("\\", "/").rsplit("/", 1)[-1].strip()[-_MAX_NAME:] or "upload"


def check_size(size_bytes: int) -> None:
    """Refuse what is too large before more of it is taken.

    Raises:
        RefusedFile: ``file_too_large``.
    """
    if size_bytes > MAX_FILE_BYTES:
        raise RefusedFile("file_too_large", limit_mb=MAX_FILE_BYTES // 2**20)


def get_upload(session: Session, upload_id: int, *, user_id: int | None) -> StoredFile:
    """A complete file that this person sent in.

    Raises:
        NotFound: ``upload_not_found``, for another's file as for one that was used or went stale.
    """
    file = stored_files.find_upload(session, upload_id, user_id=user_id)
    if file is None:
        raise NotFound("upload_not_found", id=upload_id)
    return file


def fetch(session: Session, file: StoredFile, path: Path) -> None:
    """Write a stored file to a path of ours."""
    with path.open("wb") as target:
        for piece in stored_files.iterate_chunks(session, file.id):
            target.write(piece)


def keep_output(session: Session, job_id: int, purpose: FilePurpose, path: Path, *, name: str) -> StoredFile:
    """Keep what a job made, in the transaction of the job."""
    file = stored_files.add_file(
        session,
        purpose=purpose,
        job_id=job_id,
        name=name,
        media_type=MEDIA_TYPES[path.suffix],
    )
    with path.open("rb") as source:
        size_bytes, sha256 = keep_pieces(session, file.id, iter(lambda: source.read(CHUNK_BYTES), b""))
    stored_files.complete(session, file.id, size_bytes=size_bytes, sha256=sha256)
    return file


def keep_pieces(session: Session, file_id: int, pieces: Iterable[bytes]) -> tuple[int, str]:
    """Append pieces in order; returns the size in bytes and the SHA-256."""
    digest, size_bytes = hashlib.sha256(), 0
    for number, piece in enumerate(pieces):
        stored_files.add_chunk(session, file_id, number, piece)
        digest.update(piece)
        size_bytes += len(piece)
    return size_bytes, digest.hexdigest()


def get_output(session: Session, job_id: int, purpose: FilePurpose) -> StoredFile:
    """A file that a job made; the caller has checked whose job it is.

    Raises:
        NotFound: ``job_file_not_found``.
    """
    file = stored_files.find_output(session, job_id, purpose)
    if file is None:
        raise NotFound("job_file_not_found", id=job_id)
    return file
