"""The files that make a set-up reproducible agree with each other."""

import re
from pathlib import Path

import pytest

from scripts.postgres_files import ClusterError, find_binaries

ROOT = Path(__file__).resolve().parents[3]


def pins(path: str) -> set[str]:
    return set(
        re.findall(r"^[\w.-]+(?:\[[\w, ]+\])?==[^\\\n]+?(?= \\?$)", (ROOT / path).read_text(), re.MULTILINE)
    )


def test_the_test_lock_contains_the_run_lock():
    assert len(pins("requirements.lock")) > 30
    assert pins("requirements.lock") <= pins("tests/requirements.lock")


@pytest.mark.parametrize("lock", ["requirements.lock", "tests/requirements.lock"])
def test_every_pin_has_a_hash(lock):
    blocks = re.split(r"^(?=\w)", (ROOT / lock).read_text(), flags=re.MULTILINE)[1:]
    assert [block.split("\n")[0] for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("script", ["scripts/run", "scripts/test", "scripts/lock", ".ci/run"])
def test_commands_can_be_executed(script):
    assert (ROOT / script).stat().st_mode & 0o111 == 0o111


def test_missing_programs_are_named_with_the_place_searched(monkeypatch, tmp_path):
    monkeypatch.setenv("TENMIN_PG_BINDIR", str(tmp_path))
    with pytest.raises(
        ClusterError, match=rf"PostgreSQL with PostGIS was not found .*{re.escape(str(tmp_path))}"
    ):
        find_binaries()


def test_data_of_another_major_version_asks_for_that_version():
    with pytest.raises(ClusterError, match="PostgreSQL 9 with PostGIS was not found"):
        find_binaries(9)
