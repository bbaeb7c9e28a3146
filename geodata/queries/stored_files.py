"""Files kept in the database in chunks: written a piece at a time, read a piece at a time."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.models import FileChunk, StoredFile
from geodata.rules.jobs import UPLOAD_KEPT_HOURS
from geodata.vocab import FilePurpose

CHUNK_BYTES = 1024 * 1024


def add_file(session: Session, **values: Any) -> StoredFile:
    """Begin a file; nobody sees it before ``complete``."""
    file = StoredFile(**values)
    session.add(file)
    session.flush()
    return file


def add_chunk(session: Session, file_id: int, number: int, content: bytes) -> None:
    """Append a piece."""
    session.execute(sa.insert(FileChunk).values(file_id=file_id, number=number, content=content))


def complete(session: Session, file_id: int, *, size_bytes: int, sha256: str) -> None:
    """Say that all pieces are there."""
    session.execute(
        sa.update(StoredFile)
        .where(StoredFile.id == file_id)
        .values(size_bytes=size_bytes, sha256=sha256, is_complete=True)
    )


def find_upload(session: Session, file_id: int, *, user_id: int | None) -> StoredFile | None:
    """A complete file that this person sent in."""
    return session.scalar(
        sa.select(StoredFile).where(
            StoredFile.id == file_id,
            StoredFile.purpose == FilePurpose.UPLOAD,
            StoredFile.is_complete,
            StoredFile.user_id == user_id,
        )
    )


def find_output(session: Session, job_id: int, purpose: FilePurpose) -> StoredFile | None:
    """A file that a job made."""
    return session.scalar(
        sa.select(StoredFile).where(
            StoredFile.job_id == job_id, StoredFile.purpose == purpose, StoredFile.is_complete
        )
    )


def iterate_chunks(session: Session, file_id: int) -> Iterator[bytes]:
    """The pieces in order, one in memory at a time."""
    number = 0
    while (piece := _chunk(session, file_id, number)) is not None:
        yield piece
        number += 1


def _chunk(session: Session, file_id: int, number: int) -> bytes | None:
    return session.scalar(
        sa.select(FileChunk.content).where(FileChunk.file_id == file_id, FileChunk.number == number)
    )


def count_uploads(session: Session, user_id: int) -> int:
    """Files that one person has waiting here, complete or not."""
    return (
        session.scalar(
            sa.select(sa.func.count()).where(
                StoredFile.user_id == user_id, StoredFile.purpose == FilePurpose.UPLOAD
            )
        )
        or 0
    )


def delete_file(session: Session, file_id: int) -> None:
    """Forget a file with its pieces."""
    session.execute(sa.delete(StoredFile).where(StoredFile.id == file_id))


def delete_stale_uploads(session: Session) -> None:
    """Forget what was sent in and neither saved nor given up, nor is waited for by a job."""
    session.execute(
        sa.text(
            "DELETE FROM stored_files AS f WHERE f.purpose = 'upload' "
            "AND f.created_at < now() - make_interval(hours => :hours) AND NOT EXISTS ("
            "SELECT FROM jobs AS j WHERE j.state IN ('queued', 'running') "
            "AND j.params -> 'upload_id' = to_jsonb(f.id))"
        ),
        {"hours": UPLOAD_KEPT_HOURS},
    )
