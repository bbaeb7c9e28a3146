"""Hostile and broken files are refused by name, quickly, without a trace of a crash."""

import json
import socket
import sqlite3
import stat
import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from geodata.errors import RefusedFile
from geodata.ingest.sandbox import read_table
from geodata.vocab import ImportKind
from tests.integration.geodata.ingest.files import csv_file, geopackage_file, shapefile_zip, square

SECONDS = 30
GRID = (square(113.6, 34.7), {"code": "W1", "name": "一网格"})


def refusal(path: Path, kind: str = "grids") -> str:
    begun = time.monotonic()
    with pytest.raises(RefusedFile) as refused:
        read_table(path, ImportKind(kind), file_name=path.name)
    assert time.monotonic() - begun < SECONDS
    return refused.value.code


def put(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.csv", b"", "file_empty"),
        ("a.csv", b" \n \n", "file_empty"),
        ("a.csv", "你好,世界\n1,2\n", "header_missing"),
        ("a.csv", b"\x81\x20\xff\xff,a\n", "csv_encoding"),
        ("a.csv", b"name,code\0\n", "file_kind_unknown"),
        ("a.csv", "名称,编号\n" + "a," * 10 + "\0", "file_kind_unknown"),
        ("a.xls", b"\xd0\xcf\x11\xe0" + bytes(600), "file_kind_old_excel"),
        ("a.exe", "code,name\n1,2\n", "file_kind_unknown"),
        ("a.xlsx", "code,name\n1,2\n", "file_kind_differs"),
        ("a.geojson", b"PK\x03\x04" + bytes(50), "file_kind_differs"),
        ("a.zip", b"PK\x03\x04" + bytes(50), "archive_damaged"),
        ("a.xlsx", b"PK\x03\x04" + bytes(50), "archive_damaged"),
        ("a.gpkg", b"SQLite format 3\0" + bytes(600), "gpkg_damaged"),
        ("a.geojson", "{", "json_damaged"),
        ("a.geojson", '{"type": "FeatureCollection", "features": [NaN]}', "json_damaged"),
        ("a.geojson", "[" * 200_000, "json_damaged"),
        ("a.geojson", '{"type": "Topology"}', "geojson_not_features"),
        ("a.geojson", '{"type": "FeatureCollection", "features": 3}', "geojson_not_features"),
        ("a.geojson", "<OGRVRTDataSource></OGRVRTDataSource>", "file_kind_differs"),
        ("a.gpkg", "<WFS_Capabilities/>", "file_kind_differs"),
    ],
)
def test_files_that_are_not_what_they_should_be(tmp_path, name, data, code):
    assert refusal(put(tmp_path / name, data)) == code


def archive(path: Path, members: dict[str, bytes], **options) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in members.items():
            target.writestr(name, data, **options)
    return path


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "a/../../b.shp", "C:\\a.shp", "..\\..\\a.shp"]
)
def test_members_never_leave_their_folder(tmp_path, name):
    assert refusal(archive(tmp_path / "a.zip", {name: b"x"})) == "archive_unsafe_name"


def test_links_in_archives_are_refused(tmp_path):
    link = zipfile.ZipInfo("layer.shp")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as target:
        target.writestr(link, "/etc/passwd")
    assert refusal(tmp_path / "a.zip") == "archive_unsafe_name"


def test_bombs_are_refused_by_their_directory(tmp_path):
    assert refusal(archive(tmp_path / "a.zip", {"a.shp": bytes(20_000_000)})) == "archive_ratio"
    crowd = {f"{number}.txt": b"" for number in range(1001)}
    assert refusal(archive(tmp_path / "b.zip", crowd)) == "archive_too_many_members"


def test_a_member_larger_than_its_directory_says_is_refused(tmp_path):
    path = shapefile_zip(tmp_path / "a.zip", GRID)
    with zipfile.ZipFile(path) as source:
        member = next(m for m in source.infolist() if m.filename.endswith(".dbf"))
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(member.filename.encode()))
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    assert refusal(put(path, bytes(data))) in {"archive_damaged", "shapefile_damaged"}


def test_archives_hold_one_whole_shapefile(tmp_path):
    assert refusal(archive(tmp_path / "a.zip", {"readme.txt": b"x"})) == "archive_without_shapefile"
    assert refusal(archive(tmp_path / "b.zip", {"a.shp": b"", "b.shp": b""})) == "archive_several_shapefiles"
    assert refusal(shapefile_zip(tmp_path / "c.zip", GRID, without=(".dbf",))) == "shapefile_incomplete"


@pytest.mark.parametrize(
    ("suffix", "change"),
    [
        (".shp", lambda data: data[:-20]),
        (".shp", lambda data: data[:24] + struct.pack(">I", 10) + data[28:]),
        (".shp", lambda data: data[:104] + struct.pack(">I", 99_999) + data[108:]),
        (".shx", lambda data: data[:-8]),
        (".shx", lambda data: data[:100] + struct.pack(">II", 2**31 - 1, 8)),
        (".dbf", lambda data: data[:4] + struct.pack("<I", 2**31) + data[8:]),
        (".dbf", lambda data: data[:8]),
        (".shp", lambda data: b"<OGRVRTDataSource/>" + data[19:]),
    ],
)
def test_truncated_and_lying_shapefiles_are_refused_not_emptied(tmp_path, suffix, change):
    whole = shapefile_zip(tmp_path / "whole.zip", GRID, GRID)
    with zipfile.ZipFile(whole) as source:
        members = {member.filename: source.read(member) for member in source.infolist()}
    members = {name: change(data) if name.endswith(suffix) else data for name, data in members.items()}
    assert refusal(archive(tmp_path / "a.zip", members)) == "shapefile_damaged"


