"""The measurements run from end to end, and both sides agree; how fast they are is never tested."""

import json

import pytest
from click.testing import CliRunner

from scripts.bench import main


@pytest.mark.parametrize("bench", ["assign", "coverage", "tiles"])
def test_every_bench_compares_like_with_like(bench, database_url):
    result = CliRunner().invoke(main, [bench, "--scale", "0.002", "--json", "--database-url", database_url])
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert all(line["bench"] == bench for line in lines)
    assert any("against" in line for line in lines)
    assert {line["differ"] for line in lines if "differ" in line} == {0}
