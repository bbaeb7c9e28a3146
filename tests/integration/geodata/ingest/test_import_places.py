"""Doubtful places are questioned and never mended."""

import numpy as np
import pytest
import shapely
import sqlalchemy as sa

from geodata.crs import from_wgs84
from geodata.errors import RefusedFile
from geodata.vocab import Datum
from tests.integration.geodata.ingest.files import SOUTH, WEST, csv_file, geojson_file, shapefile_zip, square

HEADER = ["名称", "经营地址", "经度", "纬度"]


def place(session, name: str):
    return session.execute(
        sa.text(
            "SELECT geom IS NOT NULL AS placed, raw_x, raw_y, county_code, location_level, "
            "location_accuracy_m FROM enterprises WHERE name = :name"
        ),
        {"name": name},
    ).one()


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (34.75, 113.65, "coordinates_swapped"),
        (0, 0, "coordinate_zero"),
        (1136.5, 34.75, "coordinate_out_of_range"),
    ],
)
def test_impossible_pairs_keep_the_row_and_the_raw_pair_off_the_map(
    county, take, tmp_path, session, lon, lat, code
):
    report = take(
        "enterprises", csv_file(tmp_path / "a.csv", HEADER, ["甲", "路1", lon, lat]), county_code=county
    )
    assert [(f.row_number, f.code) for f in report.findings] == [(2, code)]
    row = place(session, "甲")
    assert (row.placed, row.raw_x, row.raw_y, row.county_code, row.location_level) == (
        False,
        lon,
        lat,
        county,
        "none",
    )


def test_a_corrected_pair_places_the_same_row(county, take, tmp_path, session):
    take("enterprises", csv_file(tmp_path / "a.csv", HEADER, ["甲", "路1", 34.75, 113.65]))
    report = take("enterprises", csv_file(tmp_path / "b.csv", HEADER, ["甲", "路1", 113.65, 34.75]))
    assert (report.updated, report.inserted) == (1, 0)
    row = place(session, "甲")
    assert (row.placed, row.raw_x, row.location_level, row.location_accuracy_m) == (
        True,
        113.65,
        "building",
        15.0,
    )


def test_degrees_minutes_and_seconds_are_read(county, take, tmp_path, session):
    take("enterprises", csv_file(tmp_path / "a.csv", HEADER, ["甲", "路1", "113°39′00″", "34°45'0\""]))
    assert place(session, "甲").raw_x == pytest.approx(113.65)


def test_points_outside_are_kept_where_they_are_and_told(county, take, tmp_path, session):
    rows = [["本县", "a", 113.65, 34.75], ["邻县", "b", 113.75, 34.75], ["远方", "c", 112.5, 23.1]]
    report = take("enterprises", csv_file(tmp_path / "a.csv", HEADER, *rows), county_code=county)
    assert [(f.row_number, f.code) for f in report.findings] == [(3, "other_county"), (4, "outside_county")]
    assert [place(session, name).county_code for name in ("本县", "邻县", "远方")] == [
        "410103",
        "410104",
        "410103",
    ]


def test_a_point_on_the_border_of_two_counties_goes_to_the_smaller_code(county, take, tmp_path, session):
    take("enterprises", csv_file(tmp_path / "a.csv", HEADER, ["界上", "a", WEST + 0.1, SOUTH + 0.05]))
    assert place(session, "界上").county_code == "410103"


def test_one_point_for_hundreds_is_told_once(county, take, tmp_path):
    rows = [[f"企业{n}", f"路{n}号", 113.65, 34.75] for n in range(120)]
    report = take("enterprises", csv_file(tmp_path / "a.csv", HEADER, *rows))
    (finding,) = report.findings
    assert (finding.code, finding.params["count"], report.inserted) == ("same_place_many", 120, 120)


@pytest.mark.parametrize("true_datum", [Datum.GCJ02, Datum.BD09])
def test_a_batch_off_its_own_divisions_is_questioned(county, take, tmp_path, true_datum):
    # A ring of enterprises just inside the county's border, delivered in another datum than stated.
    steps = np.linspace(0.002, 0.098, 25)
    edge = np.full(25, 0.0005)
    lon = np.concatenate((WEST + steps, WEST + 0.1 - edge, WEST + steps, WEST + edge))
    lat = np.concatenate((SOUTH + edge, SOUTH + steps, SOUTH + 0.1 - edge, SOUTH + steps))
    x, y = from_wgs84(lon, lat, true_datum)
    rows = [[f"企业{n}", f"路{n}号", *pair] for n, pair in enumerate(zip(x, y, strict=True))]
    path = csv_file(tmp_path / "a.csv", HEADER, *rows)
    wrong = take("enterprises", path, county_code=county, dry_run=True)
    (finding,) = [f for f in wrong.findings if f.code == "datum_suspect"]
    assert finding.params["likely"] == true_datum
    right = take("enterprises", path, county_code=county, datum=true_datum)
    assert right.findings == []


def test_grids_off_their_county_are_questioned(county, take, tmp_path):
    def shifted(shape):
        return shapely.transform(
            shape, lambda xy: np.column_stack(from_wgs84(xy[:, 0], xy[:, 1], Datum.GCJ02))
        )

    features = [
        (shifted(square(WEST + 0.01 * n, SOUTH + 0.01 * m)), {"code": f"W{n}-{m}", "name": "x"})
        for n in range(10)
        for m in range(10)
    ]
    path = geojson_file(tmp_path / "a.geojson", *features)
    report = take("grids", path, version_label="2026", county_code=county, dry_run=True)
    assert [f.params["likely"] for f in report.findings if f.code == "datum_suspect"] == ["gcj02"]
    right = take("grids", path, version_label="2026", county_code=county, datum=Datum.GCJ02)
    assert right.findings == []


def test_metres_labelled_as_degrees_are_refused(county, take, tmp_path):
    metres = shapefile_zip(
        tmp_path / "a.zip", (square(500_000, 3_850_000, 500), {"code": "W1", "name": "x"}), crs="EPSG:4547"
    )
    with pytest.raises(RefusedFile, match="crs_differs"):
        take("grids", metres, version_label="2026", county_code=county)
    with pytest.raises(RefusedFile, match="crs_differs"):
        take("grids", metres, version_label="2026", county_code=county, datum=4548)
    unlabelled = shapefile_zip(
        tmp_path / "b.zip", (square(500_000, 3_850_000, 500), {"code": "W1", "name": "x"}), without=(".prj",)
    )
    report = take("grids", unlabelled, version_label="2026", county_code=county)
    assert [f.code for f in report.findings] == ["geometry_out_of_range"]
    assert take("grids", metres, version_label="2026", county_code=county, datum=4547).inserted == 1


def test_without_divisions_the_import_says_that_places_were_not_checked(take, tmp_path):
    report = take("enterprises", csv_file(tmp_path / "a.csv", HEADER, ["甲", "路1", 113.65, 34.75]))
    assert [f.code for f in report.findings] == ["no_divisions"]
