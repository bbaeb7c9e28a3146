"""What happens to rows: accepted or refused with row, column, reason and value; repeated; updated; undone."""

import pytest
import sqlalchemy as sa
from stdnum.cn import uscc as stdnum_uscc

from geodata.errors import InvalidInput, RefusedFile
from geodata.vocab import Datum, Severity
from tests.integration.geodata.ingest.files import SOUTH, WEST, csv_file, geojson_file, square, xlsx_file

TABLES = (
    "divisions",
    "grids",
    "grid_boundaries",
    "boundary_versions",
    "stations",
    "enterprises",
    "demand_points",
    "station_hours",
    "station_services",
    "import_batches",
    "rejections",
    "audit_entries",
)


def uscc(number: int) -> str:
    body = f"91410103MA{number:07d}"
    return body + stdnum_uscc.calc_check_digit(body)


HEADER = ["企业名称", "统一社会信用代码", "职工人数", "建会状态", "经营地址", "经度", "纬度"]


def enterprise(number: int, **changes) -> list:
    values = {
        "name": f"企业{number}",
        "code": uscc(number),
        "staff": 30,
        "union": "未建会",
        "address": f"大学路{number}号",
        "lon": WEST + 0.001 * number,
        "lat": SOUTH + 0.01,
    } | changes
    return list(values.values())


def found(report, code: str) -> list:
    return [f for f in report.findings if f.code == code]


def state(session) -> dict[str, str]:
    """A fingerprint of every row of every table an import may touch."""
    statement = "SELECT md5(COALESCE(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {} t"
    return {name: session.execute(sa.text(statement.format(name))).scalar() for name in TABLES}


def test_good_rows_are_kept_and_bad_ones_refused_with_row_column_reason_and_value(
    county, take, tmp_path, scalar
):
    rows = [
        HEADER,
        enterprise(1),
        enterprise(2, name=""),
        enterprise(3, name="身份证11010519491231002X"),
        enterprise(4, name="坏\x07字"),
        enterprise(1, name="别的企业", lon=WEST + 0.05),
        enterprise(6),
    ]
    report = take("enterprises", csv_file(tmp_path / "a.csv", *rows))
    assert (report.rows, report.inserted, report.refused) == (6, 2, 4)
    refused = {
        (f.row_number, f.column, f.code, f.value) for f in report.findings if f.severity is Severity.REFUSED
    }
    assert refused == {
        (3, "name", "value_missing", None),
        (4, "name", "id_number_in_text", "******"),
        (5, "name", "text_unprintable", "坏\N{REPLACEMENT CHARACTER}字"),
        (6, "uscc", "duplicate_key", uscc(1)),
    }
    assert found(report, "duplicate_key")[0].params["first_row"] == 2
    assert scalar("SELECT count(*) FROM enterprises") == 2
    assert scalar("SELECT count(*) FROM rejections WHERE value LIKE '%110105%'") == 0
    counts = "SELECT rows || '/' || inserted || '/' || refused FROM import_batches WHERE id = :id"
    assert scalar(counts, id=report.batch_id) == "6/2/4"


def test_an_enterprise_is_never_dropped_for_a_doubtful_detail(county, take, tmp_path, session):
    rows = [
        HEADER,
        enterprise(1, code="91410103MA0000001X"),
        enterprise(2, code="9.14101E+17"),
        enterprise(3, staff="很多"),
        enterprise(4, union="不清楚"),
        enterprise(5, lon="113°", lat="?"),
        enterprise(6, code="410103000012345"),
        enterprise(7, code="11010519491231002X"),
    ]
    report = take("enterprises", csv_file(tmp_path / "a.csv", *rows))
    assert (report.inserted, report.refused, report.warned) == (7, 0, 7)
    codes = {(f.row_number, f.code) for f in report.findings if f.row_number}
    assert codes == {
        (2, "uscc_invalid"),
        (3, "code_damaged"),
        (4, "number_unreadable"),
        (5, "word_unknown"),
        (6, "coordinate_unreadable"),
        (7, "uscc_is_legacy"),
        (8, "id_number_in_code"),
    }
    stored = session.execute(
        sa.text("SELECT uscc, uscc_stated, legacy_code FROM enterprises ORDER BY name")
    ).all()
    assert all(row.uscc is None for row in stored[:2])
    assert [row.uscc_stated for row in stored] == [
        "91410103MA0000001X",
        "9.14101E+17",
        None,
        None,
        None,
        None,
        None,
    ]
    assert stored[5].legacy_code == "410103000012345"


def test_a_look_alike_in_a_credit_code_is_suggested(county, take, tmp_path):
    code = uscc(1)
    wrong = code.replace("0", "O")
    report = take("enterprises", csv_file(tmp_path / "a.csv", HEADER, enterprise(1, code=wrong)))
    assert found(report, "uscc_invalid")[0].params["suggestion"] == code


