"""``tenmin network`` loads, lists and uses."""

import json
from pathlib import Path

from click.testing import CliRunner

from scripts.tenmin import main
from tests.integration.geodata.networks.drawn_town import write_osm


def run(url: str, *words: str) -> tuple[int, dict, str]:
    result = CliRunner().invoke(main, ["network", *words, "--json", "--database-url", url])
    last = result.stdout.strip().splitlines()[-1]
    return result.exit_code, json.loads(last), result.output


def test_load_list_and_use(database_url: str, tmp_path: Path) -> None:
    path = write_osm(tmp_path / "town.osm.pbf")
    words = ("load", str(path), "--county", "440304", "--label", "2026-11", "--datum", "wgs84")
    code, loaded, said = run(database_url, *words)
    assert (code, loaded["status"], loaded["edges"]) == (0, "loaded", 8)
    assert "2026-11" in said
    code, used, _ = run(database_url, "use", str(loaded["id"]))
    assert (code, used) == (0, {"used": loaded["id"]})
    code, listed, _ = run(database_url, "list")
    assert [(row["label"], row["status"]) for row in listed["versions"]] == [("2026-11", "in_use")]
    code, refused, _ = run(database_url, *words)
    assert (code, refused["error"]) == (1, "network_label_taken")
