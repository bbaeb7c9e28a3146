"""Stations: hours, services, generated codes, the real list of Zhengzhou."""

import sqlalchemy as sa

from geodata.vocab import Datum
from tests.integration.geodata.ingest.files import csv_file

HEADER = ["站点编号", "站点名称", "地址", "经度", "纬度", "开放时间", "热饭", "卫生间", "站点状态"]
ROW = ["S1", "碧沙岗驿站", "建设路1号", 113.65, 34.75, "周一至周五 8:00-18:00", "正常", "附近120米", "开放"]


def with_changes(**changes) -> list:
    names = ["code", "name", "address", "lon", "lat", "hours", "heating", "toilet", "status"]
    return list((dict(zip(names, ROW, strict=True)) | changes).values())


def test_hours_and_services_arrive(county, take, tmp_path, session):
    report = take("stations", csv_file(tmp_path / "a.csv", HEADER, ROW))
    assert report.inserted == 1
    hours = session.execute(
        sa.text("SELECT weekday, opens_min, closes_min FROM station_hours ORDER BY 1")
    ).all()
    assert [tuple(row) for row in hours] == [(day, 480, 1080) for day in range(5)]
    services = session.execute(
        sa.text("SELECT item_code, condition, mode, distance_m FROM station_services ORDER BY 1")
    )
    assert [tuple(row) for row in services] == [
        ("food_heating", "working", "own", None),
        ("toilet", "working", "nearby", 120),
    ]


def test_hours_and_services_are_replaced_only_when_they_change(county, take, tmp_path, session, scalar):
    take("stations", csv_file(tmp_path / "a.csv", HEADER, ROW))
    ids = scalar("SELECT array_agg(id ORDER BY id) FROM station_hours")
    same = take(
        "stations",
        csv_file(tmp_path / "b.csv", HEADER, with_changes(hours="周一至周五 08:00-18:00", toilet="")),
    )
    assert (same.updated, same.unchanged) == (0, 1)
    changed = take("stations", csv_file(tmp_path / "c.csv", HEADER, with_changes(heating="故障")))
    assert changed.changes[0].columns == {"service:food_heating": ("working", "broken")}
    assert scalar("SELECT array_agg(id ORDER BY id) FROM station_hours") == ids
    take("stations", csv_file(tmp_path / "d.csv", HEADER, with_changes(hours="24小时")))
    assert scalar("SELECT count(*) FROM station_hours WHERE closes_min = 1440") == 8
    assert scalar("SELECT version FROM stations") == 3


def test_hours_that_cannot_be_read_become_unknown(county, take, tmp_path, scalar):
    take("stations", csv_file(tmp_path / "a.csv", HEADER, ROW))
    report = take("stations", csv_file(tmp_path / "b.csv", HEADER, with_changes(hours="看心情")))
    assert [f.code for f in report.findings] == ["hours_unreadable"]
    assert scalar("SELECT count(*) FROM station_hours") == 0
    assert scalar("SELECT hours_text FROM stations") == "看心情"


def test_an_unknown_status_refuses_the_row_since_it_would_decide_coverage(county, take, tmp_path):
    report = take("stations", csv_file(tmp_path / "a.csv", HEADER, with_changes(status="差不多")))
    assert [(f.column, f.code, f.value) for f in report.findings] == [("status", "word_unknown", "差不多")]
    assert report.is_refused


def test_a_file_without_hours_and_services_leaves_them(county, take, tmp_path, scalar):
    take("stations", csv_file(tmp_path / "a.csv", HEADER, ROW))
    take("stations", csv_file(tmp_path / "b.csv", HEADER[:2], ["S1", "新名"]))
    assert scalar("SELECT count(*) FROM station_hours") == 5
    assert scalar("SELECT name FROM stations") == "新名"


def test_generated_codes_count_on_and_give_way_to_official_ones(county, take, tmp_path, session, scalar):
    first = [HEADER[1:5], *([f"驿站{n}", f"路{n}号", 113.61 + n / 100, 34.75] for n in range(3))]
    take("stations", csv_file(tmp_path / "a.csv", *first))
    take("stations", csv_file(tmp_path / "b.csv", HEADER[1:5], ["驿站9", "路9号", 113.69, 34.75]))
    codes = list(session.scalars(sa.text("SELECT code FROM stations ORDER BY code")))
    assert codes == [f"auto-410103-{n:04d}" for n in range(1, 5)]
    report = take(
        "stations", csv_file(tmp_path / "c.csv", HEADER[:5], ["GF-7", "驿站9", "路9号", 113.69, 34.75])
    )
    assert report.updated == 1
    assert scalar("SELECT count(*) FROM stations WHERE code = 'GF-7'") == 1


def test_a_label_that_disagrees_with_the_point_is_told_and_the_point_decides(county, take, tmp_path, scalar):
    header = [*HEADER[:5], "所属区县"]
    rows = [
        [f"S{n}", f"站{n}", f"路{n}", 113.62 + n / 1000, 34.75, label]
        for n, label in enumerate(["二七区", "郑州市二七区", "管城回族区", "高新区"])
    ]
    report = take("stations", csv_file(tmp_path / "a.csv", header, *rows))
    told = [(f.row_number, f.code, f.params["actual"]) for f in report.findings]
    assert told == [(4, "label_differs", "二七区"), (5, "label_unknown", "二七区")]
    assert scalar("SELECT count(*) FROM stations WHERE county_code = '410103'") == 4


def test_a_wrong_datum_is_questioned_when_known_stations_all_step_aside(county, take, tmp_path):
    rows = [[f"S{n}", f"站{n}", f"路{n}", 113.61 + n / 200, 34.71 + n / 300] for n in range(12)]
    take("stations", csv_file(tmp_path / "a.csv", HEADER[:5], *rows))
    report = take(
        "stations", csv_file(tmp_path / "b.csv", HEADER[:5], *rows), datum=Datum.GCJ02, dry_run=True
    )
    (finding,) = [f for f in report.findings if f.row_number is None]
    assert finding.code == "steady_shift"
    assert 300 < finding.params["metres"] < 750