def test_codes_that_a_workbook_turned_into_numbers_are_seen(county, take, tmp_path, scalar):
    rows = [HEADER, enterprise(1, code=914101030000000000), enterprise(2, code="914101030000000000")]
    report = take("enterprises", xlsx_file(tmp_path / "a.xlsx", *rows))
    assert [f.row_number for f in found(report, "code_damaged")] == [2, 3]
    assert scalar("SELECT count(*) FROM enterprises WHERE uscc IS NULL AND uscc_stated IS NOT NULL") == 2


def test_the_same_file_twice_changes_nothing(county, take, tmp_path, session, scalar):
    path = csv_file(
        tmp_path / "a.csv", HEADER, *(enterprise(n, code=uscc(n) if n % 2 else "") for n in range(1, 40))
    )
    first = take("enterprises", path)
    before = scalar("SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM enterprises t")
    second = take("enterprises", path)
    assert (first.inserted, second.inserted, second.updated, second.unchanged) == (39, 0, 0, 39)
    assert second.changes == []
    assert second.touched_ids == []
    assert scalar("SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM enterprises t") == before


def test_an_updated_file_updates_by_natural_key_and_shows_what_changed(county, take, tmp_path, session):
    take(
        "enterprises",
        csv_file(tmp_path / "a.csv", HEADER, enterprise(1), enterprise(2), enterprise(3, code="")),
    )
    report = take(
        "enterprises",
        csv_file(
            tmp_path / "b.csv",
            HEADER,
            enterprise(1, name="新名", staff=""),
            enterprise(2),
            enterprise(3, code="", staff=31, lon=WEST + 0.05),
        ),
    )
    assert (report.inserted, report.updated, report.unchanged) == (0, 2, 1)
    changed = {change.key: set(change.columns) for change in report.changes}
    assert changed == {uscc(1): {"name"}, "企业3": {"staff_count", "geom", "raw_x"}}
    assert report.changes[0].columns["name"] == ("企业1", "新名")
    versions = session.execute(
        sa.text("SELECT name, version, staff_count FROM enterprises ORDER BY id")
    ).all()
    assert [tuple(row) for row in versions] == [("新名", 2, 30), ("企业2", 1, 30), ("企业3", 2, 31)]
    assert len(report.touched_ids) == 1


def test_a_later_code_attaches_to_the_row_without_one(county, take, tmp_path, scalar):
    take("enterprises", csv_file(tmp_path / "a.csv", HEADER, enterprise(1, code="")))
    report = take("enterprises", csv_file(tmp_path / "b.csv", HEADER, enterprise(1)))
    assert (report.inserted, report.updated) == (0, 1)
    assert scalar("SELECT uscc FROM enterprises") == uscc(1)


def test_rows_of_two_departments_are_one_by_name_and_place(county, take, tmp_path, scalar):
    take("enterprises", csv_file(tmp_path / "a.csv", HEADER, enterprise(1)))
    near = enterprise(1, code="", address="另一种写法", lon=WEST + 0.001 + 0.0004)
    far = enterprise(1, code="", address="别处", lon=WEST + 0.05)
    report = take("enterprises", csv_file(tmp_path / "b.csv", HEADER, near, far))
    assert (report.inserted, report.updated) == (1, 1)
    other_code = take("enterprises", csv_file(tmp_path / "c.csv", HEADER, enterprise(1, code=uscc(9))))
    assert other_code.inserted == 1


def test_outlets_find_their_parent_whichever_comes_first(county, take, tmp_path, scalar):
    header = ["企业名称", "统一社会信用代码", "上级单位信用代码"]
    take(
        "enterprises",
        csv_file(tmp_path / "a.csv", header, ["网点一", "", uscc(1)], ["自己", uscc(2), uscc(2)]),
    )
    take("enterprises", csv_file(tmp_path / "b.csv", header, ["总公司", uscc(1), ""]))
    assert scalar("SELECT p.name FROM enterprises e JOIN enterprises p ON p.id = e.parent_id") == "总公司"
    assert scalar("SELECT count(*) FROM enterprises WHERE parent_id IS NOT NULL") == 1


def test_a_dry_run_says_the_same_and_changes_nothing(county, take, tmp_path, session):
    take("enterprises", csv_file(tmp_path / "a.csv", HEADER, enterprise(1)))
    path = csv_file(
        tmp_path / "b.csv", HEADER, enterprise(1, staff=99), enterprise(2), enterprise(3, name="")
    )
    before = state(session)
    dry = take("enterprises", path, dry_run=True)
    assert state(session) == before
    wet = take("enterprises", path)
    assert dry.dry_run
    assert dry.batch_id is None
    same = ("rows", "inserted", "updated", "unchanged", "refused", "warned", "findings", "changes")
    assert {name: getattr(dry, name) for name in same} == {name: getattr(wet, name) for name in same}


