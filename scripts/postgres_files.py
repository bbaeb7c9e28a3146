"""Where PostgreSQL's programs are, and whose account may run them (standard library only)."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

EXTENSIONS = ("postgis", "pg_trgm", "btree_gist")
PROGRAMS = ("initdb", "pg_ctl", "pg_isready", "postgres", "psql")


class ClusterError(RuntimeError):
    """The cluster cannot be used; the message is one sentence for the person at the terminal."""


class Identity(TypedDict):
    """The part of `subprocess.run` that changes the account."""

    user: int | None
    group: int | None
    extra_groups: list[str | int] | None


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installed PostgreSQL with all our extensions."""

    bindir: Path
    version: int


@dataclass(frozen=True, slots=True)
class Account:
    """The system account that a server runs as."""

    uid: int
    gid: int

    def can_enter(self, directory: Path) -> bool:
        """Tell whether this account may enter a directory (only root can ask for another account)."""
        command = ["/bin/sh", "-c", 'cd "$1"', "sh", str(directory)]
        done = subprocess.run(  # noqa: S603 - fixed program
            command, cwd="/", capture_output=True, check=False, **self.identity()
        )
        return done.returncode == 0

    def identity(self) -> Identity:
        """Return what makes `subprocess.run` change to this account, where a change is needed."""
        if self.uid == os.geteuid():
            return {"user": None, "group": None, "extra_groups": None}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def server_account(data: Path) -> Account:
    """Return who runs the server over a data directory: we, and for root its owner or else `postgres`."""
    owner = data.stat() if data.exists() else None
    if os.geteuid() != 0:
        if owner and owner.st_uid != os.geteuid():
            msg = f"{data} belongs to another user; run as that user or as root, or set DATABASE_URL"
            raise ClusterError(msg)
        return Account(os.geteuid(), os.getegid())
    if owner and owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    try:
        entry = pwd.getpwnam("postgres")
    except KeyError:
        msg = "PostgreSQL refuses to run as root and there is no user 'postgres': run as an ordinary user"
        raise ClusterError(msg) from None
    return Account(entry.pw_uid, entry.pw_gid)


def find_binaries(version: int | None = None) -> Binaries:
    """Return the newest installed PostgreSQL that has PostGIS, or the one of a given major version.

    `TENMIN_PG_BINDIR` names a directory to use instead of searching.
    """
    dirs = _candidate_dirs()
    found = [b for b in map(_inspect, dirs) if b and version in (None, b.version)]
    if not found:
        wanted = f"PostgreSQL {version}" if version else "PostgreSQL"
        looked = ", ".join(map(str, dirs)) or "/usr/lib/postgresql and PATH"
        msg = f"{wanted} with PostGIS was not found (looked in {looked})"
        raise ClusterError(msg)
    return max(found, key=lambda b: b.version)


def find_client(program: str, version: int | None = None) -> Path:
    """Return pg_dump, pg_restore or psql of a major version, or else the newest one installed.

    A newer pg_restore may say things that an older server does not know; an older pg_dump refuses by itself.
    """
    usable = [found for folder in _candidate_dirs() if os.access(found := folder / program, os.X_OK)]
    if not usable and (on_path := shutil.which(program)):
        usable = [Path(on_path)]
    if not usable:
        msg = f"{program} was not found; install PostgreSQL's client programs"
        raise ClusterError(msg)
    versions = {path: _major(_output(path, "--version")) for path in usable}
    return max(usable, key=lambda path: (versions[path] == version, versions[path]))


def _major(version: str) -> int:
    found = re.search(r"\b(\d+)", version)
    return int(found[1]) if found else 0


def _candidate_dirs() -> list[Path]:
    if chosen := os.environ.get("TENMIN_PG_BINDIR"):
        return [Path(chosen)]
    dirs = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    if pg_config := shutil.which("pg_config"):
        dirs.append(Path(_output(pg_config, "--bindir")))
    return sorted(set(dirs))


def _inspect(bindir: Path) -> Binaries | None:
    if not all(os.access(bindir / name, os.X_OK) for name in PROGRAMS):
        return None
    match = re.search(r"\b(\d+)", _output(bindir / "postgres", "--version"))
    if not match:
        return None
    share = Path("/usr/share/postgresql") / match[1]
    if os.access(bindir / "pg_config", os.X_OK):
        share = Path(_output(bindir / "pg_config", "--sharedir"))
    if not all((share / "extension" / f"{name}.control").exists() for name in EXTENSIONS):
        return None
    return Binaries(bindir, int(match[1]))


def _output(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed arguments
    return done.stdout.strip()
