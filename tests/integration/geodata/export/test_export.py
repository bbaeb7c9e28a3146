"""What is exported can be imported again unchanged, and nothing in it can run."""

import csv
import json
from pathlib import Path

import pytest
import python_calamine
import shapely
import sqlalchemy as sa

from geodata.errors import InvalidInput
from geodata.export.service import export_rows
from geodata.ingest.service import import_file
from geodata.vocab import Datum, ImportKind
from tests.integration.geodata.ingest.files import SOUTH, WEST, csv_file, geojson_file, square

FORMATS = ("xlsx", "csv", "geojson", "gpkg")
LIVE = ["=1+1", "+86 371", "-1", "@SUM(A1)", "'=1", "=cmd|' /C calc'!A0", "＝1+1"]
CLEAR_HEADER = [
    "经营运行",
    "职工人数（清）",
    "党员人数",
    "出资人情况",
    "建立党组织",
    "建立工会组织",
    "核清日期",
]
CLEAR = [
    ["清", 120, 0, "不清", "已建", "未建", "2026-03-01"],
    ["=停产", "", 3, "", "筹建中", "", "2026-03-02"],
    ["", 8, "", "", "", "有", ""],
]
# A border with more text than one workbook cell takes.
RAGGED = shapely.Point(WEST + 0.05, SOUTH + 0.05).buffer(0.0437, quad_segs=400)


@pytest.fixture
def filled(session, tmp_path: Path):
    def take(kind: str, path: Path, **options):
        return import_file(
            session, ImportKind(kind), path, datum=options.pop("datum", Datum.WGS84), by="t", **options
        )

    take("divisions", geojson_file(tmp_path / "d.geojson", (RAGGED, {"code": "410103", "name": "二七区"})))
    take("divisions", csv_file(tmp_path / "d.csv", ["code", "name"], ["410103001", "某街道"]))
    hole = shapely.Polygon(square(113.63, 34.74).exterior, [square(113.633, 34.743, 0.002).exterior])
    features = [
        (
            hole,
            {"code": "W1", "name": "一", "kind": "专属网格", "community_codes": "410103001001;410103001002"},
        ),
        (shapely.MultiPolygon([square(113.65, 34.74), square(113.67, 34.74)]), {"code": "W2", "name": "二"}),
    ]
    take("grids", geojson_file(tmp_path / "g.geojson", *features), version_label="2026", is_invented=True)
    header = ["站点编号", "站点名称", "地址", "经度", "纬度", "开放时间", "热饭", "卫生间", "虚构字段"]
    stations = [
        [
            "S1",
            "甲",
            "路1",
            113.651234567,
            34.75,
            "9:00-次日2:00",
            "缺货",
            "附近120.5米",
            "hours_text;services",
        ],
        ["S2", "乙", "路2", "", "", "看心情", "", "", ""],
        ["S3", "丙", "路3", 0, 0, "", "", "", ""],
    ]
    take("stations", csv_file(tmp_path / "s.csv", header, *stations), datum=Datum.GCJ02)
    rows = [[f"{text}公司{n}", text, 113.65 + n / 1e4, 34.75, f"{n}"] for n, text in enumerate(LIVE)]
    for row, clear in zip(rows, CLEAR, strict=False):
        row.extend(clear)
    header = ["企业名称", "联系人", "经度", "纬度", "职工人数", *CLEAR_HEADER]
    take("enterprises", csv_file(tmp_path / "e.csv", header, *rows), datum=Datum.BD09)
    header = ["名称", "人数", "活动时段", "经度", "纬度"]
    gatherings = [
        ["广场", 40, "", 113.65, 34.75],
        ["夜市", 60, "22:00-次日2:00", 113.66, 34.75],
        ["早市", 30, "周六、节假日 5-9:30", 113.66, 34.76],
        ["货运站", 20, "全天", 113.67, 34.76],
    ]
    take("demand", csv_file(tmp_path / "p.csv", header, *gatherings))
    return session


@pytest.mark.parametrize("format_", FORMATS)
def test_what_is_exported_can_be_imported_again_unchanged(filled, tmp_path, format_):
    path = tmp_path / f"out.{format_}"
    for kind in ImportKind:
        count = export_rows(filled, kind, path, format=format_)
        label = {"version_label": "2026"} if kind == "grids" else {}
        report = import_file(filled, kind, path, datum=Datum.WGS84, by="t", **label)
        assert (report.rows, report.unchanged, report.changes) == (count, count, []), kind
        assert count > 0