def test_all_or_nothing_takes_nothing_and_says_why(county, take, tmp_path, scalar):
    path = csv_file(tmp_path / "a.csv", HEADER, enterprise(1), enterprise(2, name=""))
    report = take("enterprises", path, all_or_nothing=True)
    assert (report.rows, report.inserted, report.refused, report.is_refused) == (2, 0, 2, True)
    assert report.findings[0].code == "all_or_nothing"
    assert scalar("SELECT count(*) FROM enterprises") == 0


def test_a_batch_whose_rows_are_all_refused_is_still_recorded(county, take, tmp_path, scalar):
    report = take("enterprises", csv_file(tmp_path / "a.csv", HEADER, enterprise(1, name="")))
    assert report.is_refused
    assert scalar("SELECT refused FROM import_batches WHERE id = :id", id=report.batch_id) == 1
    assert scalar("SELECT count(*) FROM rejections WHERE batch_id = :id", id=report.batch_id) == 1


def test_every_import_leaves_one_batch_and_one_line_in_the_log(county, take, tmp_path, session):
    options = {"by": "li", "source_department": "税务"}
    report = take("enterprises", csv_file(tmp_path / "a.csv", HEADER, enterprise(1)), **options)
    logged = session.execute(
        sa.text("SELECT actor, action, after FROM audit_entries WHERE subject_id = :id"),
        {"id": str(report.batch_id)},
    ).one()
    assert (logged.actor, logged.action, logged.after["inserted"]) == ("li", "import", 1)
    batch = session.execute(
        sa.text("SELECT * FROM import_batches WHERE id = :id"), {"id": report.batch_id}
    ).one()
    assert (batch.datum, batch.source_department, batch.imported_by) == ("wgs84", "税务", "li")
    assert len(batch.sha256) == 64


@pytest.mark.parametrize(
    ("datum", "code"),
    [
        (None, "datum_missing"),
        (999_999, "datum_unknown"),
        (2362, "datum_not_exact"),
        (4214, "datum_not_exact"),
    ],
)
def test_the_datum_must_be_stated_and_exact(take, tmp_path, datum, code):
    with pytest.raises(RefusedFile, match=code):
        take("enterprises", csv_file(tmp_path / "a.csv", HEADER, enterprise(1)), datum=datum)


def test_a_pair_named_by_another_datum_is_never_used(county, take, tmp_path, session):
    rows = [
        ["名称", "经度_gcj02", "纬度_gcj02", "lng_wgs84", "lat_wgs84"],
        ["甲", 113.6561, 34.7489, 113.65, 34.75],
    ]
    path = csv_file(tmp_path / "a.csv", *rows)
    with pytest.raises(RefusedFile, match="datum_contradicts_header"):
        take("enterprises", path, datum=Datum.BD09)
    take("enterprises", path, datum=Datum.CGCS2000)
    stored = session.execute(
        sa.text("SELECT raw_x, raw_y, raw_datum, ST_X(geom) AS lon FROM enterprises")
    ).one()
    assert tuple(stored) == (113.65, 34.75, "cgcs2000", 113.65)


def test_an_epsg_code_converts_metres_and_keeps_the_raw_pair(county, take, tmp_path, session):
    path = csv_file(tmp_path / "a.csv", ["名称", "X", "Y"], ["甲", 468_000, 3_847_000])
    take("enterprises", path, datum=4547)
    stored = session.execute(
        sa.text("SELECT raw_x, raw_y, raw_datum, ST_X(geom) AS lon FROM enterprises")
    ).one()
    assert (stored.raw_x, stored.raw_y, stored.raw_datum) == (468_000, 3_847_000, "epsg:4547")
    assert 113.6 < stored.lon < 113.7


def test_a_county_that_is_none_is_refused(take, tmp_path):
    with pytest.raises(InvalidInput, match="division_code_invalid"):
        take("enterprises", csv_file(tmp_path / "a.csv", HEADER, enterprise(1)), county_code="410103001")


def test_missing_columns_are_named(take, tmp_path):
    with pytest.raises(RefusedFile, match="columns_missing") as refused:
        take("demand", csv_file(tmp_path / "a.csv", ["名称", "经度"], ["甲", "1"]))
    assert refused.value.params["columns"] == "people"


def test_unknown_columns_are_told_and_left_alone(county, take, tmp_path):
    report = take("enterprises", csv_file(tmp_path / "a.csv", [*HEADER, "备注"], [*enterprise(1), "x"]))
    assert found(report, "columns_ignored")[0].value == "备注"


