"""Every kind of file gives the same rows, whatever its encoding, folder or missing companions."""

from pathlib import Path

import pytest
import shapely

from geodata.ingest.sandbox import read_table
from geodata.vocab import ImportKind
from tests.integration.geodata.ingest.files import (
    csv_file,
    geojson_file,
    geopackage_file,
    shapefile_zip,
    square,
    xlsx_file,
)

STATIONS = [
    ["站点名称", "经度", "纬度"],
    ["工会驿站·碧沙岗", "113.65", "34.75"],
    ["爱心驿站㐀", "113.66", "34.76"],
]
HOLE = shapely.Polygon(square(113.6, 34.7).exterior, [square(113.603, 34.703, 0.002).exterior])
PARTS = shapely.MultiPolygon([square(113.62, 34.7), square(113.64, 34.7)])
GRIDS = [(HOLE, {"code": "W1", "name": "一网格"}), (PARTS, {"code": "W2", "name": "二网格"})]


def read(path: Path, kind: str = "stations"):
    return read_table(path, ImportKind(kind), file_name=path.name)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_encodings(tmp_path, encoding):
    table = read(csv_file(tmp_path / "a.csv", *STATIONS, encoding=encoding))
    assert [row.cells for row in table.rows] == STATIONS[1:]
    assert [row.number for row in table.rows] == [2, 3]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_separators(tmp_path, separator):
    path = tmp_path / "a.csv"
    path.write_text("\r\n".join(separator.join(row) for row in STATIONS), encoding="utf-8")
    assert [row.cells for row in read(path).rows] == STATIONS[1:]


def test_a_title_above_the_header_and_blank_rows_keep_the_senders_row_numbers(tmp_path):
    rows = [["2026 年驿站名单", "", ""], *STATIONS[:2], ["", "", ""], STATIONS[2]]
    for path in (csv_file(tmp_path / "a.csv", *rows), xlsx_file(tmp_path / "a.xlsx", *rows)):
        assert [row.number for row in read(path).rows] == [3, 5]


def test_xlsx_keeps_numbers_apart_from_text_so_that_damage_is_seen(tmp_path):
    path = xlsx_file(
        tmp_path / "a.xlsx", ["企业名称", "统一社会信用代码"], ["甲", 911010000000000000], ["乙", "x"]
    )
    assert [row.cells[1] for row in read(path, "enterprises").rows] == [911010000000000000.0, "x"]


@pytest.mark.parametrize("folder", ["", "数据/网格/"])
@pytest.mark.parametrize("without", [(), (".prj",), (".cpg",), (".prj", ".cpg")])
def test_shapefiles_in_gbk_with_or_without_companions_and_folders(tmp_path, folder, without):
    table = read(shapefile_zip(tmp_path / "a.zip", *GRIDS, folder=folder, without=without), "grids")
    assert [row.cells for row in table.rows] == [["W1", "一网格"], ["W2", "二网格"]]
    assert bool(table.notes["crs"]) is (".prj" not in without)


def test_a_utf8_shapefile_without_cpg_is_read_as_utf8(tmp_path):
    table = read(shapefile_zip(tmp_path / "a.zip", *GRIDS, encoding="UTF-8", without=(".cpg",)), "grids")
    assert [row.cells[1] for row in table.rows] == ["一网格", "二网格"]


@pytest.mark.parametrize("make", [shapefile_zip, geopackage_file, geojson_file])
def test_holes_and_parts_are_kept(tmp_path, make):
    suffix = {shapefile_zip: "zip", geopackage_file: "gpkg", geojson_file: "geojson"}[make]
    features = (
        GRIDS if make is not geopackage_file else [(shapely.MultiPolygon([HOLE]), GRIDS[0][1]), GRIDS[1]]
    )
    options = {"geometry_type": "MultiPolygon"} if make is geopackage_file else {}
    table = read(make(tmp_path / f"a.{suffix}", *features, **options), "grids")
    shapes = [shapely.from_wkb(row.wkb) for row in table.rows]
    assert [shape.geom_type for shape in shapes] == ["MultiPolygon", "MultiPolygon"]
    assert shapely.equals(shapes[0], HOLE)
    assert shapely.equals(shapes[1], PARTS)


def test_polygons_in_a_table_are_well_known_text_even_in_several_cells(tmp_path):
    text = shapely.to_wkt(HOLE, rounding_precision=-1)
    path = csv_file(
        tmp_path / "a.csv",
        ["网格编号", "网格名称", "几何", "几何2"],
        ["W1", "一", text[:40], text[40:]],
        ["W2", "二", "POINT", ""],
    )
    first, second = read(path, "grids").rows
    assert shapely.equals(shapely.from_wkb(first.wkb), HOLE)
    assert second.problem == ("geometry_unreadable", {})
