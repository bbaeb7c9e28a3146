"""The private cluster survives what happens to it: two starts, kill -9, half-made data, odd paths."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from scripts.cluster import Cluster, database_url
from scripts.postgres_files import ClusterError
from scripts.processes import is_alive, locked, opened

ROOT = Path(__file__).resolve().parents[3]
HOLD = """
import sys, time
from pathlib import Path
from scripts.cluster import Cluster
with Cluster(Path(sys.argv[1]), durable=False).in_use() as cluster:
    print(cluster.sql("SELECT 1"), flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def initialised():
    """Data made once, in a directory with spaces that the server's account can enter."""
    base = Path(tempfile.mkdtemp(prefix="tenmin scripts ", dir="/tmp"))
    base.chmod(0o755)
    home = base / "a b" / "cluster"
    with Cluster(home, durable=False).in_use():
        pass
    yield home
    shutil.rmtree(base)


@pytest.fixture
def home(initialised):
    yield initialised
    with Cluster(initialised, durable=False).in_use():
        pass  # whatever a failed test left running is joined and stopped here


def server_pid(home):
    return int((home / "data" / "postmaster.pid").read_text().split("\n")[0])


def wait_until_gone(pid):
    deadline = time.monotonic() + 5
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)


@pytest.fixture
def other_process(home):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "1\n"
        yield process
        process.kill()


def test_the_last_one_to_leave_stops_the_server(home):
    first, second = Cluster(home, durable=False), Cluster(home, durable=False)
    with first.in_use():
        with second.in_use():
            assert second.sql("SELECT 1") == "1"
        assert first.running()
    assert not first.running()
    assert not first.socket_dir.exists()


def test_two_processes_share_one_server(home, other_process):
    with Cluster(home, durable=False).in_use() as ours:
        pid = server_pid(home)
        other_process.communicate("")
        assert ours.running()
        assert server_pid(home) == pid
    assert not ours.running()


def test_a_server_whose_user_was_killed_is_joined_and_stopped(home, other_process):
    pid = server_pid(home)
    other_process.kill()
    other_process.wait()
    with Cluster(home, durable=False).in_use() as ours:
        assert server_pid(home) == pid
    assert not ours.running()


def test_a_killed_server_with_its_pid_taken_by_another_program_starts_again(home):
    cluster = Cluster(home, durable=False)
    with cluster.in_use():
        pid = server_pid(home)
        pid_file = (home / "data" / "postmaster.pid").read_text()
        os.kill(pid, signal.SIGKILL)
        wait_until_gone(pid)
    cluster.socket_dir.mkdir(exist_ok=True)
    (cluster.socket_dir / ".s.PGSQL.5432").touch()
    sleeper = subprocess.Popen(["sleep", "60"], start_new_session=True, **cluster.account.identity())
    try:
        (home / "data" / "postmaster.pid").write_text(pid_file.replace(str(pid), str(sleeper.pid), 1))
        with Cluster(home, durable=False).in_use() as again:
            assert again.sql("SELECT 1") == "1"
        assert sleeper.poll() is None
    finally:
        sleeper.kill()
        sleeper.wait()


def test_a_dead_server_that_somebody_uses_is_not_started_twice(home, other_process):
    pid = server_pid(home)
    os.kill(pid, signal.SIGKILL)
    wait_until_gone(pid)
    with pytest.raises(ClusterError, match="does not answer"), Cluster(home, durable=False).in_use():
        pass


def test_half_made_data_is_thrown_away(home):
    half_made = home / "new-interrupted"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("15\n")
    with Cluster(home, durable=False).in_use():
        assert not half_made.exists()


def test_the_socket_path_is_short_and_closed_to_others(home):
    with Cluster(home, durable=False).in_use() as cluster:
        assert len(str(cluster.socket_dir / ".s.PGSQL.5432")) < 107
        assert cluster.socket_dir.stat().st_mode & 0o777 == 0o700
        assert cluster.sql("SHOW listen_addresses") == ""


def test_extensions_and_an_ordinary_owner_are_ready(home):
    with Cluster(home, durable=False).in_use() as cluster:
        rows = cluster.sql("SELECT rolsuper FROM pg_roles WHERE rolname = 'tenmin'")
        assert rows == "f"
        assert {"postgis", "pg_trgm", "btree_gist"} <= set(
            cluster.sql("SELECT extname FROM pg_extension", "tenmin").split()
        )
        assert cluster.url().startswith("postgresql+psycopg://tenmin@/tenmin?host=/")


def test_a_locale_that_breaks_chinese_search_is_refused(home):
    with Cluster(home, durable=False).in_use() as cluster:
        cluster.drop_database("broken")
        cluster.sql("CREATE DATABASE broken TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
        cluster.add_extensions("broken")
        with pytest.raises(ClusterError, match=r"UTF8\|C: Chinese search needs"):
            cluster.check_locale("broken")
        cluster.drop_database("broken")
        cluster.check_locale("tenmin")


def test_a_foreign_socket_directory_is_refused(home, tmp_path):
    cluster = Cluster(home, durable=False)
    cluster.socket_dir.symlink_to(tmp_path)
    try:
        with pytest.raises(ClusterError, match="belongs to somebody else"), cluster.in_use():
            pass
    finally:
        cluster.socket_dir.unlink()


def test_a_given_database_url_starts_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/db")
    with database_url(tmp_path) as url:
        assert url == "postgresql://elsewhere/db"
    assert list(tmp_path.iterdir()) == []


def test_a_lock_ends_with_its_block(tmp_path):
    with locked(tmp_path / "lock"):
        pass
    with locked(tmp_path / "lock"), opened(tmp_path / "lock"):
        pass