def test_demand_points_need_a_place(county, take, tmp_path, scalar):
    rows = [
        ["名称", "人数", "经度", "纬度"],
        ["广场", "40人", 113.65, 34.75],
        ["桥头", 10, "", ""],
        ["路口", 5, 0, 0],
        ["站前", -1, 113.65, 34.75],
    ]
    report = take("demand", csv_file(tmp_path / "a.csv", *rows))
    assert (report.inserted, report.refused) == (1, 3)
    assert scalar("SELECT people FROM demand_points") == 40
    assert [f.row_number for f in found(report, "place_required")] == [3, 4]


def test_grids_make_a_draft_and_changed_grids_reopen_it(county, take, tmp_path, session, scalar):
    first = geojson_file(
        tmp_path / "a.geojson",
        (square(113.61, 34.71), {"code": "W1", "name": "一"}),
        (square(113.62, 34.71), {"code": "W2", "name": "二", "kind": "专属网格"}),
    )
    with pytest.raises(RefusedFile, match="version_missing"):
        take("grids", first)
    report = take("grids", first, version_label="2026")
    assert report.inserted == 2
    assert scalar("SELECT county_code || status FROM boundary_versions") == f"{county}draft"
    session.execute(
        sa.text("UPDATE boundary_versions SET status = 'checked', findings = '[]', checked_at = now()")
    )
    assert take("grids", first, version_label="2026").unchanged == 2
    assert scalar("SELECT status FROM boundary_versions") == "checked"
    moved = geojson_file(tmp_path / "b.geojson", (square(113.611, 34.71), {"code": "W1", "name": "一"}))
    assert take("grids", moved, version_label="2026").updated == 1
    assert scalar("SELECT status FROM boundary_versions") == "draft"
    session.execute(sa.text("UPDATE boundary_versions SET status = 'approved', approved_by = 'other'"))
    with pytest.raises(RefusedFile, match="version_not_draft"):
        take("grids", first, version_label="2026")
    again = take("grids", first, version_label="2027")
    assert again.inserted == 2
    assert scalar("SELECT count(*) FROM grids") == 2


def test_refused_grids_are_recorded_with_their_version(county, take, tmp_path, scalar):
    path = geojson_file(
        tmp_path / "a.geojson",
        (square(113.61, 34.71), {"code": "W1", "name": "一"}),
        (None, {"code": "W2", "name": "二"}),
        (square(113.62, 34.71), {"code": "W1", "name": "重"}),
    )
    report = take("grids", path, version_label="2026")
    assert (report.inserted, report.refused) == (1, 2)
    linked = (
        "SELECT count(*) FROM rejections r JOIN import_batches b ON b.id = r.batch_id "
        "WHERE b.boundary_version_id IS NOT NULL AND r.severity = 'refused'"
    )
    assert scalar(linked) == 2


def test_refused_grids_reopen_a_checked_version_and_all_or_nothing_leaves_no_trace(
    county, take, tmp_path, session, scalar
):
    good = geojson_file(tmp_path / "a.geojson", (square(113.61, 34.71), {"code": "W1", "name": "一"}))
    bad = geojson_file(
        tmp_path / "b.geojson",
        (square(113.61, 34.71), {"code": "W1", "name": "一"}),
        (None, {"code": "W2", "name": "二"}),
    )
    report = take("grids", bad, version_label="2026", all_or_nothing=True)
    assert report.is_refused
    assert scalar("SELECT (SELECT count(*) FROM boundary_versions) + (SELECT count(*) FROM grids)") == 0
    take("grids", good, version_label="2026")
    session.execute(sa.text("UPDATE boundary_versions SET status = 'checked'"))
    assert take("grids", bad, version_label="2026").unchanged == 1
    assert scalar("SELECT status FROM boundary_versions") == "draft"


def test_grids_of_two_counties_want_two_files(county, take, tmp_path):
    path = geojson_file(
        tmp_path / "a.geojson",
        (square(113.61, 34.71), {"code": "W1", "name": "一"}),
        (square(113.75, 34.71), {"code": "E1", "name": "东"}),
    )
    with pytest.raises(RefusedFile, match="several_counties"):
        take("grids", path, version_label="2026")
    report = take("grids", path, version_label="2026", county_code=county)
    assert [f.row_number for f in found(report, "outside_county")] == [2]


def test_a_swapped_polygon_is_refused_not_turned(county, take, tmp_path):
    path = geojson_file(tmp_path / "a.geojson", (square(34.7, 113.61), {"code": "W1", "name": "一"}))
    report = take("grids", path, version_label="2026", county_code=county)
    assert report.findings[0].code == "geometry_coordinates_swapped"
    assert report.is_refused
