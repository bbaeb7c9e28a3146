"""One file that holds a whole database and proves it: written, read back, restored and compared.

The file is an ordinary zip: `manifest.json` (what must be in it) and `database.dump` (PostgreSQL's custom
format, for `pg_restore`). Its last 64 bytes, the comment of the zip, are the SHA-256 of all bytes before, so
that a cut-off file or a single changed bit is refused before a database is touched.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from psycopg.conninfo import make_conninfo
from sqlalchemy.orm import Session

from geodata import migrations
from geodata.db import check_database, make_engine, normalize_url, transaction
from geodata.errors import Conflict, InvalidInput, Misconfigured
from geodata.queries import audit, fingerprints, people
from geodata.queries.fingerprints import Fingerprint
from scripts.postgres_files import find_client

FORMAT = 1
MANIFEST, DUMP = "manifest.json", "database.dump"
_DIGEST_LENGTH = 64
_CHUNK = 1 << 20
# Extensions are there before the restore (only a superuser may create them), and so is the schema.
_NOT_RESTORED = (" EXTENSION ", " COMMENT - EXTENSION ", " SCHEMA - public", " ACL - SCHEMA public")


@dataclass(frozen=True)
class Manifest:
    """What a backup must contain: revision of the schema, and every table's rows and checksum."""

    revision: str
    taken_at: str
    server_version: str
    tables: Mapping[str, Fingerprint]

    @property
    def rows(self) -> int:
        """Rows of all tables together."""
        return sum(table.rows for table in self.tables.values())

    def to_json(self) -> str:
        """As stored in the file."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1)


def back_up(url: str, file: Path) -> Manifest:
    """Write a database to a new file, and read the file back before it gets its name.

    Count, checksums and dump are of one moment; others go on working meanwhile. Unlogged tables (counted
    tries) stay outside. The file is readable for its owner only: it holds names and password hashes.

    Raises:
        Conflict: ``backup_exists``; nothing is ever overwritten.
        Misconfigured: ``schema_missing``, ``database_program_failed``.
    """
    if file.exists():
        raise Conflict("backup_exists", file=str(file))
    part = file.with_name(file.name + ".part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        manifest = _write(url, part)
        check_file(part)
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def check_file(file: Path) -> Manifest:
    """Read a backup from end to end; returns what must be in it.

    Raises:
        InvalidInput: ``backup_damaged`` when it was cut off, changed or is no backup.
    """
    if _digest_of(file) != _digest_kept(file):
        raise InvalidInput("backup_damaged", file=str(file))
    with zipfile.ZipFile(file) as archive, archive.open(DUMP) as dump:
        manifest = _read_manifest(archive)
        _run("pg_restore", "--file=/dev/null", stdin=dump)
    return manifest


def restore(url: str, file: Path) -> Manifest:
    """Fill an empty database from a backup, compare every table, bring the schema up to date.

    The file is checked first; the database is filled in one transaction. All sessions end: whoever was
    signed in when the backup was taken signs in again.

    Raises:
        InvalidInput: ``backup_damaged``, ``backup_newer`` (the schema is unknown to this program).
        Conflict: ``restore_not_empty``.
        Misconfigured: ``restore_differs``, ``database_program_failed``.
    """
    manifest = check_file(file)
    _require_known(manifest)
    engine = make_engine(url)
    try:
        check_database(engine)
        _require_empty(engine)
        _fill(url, file)
        _require_equal(engine, manifest)
        migrations.upgrade(url)
        with transaction(engine) as session:
            # A dump carries no rights, because the role may have another name here.
            audit.forbid_changes(session)
            people.end_all_sessions(session)
            audit.note(
                session,
                by="scripts/tenmin",
                action="backup_restored",
                subject_kind="database",
                subject_id="-",
                after={"taken_at": manifest.taken_at, "revision": manifest.revision},
            )
    finally:
        engine.dispose()
    return manifest


# -- writing --


def _write(url: str, part: Path) -> Manifest:
    engine = make_engine(url)
    try:
        # Read only and repeatable: the dump is told to see exactly what is counted here.
        reader = engine.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")
        with Session(reader) as session:
            manifest, snapshot = _describe(session)
            # PostGIS fills its table of reference systems itself when it is installed.
            left_out = ["*.spatial_ref_sys", *fingerprints.list_unlogged_tables(session)]
            options = [f"--exclude-table-data={name}" for name in left_out]
            with zipfile.ZipFile(part, "w") as archive:
                archive.writestr(MANIFEST, manifest.to_json())
                with archive.open(DUMP, "w", force_zip64=True) as dump:
                    _dump(url, dump, f"--snapshot={snapshot}", *options)
                archive.comment = b"0" * _DIGEST_LENGTH
    finally:
        engine.dispose()
    with part.open("r+b") as written:
        written.seek(-_DIGEST_LENGTH, os.SEEK_END)
        written.write(_digest_of(part).encode())
        written.flush()
        os.fsync(written.fileno())
    return manifest


def _describe(session: Session) -> tuple[Manifest, str]:
    revision = fingerprints.find_revision(session)
    if revision is None:
        raise Misconfigured("schema_missing")
    manifest = Manifest(
        revision,
        datetime.now(UTC).isoformat(timespec="seconds"),
        str(session.scalar(sa.text("SHOW server_version"))),
        fingerprints.take_fingerprints(session),
    )
    return manifest, fingerprints.export_snapshot(session)


def _dump(url: str, target: IO[bytes], *options: str) -> None:
    with _started("pg_dump", "--format=custom", "--compress=6", *options, url=url) as process:
        shutil.copyfileobj(process.stdout, target, _CHUNK)


# -- reading --


def _digest_of(file: Path) -> str:
    """SHA-256 of a file without its last 64 bytes."""
    digest = hashlib.sha256()
    left = file.stat().st_size - _DIGEST_LENGTH
    with file.open("rb") as stream:
        while left > 0 and (chunk := stream.read(min(_CHUNK, left))):
            digest.update(chunk)
            left -= len(chunk)
    return digest.hexdigest()


def _digest_kept(file: Path) -> str:
    with file.open("rb") as stream:
        stream.seek(max(0, file.stat().st_size - _DIGEST_LENGTH))
        return stream.read().decode("ascii", errors="replace")


def _read_manifest(archive: zipfile.ZipFile) -> Manifest:
    read = json.loads(archive.read(MANIFEST))
    if read.pop("format") != FORMAT:
        raise InvalidInput("backup_newer")
    tables = {name: Fingerprint(**table) for name, table in read.pop("tables").items()}
    return Manifest(tables=tables, **read)


def _require_known(manifest: Manifest) -> None:
    if manifest.revision not in migrations.known_revisions():
        raise InvalidInput("backup_newer")


def _require_empty(engine: sa.Engine) -> None:
    with Session(engine) as session:
        tables = fingerprints.list_tables(session)
    if tables:
        raise Conflict("restore_not_empty", tables=len(tables))


def _fill(url: str, file: Path) -> None:
    options = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
    with tempfile.TemporaryDirectory(prefix="tenmin-restore-") as folder, zipfile.ZipFile(file) as archive:
        dump = Path(archive.extract(DUMP, folder))
        contents = _run("pg_restore", "--list", str(dump)).decode().splitlines()
        kept = [line for line in contents if not any(words in line for words in _NOT_RESTORED)]
        chosen = Path(folder) / "contents"
        chosen.write_text("\n".join(kept) + "\n", encoding="utf-8")
        _run("pg_restore", *options, f"--use-list={chosen}", str(dump), url=url)


def _require_equal(engine: sa.Engine, manifest: Manifest) -> None:
    with Session(engine) as session:
        found = fingerprints.take_fingerprints(session)
    differing = sorted(
        name for name in found.keys() | manifest.tables.keys() if not _same(name, found, manifest)
    )
    if differing:
        raise Misconfigured("restore_differs", tables=", ".join(differing))


def _same(name: str, found: Mapping[str, Fingerprint], manifest: Manifest) -> bool:
    return found.get(name) == manifest.tables.get(name)


# -- PostgreSQL's own programs --


def _run(program: str, *arguments: str, url: str | None = None, stdin: IO[bytes] | None = None) -> bytes:
    with _started(program, *arguments, url=url, feeds=stdin is not None) as process:
        if stdin is not None:
            shutil.copyfileobj(stdin, process.stdin, _CHUNK)
            process.stdin.close()
        return bytes(process.stdout.read())


@contextmanager
def _started(program: str, *arguments: str, url: str | None, feeds: bool = False) -> Iterator[Any]:
    """A program of PostgreSQL's; a password goes into its environment, never on its command line.

    Raises:
        Misconfigured: ``database_program_failed`` with the first error it told.
    """
    environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
    where: tuple[str, ...] = ()
    version = None
    if url is not None:
        version = _server_version(url)
        conninfo, password = _conninfo(url)
        where = (f"--dbname={conninfo}",)
        environment |= {"PGPASSWORD": password} if password else {}
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 - PostgreSQL's own programs, no shell
            [str(find_client(program, version)), *where, *arguments],
            env=environment,
            stdin=subprocess.PIPE if feeds else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
        )
        try:
            yield process
        except BrokenPipeError:
            pass  # it has ended early, and says why below
        except BaseException:
            process.kill()
            raise
        finally:
            for stream in filter(None, (process.stdin, process.stdout)):
                with suppress(BrokenPipeError):
                    stream.close()
            process.wait()
        if process.returncode:
            said.seek(0)
            lines = said.read().decode(errors="replace").strip().splitlines() or [""]
            first_error = next((line for line in lines if "error" in line.lower()), lines[-1])
            raise Misconfigured("database_program_failed", program=program, said=first_error)


def _conninfo(url: str) -> tuple[str, str | None]:
    """A database's address in libpq's form without its password, and the password."""
    parsed = sa.make_url(normalize_url(url))
    parts: dict[str, Any] = {
        "host": parsed.host,
        "port": parsed.port,
        "user": parsed.username,
        "dbname": parsed.database,
        **parsed.query,
    }
    return make_conninfo("", **{name: value for name, value in parts.items() if value}), parsed.password


def _server_version(url: str) -> int:
    """The major version of a server, for programs that fit it."""
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            return int(connection.scalar(sa.text("SHOW server_version_num")) or 0) // 10_000
    finally:
        engine.dispose()
