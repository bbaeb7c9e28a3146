"""Files of streets, read by the confined child: what hangs together, who may use it, what is told."""

import math
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely

from geodata import confined
from geodata.crs import line_lengths
from geodata.errors import RefusedFile
from geodata.ingest import street_child, street_sandbox
from geodata.ingest.street_sandbox import ReadStreets, read_streets
from geodata.network.graph import Use
from geodata.vocab import Datum
from tests.integration.geodata.ingest.files import geojson_file, geopackage_file, shapefile_zip
from tests.integration.geodata.networks.drawn_town import (
    POINTS,
    degrees,
    write_graphml,
    write_osm,
)

ALL = 31


@pytest.fixture(autouse=True)
def _here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read in this process, for a child takes a second to start; but not in the tests of the child."""
    if "child" not in request.node.name:
        monkeypatch.setattr(street_sandbox, "run_child", lambda _, order, **__: street_child.main(str(order)))
        monkeypatch.setattr(confined, "confine", lambda **_: False)


FOOT = int(Use.FOOT)


def read(path: Path, datum: Datum | int = Datum.WGS84, **options: Any) -> ReadStreets:
    return read_streets(path, file_name=path.name, datum=datum, **options)


def line(*points: tuple[float, float]) -> shapely.LineString:
    """A line in metres east and north of the town's corner."""
    return shapely.LineString([degrees(point) for point in points])


def codes(found: ReadStreets) -> list[tuple[int | None, str]]:
    return [(row, code) for row, _, code, _, _ in found.told["findings"]]


@pytest.mark.parametrize("name", ["town.osm.pbf", "town.osm"], ids=["pbf-child", "osm"])
def test_an_extract_is_cut_at_shared_nodes_only(tmp_path: Path, name: str) -> None:
    found = read(write_osm(tmp_path / name))
    by_way = {row: found.row.tolist().count(row) for row in found.row.tolist()}
    # The bridge's middle node is nobody else's; the footway below is not cut by it.
    assert by_way == {100: 2, 101: 2, 102: 1, 103: 1, 104: 1, 106: 1}
    assert found.told["left_out"] == {"service": 1, "proposed": 1}
    assert found.rows == 8
    uses = dict(zip(found.row.tolist(), found.uses.tolist(), strict=True))
    assert uses == {
        100: FOOT | Use.EBIKE_FORWARD | Use.CAR_FORWARD,
        101: ALL,
        102: ALL,
        103: FOOT,
        104: int(Use.CAR_FORWARD),
        106: FOOT | Use.EBIKE_FORWARD | Use.EBIKE_BACKWARD,
    }
    details = dict(zip(found.row.tolist(), found.details, strict=True))
    assert details[100] == ("residential", "南岸路", 40.0, False, False)
    assert details[102] == ("tertiary", None, None, True, False)


def test_a_locked_gate_stops_a_street_a_step_before_it(tmp_path: Path) -> None:
    gate = {7: {"barrier": "gate", "access": "private", "foot": "yes"}, 5: {"barrier": "bollard"}}
    found = read(write_osm(tmp_path / "town.osm.pbf", node_tags=gate))
    bridge = [number for number, row in enumerate(found.row.tolist()) if row == 102]
    metres = line_lengths(found.lines)[bridge]
    uses = found.uses[bridge]
    assert metres.sum() == pytest.approx(300, abs=0.5)
    assert metres[uses == FOOT].sum() == pytest.approx(2, abs=0.02)
    assert sorted(set(uses.tolist())) == [FOOT, FOOT | Use.EBIKE_FORWARD | Use.EBIKE_BACKWARD, ALL]


def test_an_extract_without_some_nodes_keeps_what_is_there(tmp_path: Path) -> None:
    points = {number: point for number, point in POINTS.items() if number != 3}
    found = read(write_osm(tmp_path / "town.osm.pbf", points=points))
    assert found.row.tolist().count(100) == 1
    assert codes(found) == [(None, "osm_nodes_missing")]


