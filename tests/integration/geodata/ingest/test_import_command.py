"""``tenmin import`` and ``tenmin export`` from the outside: exit status, sentences, saved report."""

import json

import pytest
import python_calamine
from click.testing import CliRunner

from scripts.tenmin import main
from tests.integration.geodata.ingest.files import csv_file

HEADER = ["企业名称", "统一社会信用代码", "经度", "纬度"]


@pytest.fixture
def run(database_url):
    def call(*arguments):
        return CliRunner().invoke(main, [*map(str, arguments), "--database-url", database_url])

    return call


def test_a_file_goes_in_and_comes_out_again(run, tmp_path):
    path = csv_file(tmp_path / "a.csv", HEADER, ["甲公司", "", 113.65, 34.75], ["", "", 113.65, 34.75])
    report = tmp_path / "report.xlsx"
    result = run("import", "enterprises", path, "--datum", "wgs84", "--report", report, "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout.splitlines()[-1])
    assert (answer["inserted"], answer["refused"]) == (1, 1)
    book = python_calamine.CalamineWorkbook.from_path(str(report))
    assert book.sheet_names == ["结果", "问题行", "改动"]
    rows = book.get_sheet_by_name("问题行").to_python()
    assert [3.0, "未收", "名称", "", "必填，这一行是空的。", "value_missing"] in rows
    out = tmp_path / "out.xlsx"
    assert run("export", "enterprises", out).exit_code == 0
    again = run("import", "enterprises", out, "--datum", "wgs84")
    assert again.exit_code == 0
    assert "没有变化 1" in again.output


@pytest.mark.parametrize(
    ("rows", "options", "status"),
    [
        ([["甲", "", 113.65, 34.75]], ["--datum", "wgs84"], 0),
        ([["甲", "", 113.65, 34.75]], [], 1),
        ([["甲", "", 113.65, 34.75]], ["--datum", "xian80"], 1),
        ([["", "", 113.65, 34.75]], ["--datum", "wgs84"], 1),
        ([["甲", "", 113.65, 34.75], ["", "", 1, 1]], ["--datum", "wgs84", "--all-or-nothing"], 1),
        ([["甲", "", 113.65, 34.75]], ["--datum", "wgs84", "--nonsense"], 2),
    ],
)
def test_exit_status_tells_taken_refused_and_wrong_use(run, tmp_path, rows, options, status):
    path = csv_file(tmp_path / "a.csv", HEADER, *rows)
    assert run("import", "enterprises", path, *options).exit_code == status


def test_an_unknown_ending_cannot_be_exported(run, tmp_path):
    result = run("export", "stations", tmp_path / "a.doc")
    assert result.exit_code == 1
    assert "export_format_unknown" in result.output