@pytest.mark.parametrize("format_", FORMATS)
def test_an_export_fills_an_empty_database_with_the_same_list(filled, tmp_path, format_):
    tables = {
        "demand": "demand_points",
        "enterprises": "enterprises",
        "stations": "stations",
        "divisions": "divisions",
    }
    for kind in tables:
        export_rows(filled, kind, tmp_path / f"{kind}.csv", format="csv")
        export_rows(filled, kind, tmp_path / f"again_{kind}.{format_}", format=format_)
    for table in tables.values():
        filled.execute(sa.delete(sa.table(table)))
    for kind in reversed(tables):
        import_file(filled, ImportKind(kind), tmp_path / f"again_{kind}.{format_}", datum=Datum.WGS84, by="t")
        export_rows(filled, kind, tmp_path / "after.csv", format="csv")
        assert _cells(tmp_path / "after.csv") == _cells(tmp_path / f"{kind}.csv")


def _cells(path: Path) -> list[list[object]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [[_rounded(cell) for cell in row] for row in csv.reader(file)]


def _rounded(cell: str):
    """XlsxWriter keeps 16 digits of a number: a nanometre."""
    try:
        return round(float(cell), 9)
    except ValueError:
        return cell


def test_no_cell_of_a_csv_can_run(filled, tmp_path):
    path = tmp_path / "out.csv"
    export_rows(filled, "enterprises", path, format="csv", with_contacts=True, by="li")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    texts = [cell for row in rows for cell in row if cell]
    assert [cell for cell in texts if cell[0] in "=+-@\t\r＝"] == []
    logged = (
        filled.execute(sa.text("SELECT actor FROM audit_entries WHERE action = 'export'")).scalars().all()
    )
    assert logged == ["li"]


def test_a_workbook_has_no_formulas_and_codes_are_text(filled, tmp_path):
    path = tmp_path / "out.xlsx"
    export_rows(filled, "divisions", path, format="xlsx")
    (header, *rows) = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert header[:2] == ["区划代码", "名称"]
    assert "几何2" in header
    assert rows[0][0] == "410103"
    export_rows(filled, "enterprises", path, format="xlsx")
    names = [
        row[0]
        for row in python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    ]
    assert names[1] == "=1+1公司0"


def test_what_is_clear_goes_out_in_words_and_in_codes(filled, tmp_path):
    export_rows(filled, "enterprises", tmp_path / "out.csv", format="csv")
    (header, first, second, *_) = _cells(tmp_path / "out.csv")
    start = header.index("经营运行")
    assert first[start : start + 7] == ["清", 120, 0, "不清", "已建", "未建", "2026-03-01"]
    assert second[start : start + 7] == ["'=停产", "", 3, "", "筹建中", "", "2026-03-02"]
    export_rows(filled, "enterprises", tmp_path / "out.geojson", format="geojson")
    properties = json.loads((tmp_path / "out.geojson").read_text())["features"][0]["properties"]
    assert (properties["investor_state"], properties["workforce_count"]) == ("unclear", 120)


def test_contacts_stay_home_unless_asked_for(filled, tmp_path):
    path = tmp_path / "out.geojson"
    export_rows(filled, "enterprises", path, format="geojson")
    properties = json.loads(path.read_text())["features"][0]["properties"]
    assert "contact_name" not in properties
    assert filled.execute(sa.text("SELECT count(*) FROM audit_entries WHERE action = 'export'")).scalar() == 0


def test_a_county_and_assignments_can_be_exported(filled, tmp_path):
    path = tmp_path / "out.csv"
    assert export_rows(filled, "stations", path, format="csv", county_code="410103") == 1
    assert export_rows(filled, "stations", path, format="csv", county_code="410104") == 0
    filled.execute(
        sa.text(
            "INSERT INTO assignments (enterprise_id, fallback_code, method, status) "
            "SELECT id, '410103001', 'gap_fallback', 'gap_review' FROM enterprises"
        )
    )
    said = []

    def say(key, **_):
        said.append(key)
        return "按规定"

    assert export_rows(filled, "assignments", path, format="csv", say=say) == len(LIVE)
    assert set(said) == {"assignment_method.gap_fallback", "assignment_status.gap_review"}


def test_unknown_lists_and_formats_are_refused(session, tmp_path):
    with pytest.raises(InvalidInput, match="export_kind_unknown"):
        export_rows(session, "users", tmp_path / "a.csv", format="csv")
    with pytest.raises(InvalidInput, match="export_format_unknown"):
        export_rows(session, "stations", tmp_path / "a.csv", format="doc")
