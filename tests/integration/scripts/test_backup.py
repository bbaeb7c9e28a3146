"""The restore drill: everything comes back equal, and whatever is not whole is refused untouched."""

import json
import os
import subprocess
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from geodata import migrations
from geodata.assignment.service import assign_enterprises
from geodata.db import make_engine, transaction
from geodata.errors import Conflict, InvalidInput, Misconfigured
from geodata.models import Division, LoginSession, User
from geodata.queries.fingerprints import take_fingerprints
from scripts import backup
from scripts.postgres_files import find_client
from scripts.tenmin import main as tenmin_command


@pytest.fixture(scope="module")
def full_url(cluster, demo_database):
    """A database as full as the demonstration fills it."""
    return cluster.url(demo_database)


@pytest.fixture(scope="module")
def backed_up(full_url, tmp_path_factory):
    file = tmp_path_factory.mktemp("backup") / "tenmin.backup"
    backup.back_up(full_url, file)
    return file


def fingerprints_of(url):
    engine = make_engine(url)
    with transaction(engine) as session:
        found = take_fingerprints(session)
    engine.dispose()
    return found


def schema_of(url):
    """The schema as text, without the lines that name a program or a random word."""
    conninfo, _ = backup._conninfo(url)
    text = subprocess.run(
        [find_client("pg_dump"), "--schema-only", f"--dbname={conninfo}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [line for line in text.splitlines() if not line.startswith(("--", "\\restrict", "\\unrestrict"))]


def test_every_table_and_the_schema_come_back_equal(full_url, backed_up, empty_database_url):
    before = fingerprints_of(full_url)
    manifest = backup.restore(empty_database_url, backed_up)
    after = fingerprints_of(empty_database_url)
    assert dict(manifest.tables) == before
    # These two changed afterwards, on purpose: sessions ended, and the log says that this was restored.
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"public.audit_entries", "public.login_sessions"}
    assert after["public.login_sessions"].rows == before["public.login_sessions"].rows
    assert after["public.audit_entries"].rows == before["public.audit_entries"].rows + 1
    assert before["public.enterprises"].rows == 5000
    assert schema_of(empty_database_url) == schema_of(full_url)
    migrations.check(empty_database_url)


def test_a_restored_database_works_on_and_nobody_is_signed_in(backed_up, empty_database_url):
    backup.restore(empty_database_url, backed_up)
    engine = make_engine(empty_database_url)
    with transaction(engine) as session:
        assert session.scalar(sa.select(sa.func.count()).where(LoginSession.ended_at.is_(None))) == 0
        session.add(Division(code="999999", level="county", name="新县"))  # sequences go on after the rows
        session.add(User(login="new.user", name="新人"))
        session.flush()
        assert assign_enterprises(session).opened == 0
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"), transaction(engine) as session:
        session.execute(sa.text("DELETE FROM audit_entries"))
    engine.dispose()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.999999])
def test_a_cut_off_backup_is_refused_and_nothing_is_touched(backed_up, empty_database_url, tmp_path, share):
    cut = tmp_path / "cut"
    cut.write_bytes(backed_up.read_bytes()[: int(backed_up.stat().st_size * share)])
    with pytest.raises(InvalidInput, match="backup_damaged"):
        backup.restore(empty_database_url, cut)
    assert fingerprints_of(empty_database_url) == {}


@pytest.mark.parametrize("share", [0.0, 0.0001, 0.5, 0.9999, 1.0])
def test_one_flipped_bit_is_refused_and_nothing_is_touched(backed_up, empty_database_url, tmp_path, share):
    damaged = bytearray(backed_up.read_bytes())
    damaged[int((len(damaged) - 1) * share)] ^= 1
    (tmp_path / "damaged").write_bytes(damaged)
    with pytest.raises(InvalidInput, match="backup_damaged"):
        backup.restore(empty_database_url, tmp_path / "damaged")
    assert fingerprints_of(empty_database_url) == {}


def test_a_database_with_tables_is_never_overwritten(full_url, backed_up):
    before = fingerprints_of(full_url)
    with pytest.raises(Conflict, match="restore_not_empty"):
        backup.restore(full_url, backed_up)
    assert fingerprints_of(full_url) == before