def test_a_workbook_with_one_far_cell_does_not_take_the_process_down(tmp_path):
    main = "http://schemas.openxmlformats.org"
    names = f'xmlns="{main}/spreadsheetml/2006/main" xmlns:r="{main}/officeDocument/2006/relationships"'
    members = {
        "[Content_Types].xml": f'<Types xmlns="{main}/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "xl/workbook.xml": f'<workbook {names}><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{main}/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{main}/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"<worksheet {names}><sheetData>"
        '<row r="1"><c r="A1" t="inlineStr"><is><t>code</t></is></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>',
    }
    path = archive(tmp_path / "a.xlsx", {name: text.encode() for name, text in members.items()})
    assert refusal(path) in {"file_unreadable", "too_many_columns", "xlsx_damaged"}


def test_an_endless_view_in_a_geopackage_is_never_run(tmp_path):
    path = geopackage_file(tmp_path / "a.gpkg", GRID)
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE layer")
        connection.execute(
            "CREATE VIEW layer AS WITH RECURSIVE r(fid) AS (SELECT 1 UNION ALL SELECT fid + 1 FROM r) "
            "SELECT fid, NULL AS geom, 'W1' AS code, 'x' AS name FROM r"
        )
    connection.close()
    assert refusal(path) == "gpkg_layers"


def test_links_in_geojson_are_never_followed(tmp_path):
    path = tmp_path / "a.geojson"
    document = {
        "type": "FeatureCollection",
        "crs": {"type": "link", "properties": {"href": "http://127.0.0.1:9/crs", "type": "proj4"}},
        "features": [{"type": "Feature", "properties": {"code": "W1", "name": "x"}, "geometry": None}],
    }
    path.write_text(json.dumps(document))
    table = read_table(path, ImportKind.GRIDS, file_name="a.geojson")
    assert table.notes["crs"] == ""


def test_a_file_that_costs_too_much_time_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr("geodata.ingest.limits.child_seconds", lambda size: 0)
    assert refusal(csv_file(tmp_path / "a.csv", ["code", "name"], ["1", "2"])) in {
        "file_too_slow",
        "file_unreadable",
    }


def test_rows_and_columns_are_limited(tmp_path):
    wide = csv_file(tmp_path / "a.csv", ["code", *(f"c{n}" for n in range(400))], ["1"])
    assert refusal(wide) == "too_many_columns"


def test_the_child_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    refusal(put(tmp_path / "a.zip", b"PK\x03\x04" + bytes(50)))
    assert list(tmp_path.glob("tenmin-import-*")) == []


RING = [[0, 0], [1, 0], [1, 1], [0, 0]]


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


@pytest.mark.parametrize(
    ("geometry", "code"),
    [
        (polygon([[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]), "geometry_self_intersection"),
        (polygon(RING, [[5, 5], [6, 5], [6, 6], [5, 5]]), "geometry_hole_outside"),
        (polygon([[0, 0], [1, 0], [0, 0]]), "geometry_too_few_points"),
        (polygon(), "geometry_missing"),
        (polygon([["113", 34], [1, 0], [0, 0]]), "geometry_unreadable"),
        (polygon([[True, 34], [1, 0], [0, 0]]), "geometry_unreadable"),
        (polygon([[1e999, 0], [1, 0], [1, 1], [0, 0]]), "geometry_not_finite"),
        ({"type": "Polygon", "coordinates": "x"}, "geometry_unreadable"),
        ({"type": "LineString", "coordinates": [[0, 0], [1, 1]]}, "geometry_type"),
        ({"type": "Point", "coordinates": [113.6, 34.7]}, "geometry_type"),
        ({"type": "GeometryCollection", "geometries": []}, "geometry_type"),
        ("POLYGON EMPTY", "geometry_unreadable"),
        (None, "geometry_missing"),
    ],
)
def test_bad_shapes_are_named(tmp_path, geometry, code):
    path = tmp_path / "a.geojson"
    feature = {"type": "Feature", "properties": {"code": "W1", "name": "x"}, "geometry": geometry}
    text = json.dumps({"type": "FeatureCollection", "features": [feature]}).replace("Infinity", "1e999")
    path.write_text(text)
    (row,) = read_table(path, ImportKind.GRIDS, file_name="a.geojson").rows
    assert row.wkb is None
    assert row.problem[0] == code
    if code == "geometry_self_intersection":
        assert row.problem[1] == {"at": "0.500000, 0.500000", "repair_parts": 2, "repair_hull_share": 0.5}


def test_a_shape_that_would_hang_a_repair_is_refused_at_once(tmp_path):
    teeth = [[n / 400, (n % 2) * 1.0] for n in range(400)] + [[(n % 2) * 1.0, n / 400] for n in range(400)]
    path = tmp_path / "a.geojson"
    shape = {"type": "Polygon", "coordinates": [[*teeth, teeth[0]]]}
    feature = {"type": "Feature", "properties": {"code": "W1", "name": "x"}, "geometry": shape}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    begun = time.monotonic()
    (row,) = read_table(path, ImportKind.GRIDS, file_name="a.geojson").rows
    assert row.problem[0] == "geometry_self_intersection"
    assert "repair_parts" not in row.problem[1]
    assert time.monotonic() - begun < 10


def test_the_child_cannot_reach_the_network():
    program = (
        "import socket, sys; from geodata.ingest.child import confine\n"
        "offline = confine(5)\n"
        "try: socket.create_connection(('127.0.0.1', int(sys.argv[1])), 2); print('reached')\n"
        "except OSError: print('refused')\n"
        "print('offline' if offline else 'kernel refuses')"
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        said = subprocess.run(
            [sys.executable, "-c", program, port], capture_output=True, text=True, check=True
        )
    assert said.stdout.split("\n")[:2] in (["refused", "offline"], ["reached", "kernel refuses"])
