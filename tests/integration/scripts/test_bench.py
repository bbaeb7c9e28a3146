"""The measurements run from end to end, and both sides agree; how fast they are is never tested."""

import json

import pytest
from click.testing import CliRunner

from scripts.bench import main


@pytest.mark.parametrize("bench", ["assign", "coverage", "siting", "tiles"])
def test_every_bench_compares_like_with_like(bench, database_url):
    result = CliRunner().invoke(main, [bench, "--scale", "0.002", "--json", "--database-url", database_url])
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert all(line["bench"] == bench for line in lines)
    assert any("against" in line for line in lines)
    assert {line["differ"] for line in lines if "differ" in line} == {0}


def test_a_crowd_works_on_a_real_server_without_an_error(database_url):
    """A few people for a moment; every kind of request is made, and every one is answered."""
    few = ["--scale", "0.002", "--people", "12", "--seconds", "4"]
    result = CliRunner().invoke(main, ["load", *few, "--json", "--database-url", database_url])
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    everything = lines[-1]
    assert everything["kind"] == "all"
    assert everything["requests"] > 10
    assert {line["kind"] for line in lines if "kind" in line} == {"tiles", "reads", "writes", "all"}
    refused = [line for line in lines if line["errors"] or set(line["statuses"]) & {"401", "403", "404"}]
    assert refused == []