def test_an_older_backup_is_restored_and_migrated(empty_database_url, cluster, tmp_path):
    migrations.upgrade(empty_database_url, "0003")
    engine = make_engine(empty_database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO enterprises (name) VALUES ('旧店')"))
    engine.dispose()
    manifest = backup.back_up(empty_database_url, tmp_path / "old")
    assert manifest.revision == "0003"
    cluster.drop_database("newer")
    cluster.create_database("newer")
    cluster.add_extensions("newer")
    backup.restore(cluster.url("newer"), tmp_path / "old")
    migrations.check(cluster.url("newer"))
    assert fingerprints_of(cluster.url("newer"))["public.enterprises"].rows == 1
    cluster.drop_database("newer")


def rewritten(file, target, **changes):
    """A backup that says other things and is whole."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w") as new:
        new.writestr(backup.MANIFEST, json.dumps(json.loads(old.read(backup.MANIFEST)) | changes))
        new.writestr(backup.DUMP, old.read(backup.DUMP))
        new.comment = b"0" * 64
    digest = backup._digest_of(target).encode()
    target.write_bytes(target.read_bytes()[:-64] + digest)
    return target


def test_a_backup_of_a_newer_program_is_refused_and_nothing_is_touched(
    backed_up, empty_database_url, tmp_path
):
    newer = rewritten(backed_up, tmp_path / "newer", revision="9999")
    with pytest.raises(InvalidInput, match="backup_newer"):
        backup.restore(empty_database_url, newer)
    assert fingerprints_of(empty_database_url) == {}


def test_a_row_that_did_not_come_back_is_found(backed_up, empty_database_url, tmp_path):
    tables = json.loads(zipfile.ZipFile(backed_up).read(backup.MANIFEST))["tables"]
    tables["public.stations"]["rows"] += 1
    lying = rewritten(backed_up, tmp_path / "lying", tables=tables)
    with pytest.raises(Misconfigured, match=r"restore_differs.*public\.stations"):
        backup.restore(empty_database_url, lying)


def test_a_backup_is_for_its_owner_only_and_overwrites_nothing(full_url, backed_up):
    assert backed_up.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in backed_up.parent.iterdir()] == [backed_up.name]
    with pytest.raises(Conflict, match="backup_exists"):
        backup.back_up(full_url, backed_up)


def test_a_failed_backup_leaves_no_file(empty_database_url, tmp_path):
    with pytest.raises(Misconfigured, match="schema_missing"):
        backup.back_up(empty_database_url, tmp_path / "b")
    assert list(tmp_path.iterdir()) == []


def test_a_password_never_stands_on_a_command_line():
    conninfo, password = backup._conninfo("postgresql://me:s3cret%20x@db.example:5433/tenmin?sslmode=require")
    assert password == "s3cret x"  # noqa: S105 - of a test
    assert "s3cret" not in conninfo
    assert "sslmode=require" in conninfo
    assert "port=5433" in conninfo


def test_the_command_fills_a_new_database_once(full_url, cluster, tmp_path):
    cluster.sql("ALTER ROLE tenmin SUPERUSER")  # as a server's own administrator
    file = tmp_path / "b"
    environment = dict(os.environ) | {"DATABASE_URL": full_url}

    def run(*arguments):
        return CliRunner().invoke(tenmin_command, [*map(str, arguments)], env=environment)

    try:
        written = run("db", "backup", file, "--json")
        assert written.exit_code == 0, written.output
        restored = run("db", "restore", file, "--into", "drill", "--json")
        assert restored.exit_code == 0, restored.output
        figures = [json.loads(result.stdout.splitlines()[-1]) for result in (written, restored)]
        assert figures[0]["rows"] == figures[1]["rows"] > 10_000
        again = run("db", "restore", file, "--into", "drill")
        assert again.exit_code == 1
        assert "[database_exists]" in again.output
        assert run("db", "restore", file, "--into", "a;b").exit_code == 1
        (tmp_path / "c").write_bytes(Path(file).read_bytes()[:-9])
        assert run("db", "restore", tmp_path / "c", "--into", "never").exit_code == 1
        assert cluster.sql("SELECT count(*) FROM pg_database WHERE datname = 'never'") == "0"
    finally:
        cluster.drop_database("drill")
        cluster.sql("ALTER ROLE tenmin NOSUPERUSER")
