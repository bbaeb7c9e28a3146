"""The administrator's command line: every command explains itself, speaks JSON and exits as promised."""

import json

import click
import pytest
from click.testing import CliRunner

from scripts.tenmin import main


def leaves(group, path=()):
    for name, found in group.commands.items():
        if isinstance(found, click.Group):
            yield from leaves(found, (*path, name))
        else:
            yield (*path, name), found


COMMANDS = dict(leaves(main))


@pytest.fixture
def tenmin(database_url, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database_url)

    def run(*arguments):
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return run


def last_line(result):
    return json.loads(result.stdout.strip().splitlines()[-1])


@pytest.fixture
def county_file(tmp_path):
    square = [[113.5, 34.7], [113.7, 34.7], [113.7, 34.8], [113.5, 34.8], [113.5, 34.7]]
    properties = {"行政区划代码": "410102", "名称": "中原区"}
    return write(tmp_path / "区县.geojson", properties, square)


@pytest.fixture
def grids_file(tmp_path):
    west = [[113.5, 34.7], [113.6, 34.7], [113.6, 34.8], [113.5, 34.8], [113.5, 34.7]]
    east = [[113.6, 34.7], [113.7, 34.7], [113.7, 34.8], [113.6, 34.8], [113.6, 34.7]]
    features = [
        feature({"网格编码": "G001", "网格名称": "鹭渚"}, west),
        feature({"网格编码": "G002", "网格名称": "梨雪"}, east),
    ]
    path = tmp_path / "网格.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def feature(properties, ring):
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def write(path, properties, ring):
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature(properties, ring)]}), encoding="utf-8"
    )
    return path


def csv(path, *lines):
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    return path


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(path):
    result = CliRunner().invoke(main, [*path, "--help"])
    assert result.exit_code == 0
    assert "--json" in result.output
    assert COMMANDS[path].get_short_help_str()


def test_the_issue_s_commands_are_there():
    names = {" ".join(path) for path in COMMANDS}
    imports = {f"import {kind}" for kind in ("divisions", "grids", "stations", "enterprises", "demand")}
    boundaries = {f"boundaries {verb}" for verb in ("list", "check", "approve", "activate")}
    assert names >= imports | boundaries | {
        "assign",
        "coverage",
        "which-grid",
        "export",
        "db upgrade",
        "db check",
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "stations"),
        ("import", "stations", "/nowhere.csv", "--datum", "wgs84"),
        ("which-grid",),
        ("which-grid", "--lon", "113.6"),
        ("coverage", "--time", "25:00"),
        ("assign", "--no-such-option"),
    ],
)
def test_wrong_use_exits_with_2(tenmin, arguments):
    assert tenmin(*arguments).exit_code == 2


def test_a_datum_is_never_guessed(tenmin, county_file):
    result = tenmin("import", "divisions", county_file, "--json")
    assert result.exit_code == 1
    assert "datum" in last_line(result)["error"]


def test_a_refused_file_exits_with_1_and_says_so_in_both_languages(tenmin, tmp_path):
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"not a workbook")
    for locale in ("zh", "en"):
        result = tenmin("import", "stations", path, "--datum", "wgs84", "--lang", locale, "--json")
        assert result.exit_code == 1
        assert last_line(result)["error"]
        assert result.stderr.strip()


def test_from_files_to_the_responsible_grid_and_back_to_files(tenmin, county_file, grids_file, tmp_path):
    enterprises = csv(
        tmp_path / "企业.csv",
        "名称,经度,纬度,经营地址",
        "织锦里洗衣连锁店,113.55,34.75,某路1号",
        "边上的店,113.6,34.75,某路2号",
        "=HYPERLINK(1),113.65,34.75,某路3号",
        "没坐标的店,,,某路4号",
    )
    stations = csv(tmp_path / "驿站.csv", "名称,经度,纬度,开放时间", "某驿站,113.551,34.75,每天 8:00-20:00")
    demand = csv(
        tmp_path / "聚集地.csv", "名称,经度,纬度,人数", "路口,113.552,34.75,30", "远处,113.69,34.79,70"
    )
    assert tenmin("import", "divisions", county_file, "--datum", "wgs84").exit_code == 0
    drawn = tenmin(
        "import",
        "grids",
        grids_file,
        "--datum",
        "wgs84",
        "--county",
        "410102",
        "--version",
        "2026-1",
        "--by",
        "甲",
    )
    assert drawn.exit_code == 0, drawn.output
    dry = tenmin("import", "enterprises", enterprises, "--datum", "cgcs2000", "--dry-run", "--json")
    real = tenmin("import", "enterprises", enterprises, "--datum", "cgcs2000", "--json")
    assert last_line(dry)["inserted"] == last_line(real)["inserted"] == 4
    again = last_line(tenmin("import", "enterprises", enterprises, "--datum", "cgcs2000", "--json"))
    assert (again["inserted"], again["updated"], again["unchanged"]) == (0, 0, 4)
    assert tenmin("import", "stations", stations, "--datum", "wgs84").exit_code == 0
    assert tenmin("import", "demand", demand, "--datum", "wgs84", "--county", "410102").exit_code == 0

    assert tenmin("boundaries", "check", "2026-1").exit_code == 0
    same = tenmin("boundaries", "approve", "2026-1", "--by", "甲")
    assert same.exit_code == 1
    assert tenmin("boundaries", "approve", "2026-1", "--by", "乙").exit_code == 0
    assert tenmin("boundaries", "activate", "2026-1", "--by", "乙").exit_code == 0
    assigned = last_line(tenmin("assign", "--json"))
    assert assigned["enterprises"] == 4
    assert assigned["assigned"] + assigned["fallback"] + assigned["out_of_county"] == 4
    assert assigned["opened"] == 0

    border = tenmin("which-grid", "--name", "边上的店")
    assert "鹭渚" in border.output
    assert "梨雪" in border.output
    place = last_line(tenmin("which-grid", "--lon", "113.65", "--lat", "34.75", "--json"))
    assert len(place["answers"]) == 1

    covered = tenmin("coverage", "--county", "410102", "--time", "15:00", "--json", "--store")
    assert last_line(covered)["people"]["covered"] == 30
    assert "30.0%" in covered.stderr

    (run,) = last_line(tenmin("coverage", "--stored", "--json"))["runs"]
    assert run["share"] == 30.0
    assert last_line(tenmin("coverage", "--run", run["id"], "--json"))["people"]["covered"] == 30
    assert "30.0" in tenmin("coverage", "--stored", "--county", "410102").output

    saved = tmp_path / "导出.xlsx"
    assert tenmin("export", "enterprises", saved, "--format", "xlsx").exit_code == 0
    back = last_line(tenmin("import", "enterprises", saved, "--datum", "wgs84", "--json"))
    assert (back["inserted"], back["updated"], back["refused"]) == (0, 0, 0)
    assert tenmin("db", "upgrade").exit_code == 0
    assert tenmin("db", "check").exit_code == 0