def test_what_lies_far_away_is_left_early(tmp_path: Path) -> None:
    found = read(write_osm(tmp_path / "town.osm.pbf"), within=[114.0, 22.5, 114.06, 22.55])
    assert 106 not in found.row.tolist()
    assert found.told["notes"] == {"outside": 1}


def test_two_directed_edges_are_one_street(tmp_path: Path) -> None:
    found = read(write_graphml(tmp_path / "town.graphml"))
    assert found.uses.tolist() == [ALL, ALL, FOOT | Use.EBIKE_FORWARD | Use.CAR_FORWARD, FOOT]
    assert [details[0] for details in found.details] == ["residential", "tertiary", "secondary", "steps"]
    assert found.details[1][2] == 40.0
    assert found.crs == "epsg:4326"


def test_an_edge_drawn_elsewhere_is_refused_and_the_others_stay(tmp_path: Path) -> None:
    far = ("a", "b", {"d3": "residential", "d5": "LINESTRING (114.1 22.5, 114.2 22.5)"})
    lost = ("a", "z", {"d3": "residential"})
    found = read(write_graphml(tmp_path / "town.graphml", edges=(far, lost, ("a", "b", {"d3": "path"}))))
    assert codes(found) == [(1, "edge_ends_elsewhere"), (2, "edge_without_ends")]
    assert found.row.tolist() == [3]


def streets(**columns: list[Any]) -> list[tuple[Any, dict[str, Any]]]:
    """Two streets that cross, a bridge over one of them, and a path that almost meets."""
    shapes = [
        line((0, 0), (400, 0)),
        line((100, -100), (100, 100)),
        line((300, -100), (300, 100)),
        line((200, 2), (200, 100)),
    ]
    return [
        (shape, {name: values[number] for name, values in columns.items()})
        for number, shape in enumerate(shapes)
    ]


CHINESE = {
    "道路名称": ["东街", "南北路", "天桥", "小巷"],
    "道路等级": ["主干路", "支路", "人行天桥", "没听说过"],
    "单行": ["正向", "否", "", "是"],
    "限速": ["60", "", "", "慢"],
    "桥梁": ["", "", "是", ""],
}
FormatWriter = Callable[[Path], Path]


@pytest.mark.parametrize(
    "write",
    [
        lambda folder: shapefile_zip(
            folder / "路网.zip", *streets(**CHINESE), encoding="GB18030", geometry_type="LineString"
        ),
        lambda folder: geopackage_file(
            folder / "streets.gpkg", *streets(**CHINESE), geometry_type="LineString"
        ),
        lambda folder: geojson_file(folder / "streets.geojson", *streets(**CHINESE)),
    ],
    ids=["shapefile-child", "gpkg", "geojson"],
)
def test_lines_with_chinese_headers(tmp_path: Path, write: FormatWriter) -> None:
    found = read(write(tmp_path))
    assert sorted(found.row.tolist()) == [1, 1, 2, 2, 3, 4]
    by_row = dict(zip(found.row.tolist(), zip(found.details, found.uses.tolist(), strict=True), strict=True))
    assert by_row[1] == (
        ("primary", "东街", 60.0, False, False),
        FOOT | Use.EBIKE_FORWARD | Use.CAR_FORWARD,
    )
    assert by_row[2] == (("tertiary", "南北路", None, False, False), ALL)
    assert by_row[3] == (("footway", "天桥", None, True, False), FOOT)
    assert by_row[4][0] == ("road", "小巷", None, False, False)
    assert codes(found) == [(4, "street_class_unknown")]
    (almost,) = found.told["almost"]
    assert almost[2] == pytest.approx(2, abs=0.02)


