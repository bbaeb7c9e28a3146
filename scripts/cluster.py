"""The private PostgreSQL cluster of a checkout: found, started, shared, stopped.

Only the standard library is used, because `scripts/run` asks for the server's programs before `.venv` exists.

A *home* directory holds everything: `data/` (PostgreSQL's own), `postgresql.conf` (written at each start),
`server.log`, and two lock files. `gate` is held while somebody starts or stops the server. `users` is held
shared by each process that needs the server, so the last one to leave can see that it is the last; the kernel
drops both locks even after kill -9. The server listens on a Unix socket only, in a directory of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

from scripts.postgres_files import EXTENSIONS, Account, Binaries, ClusterError, find_binaries, server_account
from scripts.processes import (
    end,
    hold_alone,
    interrupt_on_termination,
    locked,
    opened,
    processes_of,
    undisturbed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "tenmin"
ROLE = "tenmin"
SUPERUSER = "postgres"
START_SECONDS = 300  # crash recovery after kill -9 may have much to replay
STOP_SECONDS = 60
LOG_BYTES = 10_000_000
TEST_PREFIX = "tenmin-test-"
# Socket paths end at 107 bytes and checkouts may lie deep. $TMPDIR may be long too, and $XDG_RUNTIME_DIR
# vanishes at log-out under a server that still runs.
SOCKET_ROOT = Path("/tmp")  # noqa: S108 - the directory made in it is private and its owner is checked
PORT = 5432  # only names the socket file


class Cluster:
    """A PostgreSQL server in one directory, used by any number of processes of one machine at once."""

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home.resolve()
        self.data = self.home / "data"
        self.durable = durable

    @classmethod
    def of_checkout(cls, root: Path = ROOT) -> Self:
        """Return the cluster that belongs to a checkout.

        It lies in `var/cluster`. PostgreSQL refuses root, so for root the server runs as `postgres`; where
        that account cannot reach the checkout (under /root, say) the home is `/var/lib/tenmin/<hash>`.
        """
        cluster = cls(root / "var" / "cluster")
        if os.geteuid() == 0 and not cluster.account.can_enter(root):
            digest = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:12]
            return cls(Path("/var/lib/tenmin") / digest)
        return cluster

    @cached_property
    def account(self) -> Account:
        """Whose server it is."""
        return server_account(self.data)

    @cached_property
    def binaries(self) -> Binaries:
        """The programs that fit the data; data of another major version is never touched."""
        made_by = self.data / "PG_VERSION"
        return find_binaries(int(made_by.read_text()) if made_by.exists() else None)

    @cached_property
    def name(self) -> str:
        """A name for process titles and the socket directory, one per home and account."""
        key = os.fsencode(self.home) + b"\0" + str(self.account.uid).encode()
        return "tenmin-" + hashlib.sha256(key).hexdigest()[:12]

    @property
    def socket_dir(self) -> Path:
        """The directory of the Unix socket: short, and closed to other users."""
        return SOCKET_ROOT / self.name

    def url(self, database: str = DATABASE, *, role: str = ROLE) -> str:
        """Return the SQLAlchemy address of a database; by default for the role that owns it, no superuser."""
        return f"postgresql+psycopg://{role}@/{database}?host={quote(str(self.socket_dir))}"

    # -- who uses it --

    @contextlib.contextmanager
    def in_use(self) -> Iterator[Self]:
        """Start the server or join a running one; the last user to leave stops it."""
        self._make_home()
        user = os.getpid()
        with opened(self.home / "users") as users:
            try:
                with locked(self.home / "gate"):
                    fcntl.flock(users, fcntl.LOCK_SH)
                    self._start(alone=hold_alone(users))
                    self._prepare()
                yield self
            finally:
                if os.getpid() == user:  # a fork that unwinds its stack is not the user
                    with undisturbed():
                        self._leave(users)

    def _leave(self, users: int) -> None:
        with locked(self.home / "gate"):
            if hold_alone(users):
                self._stop()
            fcntl.flock(users, fcntl.LOCK_UN)

    def running(self) -> bool:
        """Tell whether the server accepts connections."""
        return self._ready() == 0

    def _make_home(self) -> None:
        try:
            self.home.mkdir(parents=True, exist_ok=True)
        except PermissionError:
            writable = False
        else:
            writable = os.access(self.home, os.W_OK)
        if not writable:
            msg = f"cannot write to {self.home}: run as its owner, or set DATABASE_URL"
            raise ClusterError(msg)

    # -- starting --

    def _start(self, *, alone: bool) -> None:
        for half_made in self.home.glob("new-*"):
            shutil.rmtree(half_made, ignore_errors=True)  # its initdb may be about to die
        if not self.data.exists():
            self._initdb()
        if self._wait_while_starting():
            return
        if not alone:
            msg = f"another process uses {self.home} but its server does not answer; end that process first"
            raise ClusterError(msg)
        self._clear_the_dead()
        self._make_socket_dir()
        self._write_settings()
        self._pg_ctl_start()

    def _initdb(self) -> None:
        """Make the data under another name first, so that a half-made one is never mistaken for whole."""
        new = Path(tempfile.mkdtemp(prefix="new-", dir=self.home))
        os.chown(new, self.account.uid, self.account.gid)
        sync = () if self.durable else ("--no-sync",)
        # Any locale but a UTF-8 one leaves trigrams of Chinese text empty, and search finds nothing.
        self._run(
            "initdb", "-D", str(new), "-U", SUPERUSER, "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust", *sync
        )
        new.rename(self.data)

    def _ready(self) -> int:
        """Return pg_isready's answer: 0 accepting, 1 starting or stopping, 2 nobody there."""
        return self._run(
            "pg_isready", "-q", "-h", str(self.socket_dir), "-p", str(PORT), "-t", "5", check=False
        ).returncode

    def _wait_while_starting(self) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while (answer := self._ready()) == 1 and time.monotonic() < deadline:
            time.sleep(0.2)
        return answer == 0

    def _clear_the_dead(self) -> None:
        """Remove what a killed server left: backends without a parent, its pid file, its socket.

        PostgreSQL itself stays away when the old pid now belongs to another program of the same user, which
        is common in containers; so the pid is believed only if that process really serves our data.
        """
        if self._server_pid():  # alive, but its socket was swept away
            self._stop()
        title = f"postgres: {self.name}: ".encode()
        end(pid for pid, line in processes_of(self.account.uid) if line.startswith(title))
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        if self.socket_dir.is_dir() and not self.socket_dir.is_symlink():
            for leftover in self.socket_dir.iterdir():
                leftover.unlink()

    def _server_pid(self) -> int | None:
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        lines = dict(processes_of(self.account.uid))
        arguments = lines.get(pid, b"").split(b"\0")
        return pid if os.fsencode(self.data) in arguments else None

    def _make_socket_dir(self) -> None:
        with contextlib.suppress(FileExistsError):
            self.socket_dir.mkdir(mode=0o700)
            os.chown(self.socket_dir, self.account.uid, self.account.gid)
        found = self.socket_dir.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.account.uid:
            msg = f"{self.socket_dir} belongs to somebody else; remove it"
            raise ClusterError(msg)
        self.socket_dir.chmod(0o700)

    def _write_settings(self) -> None:
        shm = shutil.disk_usage("/dev/shm").total if Path("/dev/shm").is_dir() else 0  # noqa: S108 - only measured
        switch = "on" if self.durable else "off"
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_dir),
            "port": PORT,
            "cluster_name": self.name,
            "max_connections": 100,
            "shared_buffers": "256MB",
            "work_mem": "64MB",
            "maintenance_work_mem": "256MB",
            "max_wal_size": "4GB",
            "jit": "off",
            # Containers often have 64 MB there, which one parallel hash join exceeds.
            "dynamic_shared_memory_type": "posix" if shm >= 2**30 else "mmap",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] %d ",
            "fsync": switch,
            "full_page_writes": switch,
            "synchronous_commit": switch,
        }
        lines = ["# Written by scripts/cluster.py at every start; use ALTER SYSTEM for settings of your own."]
        lines += [f"{name} = '{value}'" for name, value in settings.items()]
        (self.home / "postgresql.conf").write_text("\n".join(lines) + "\n")
        (self.home / "postgresql.conf").chmod(0o644)

    def _pg_ctl_start(self) -> None:
        log = self.home / "server.log"
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
        options = "-c config_file=" + shlex.quote(str(self.home / "postgresql.conf"))
        # The server inherits its output from pg_ctl, so a pipe here would never reach its end.
        with log.open("ab") as stream:
            done = self._run(
                *(
                    "pg_ctl",
                    "start",
                    "-w",
                    "-s",
                    "-t",
                    str(START_SECONDS),
                    "-D",
                    str(self.data),
                    "-o",
                    options,
                ),
                check=False,
                output=stream.fileno(),
            )
        if done.returncode:
            last = log.read_text(errors="replace").strip().splitlines()[-5:]
            raise ClusterError("PostgreSQL did not start; the log ends with:\n  " + "\n  ".join(last))

    def _stop(self) -> None:
        for mode in ("fast", "immediate"):
            stop = ("stop", "-w", "-s", "-t", str(STOP_SECONDS), "-m", mode, "-D", str(self.data))
            if not self._server_pid() or self._run("pg_ctl", *stop, check=False).returncode == 0:
                break
        if self.socket_dir.is_dir():
            with contextlib.suppress(OSError):
                self.socket_dir.rmdir()

    def _run(
        self, program: str, *arguments: str, check: bool = True, output: int = subprocess.PIPE
    ) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as the server's account, out of reach of Ctrl-C."""
        done = subprocess.run(  # noqa: S603 - our own programs, no shell
            [str(self.binaries.bindir / program), *arguments],
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},  # PGHOST, PGDATA and the like stay outside
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            start_new_session=True,
            **self.account.identity(),
        )
        if check and done.returncode:
            raise ClusterError(f"{program} failed: {(done.stdout or '').strip()}")
        return done

    # -- databases --

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run statements as superuser and return the rows as text, one a line, columns parted by `|`."""
        where = ("-h", str(self.socket_dir), "-p", str(PORT), "-U", SUPERUSER, "-d", database)
        quiet = "SET client_min_messages = warning"
        done = self._run("psql", *where, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", quiet, "-c", statement)
        return done.stdout.strip()

    def _prepare(self) -> None:
        if not self.sql(f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"):  # noqa: S608 - a constant
            self.sql(f"CREATE ROLE {ROLE} LOGIN")
        if not self.sql(f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"):  # noqa: S608 - a constant
            self.create_database(DATABASE)
        self.add_extensions(DATABASE)
        self.check_locale(DATABASE)

    def create_database(self, database: str, *, template: str = "template0") -> None:
        """Create a database owned by the ordinary role; a template must have no open connections."""
        _check_names(database, template)
        self.sql(f"CREATE DATABASE {database} OWNER {ROLE} TEMPLATE {template}")

    def drop_database(self, database: str) -> None:
        """Drop a database if it exists, ending its connections."""
        _check_names(database)
        self.sql(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def add_extensions(self, database: str) -> None:
        """Create our extensions; postgis needs a superuser, so this is no migration."""
        self.sql(";".join(f"CREATE EXTENSION IF NOT EXISTS {name}" for name in EXTENSIONS), database)

    def check_locale(self, database: str) -> None:
        """Raise unless trigrams of Chinese text work, on which all search stands."""
        if self.sql("SELECT cardinality(show_trgm('工会驿站')) > 0", database) != "t":
            found = self.sql("SHOW server_encoding", database) + "|" + self.sql("SHOW lc_ctype", database)
            msg = f"database {database} has encoding|locale {found}: Chinese search needs UTF8|C.UTF-8"
            raise ClusterError(msg)


@contextlib.contextmanager
def throwaway(*, durable: bool = False) -> Iterator[Cluster]:
    """Give a cluster for tests: fast, not durable, gone afterwards; also sweeps up after killed runs.

    A durable one waits for the disk as a real server does: for measuring writes.
    """
    for home in SOCKET_ROOT.glob(f"{TEST_PREFIX}*"):
        with contextlib.suppress(FileNotFoundError):  # its own start may be tidying up just now
            _sweep(home)
    home = Path(tempfile.mkdtemp(prefix=TEST_PREFIX, dir=SOCKET_ROOT))
    home.chmod(0o755)
    try:
        with Cluster(home, durable=durable).in_use() as cluster:
            yield cluster
    finally:
        shutil.rmtree(home, ignore_errors=True)  # another start may be sweeping it up already


def _sweep(home: Path) -> None:
    """Remove a test cluster whose process was killed; one without lock files may be about to begin."""
    try:
        if home.is_symlink() or home.stat().st_uid != os.geteuid() or not (home / "users").exists():
            return
    except FileNotFoundError:  # its owner, or another start, has just removed it
        return
    with locked(home / "gate"), opened(home / "users") as users:
        if hold_alone(users):
            with contextlib.suppress(ClusterError):
                Cluster(home, durable=False)._stop()  # noqa: SLF001 - same module
            shutil.rmtree(home, ignore_errors=True)


@contextlib.contextmanager
def database_url(root: Path = ROOT) -> Iterator[str]:
    """Give the address to work with: `DATABASE_URL` if set, else the private cluster while it is in use."""
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    with Cluster.of_checkout(root).in_use() as cluster:
        yield cluster.url()


def _check_names(*names: str) -> None:
    for name in names:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
            raise ValueError(name)


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer questions about the cluster, or run a command with `DATABASE_URL` pointing to it."""
    parser = argparse.ArgumentParser(prog="python -m scripts.cluster", description=main.__doc__)
    parser.add_argument("action", choices=("find", "status", "run"))
    parser.add_argument("command", nargs=argparse.REMAINDER, help="for run: -- program arguments")
    options = parser.parse_args(arguments)
    interrupt_on_termination()
    try:
        if options.action == "find":
            print(find_binaries().bindir)
            return 0
        if options.action == "status":
            cluster = Cluster.of_checkout()
            running = cluster.running()
            print(f"{'running' if running else 'stopped'}: {cluster.home}")
            return 0 if running else 3
        with database_url() as url:
            command = [part for part in options.command if part != "--"]
            environment = os.environ | {"DATABASE_URL": url}
            return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - the caller's own
    except KeyboardInterrupt:
        return 130
    except ClusterError as error:
        print(f"cluster: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