def test_lines_in_another_datum_are_converted(tmp_path: Path) -> None:
    plain = read(geojson_file(tmp_path / "a.geojson", *streets(name=["", "", "", ""])))
    moved = read(geojson_file(tmp_path / "a.geojson", *streets(name=["", "", "", ""])), Datum.GCJ02)
    east, south = (shapely.total_bounds(plain.lines) - shapely.total_bounds(moved.lines))[:2]
    assert 300 < math.hypot(east, south) * 111_000 < 800
    assert line_lengths(moved.lines).sum() == pytest.approx(line_lengths(plain.lines).sum(), rel=1e-3)


def test_bad_rows_are_told_and_good_ones_stay(tmp_path: Path) -> None:
    good = line((0, 0), (50, 0), (50, 0), (100, 0))
    rows = [
        (good, {"name": "好路"}),
        (line((10, 10), (10, 10)), {"name": "零"}),
        (None, {"name": "无"}),
        (shapely.Point(114, 22), {"name": "点"}),
        (shapely.LineString([(22.5, 114.0), (22.6, 114.0)]), {"name": "反"}),
        (shapely.reverse(good), {"name": "重复", "level": "high"}),
        (line((0, 50), (50, 50)), {"name": "高", "level": 1, "foot": "maybe"}),
    ]
    found = read(geojson_file(tmp_path / "streets.geojson", *rows))
    assert found.row.tolist() == [1, 7]
    assert codes(found) == [
        (2, "line_without_length"),
        (3, "geometry_missing"),
        (4, "geometry_type"),
        (5, "geometry_coordinates_swapped"),
        (6, "street_word_unknown"),
        (7, "street_word_unknown"),
        (6, "street_repeats"),
    ]


def test_a_layer_of_lines_needs_no_columns(tmp_path: Path) -> None:
    found = read(geojson_file(tmp_path / "streets.geojson", (line((0, 0), (50, 0)), {})))
    assert found.uses.tolist() == [ALL]
    assert found.details == [("road", None, None, False, False)]


def gzipped(folder: Path) -> Path:
    (folder / "town.osm.gz").write_bytes(b"\x1f\x8b\x08\x00")
    return folder / "town.osm.gz"


def cut_off(folder: Path) -> Path:
    path = write_osm(folder / "town.osm.pbf")
    path.write_bytes(path.read_bytes()[:-40])
    return path


def text(folder: Path, name: str, content: str) -> Path:
    (folder / name).write_text(content, encoding="utf-8")
    return folder / name


def empty_zip(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    return folder / "a.zip"


ENTITIES = '<!DOCTYPE g [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("write", "code"),
    [
        (gzipped, "network_kind_unknown"),
        (cut_off, "osm_damaged"),
        (empty_zip, "archive_without_shapefile"),
        (lambda folder: text(folder, "a.osm", "<osm version='0.6'><node"), "osm_damaged"),
        (lambda folder: text(folder, "a.osm.pbf", "junk"), "network_kind_unknown"),
        (lambda folder: text(folder, "a.csv", "名称,经度,纬度"), "network_kind_unknown"),
        (lambda folder: text(folder, "a.graphml", "<graphml><graph>"), "graphml_damaged"),
        (lambda folder: text(folder, "a.graphml", "<graphml></graphml>"), "graphml_no_streets"),
        (lambda folder: text(folder, "a.graphml", "<graphml>" + "<a>" * 500), "graphml_damaged"),
        (lambda folder: write_graphml(folder / "a.graphml", doctype=ENTITIES), "graphml_entities"),
        (lambda folder: text(folder, "a.osm", "<!DOCTYPE x><graphml/>"), "file_kind_differs"),
        (lambda folder: text(folder, "a.geojson", "{"), "json_damaged"),
        (lambda folder: text(folder, "a.geojson", "  "), "file_empty"),
        (lambda folder: write_osm(folder / "b.osm").rename(folder / "b.graphml"), "file_kind_differs"),
        (lambda folder: write_osm(folder / "b.osm.pbf", points={}), "osm_without_places"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_reason(
    tmp_path: Path, write: FormatWriter, code: str
) -> None:
    with pytest.raises(RefusedFile) as refused:
        read(write(tmp_path))
    assert refused.value.code == code
