"""When people are there, as a column of a demand file."""

import pytest

from tests.integration.geodata.ingest.files import csv_file

HEADER = ["名称", "人数", "活动时段", "经度", "纬度"]
PLACE = (113.65, 34.75)
HOURS = (
    "SELECT string_agg(weekday || ':' || opens_min || '-' || closes_min, ' ' ORDER BY weekday, opens_min)"
    " FROM demand_hours"
)


@pytest.fixture
def bring(take, tmp_path):
    def put(hours, people=40):
        return take("demand", csv_file(tmp_path / "p.csv", HEADER, ["夜市", people, hours, *PLACE]))

    return put


def test_hours_are_read_replaced_and_kept(bring, scalar):
    bring("周五、周六 22:00-次日2:00")
    assert scalar(HOURS) == "4:1320-1560 5:1320-1560"

    same = bring("周五、周六 22:00-次日02:00")
    assert (same.unchanged, same.changes) == (1, [])

    changed = bring("周六 20:00-23:00")
    assert changed.changes[0].columns == {"active_hours": ("周五、周六 22:00-次日02:00", "周六 20:00-23:00")}
    assert scalar(HOURS) == "5:1200-1380"

    # A file that says nothing leaves them, and so does one that cannot be read, which is told.
    assert bring("").unchanged == 1
    unreadable = bring("看天气")
    assert (2, "active_hours", "hours_unreadable") in [
        (each.row_number, each.column, each.code) for each in unreadable.findings
    ]
    assert scalar(HOURS) == "5:1200-1380"

    bring("全天")
    assert scalar("SELECT count(*) FROM demand_hours WHERE (opens_min, closes_min) = (0, 1440)") == 8


def test_hours_alone_are_a_change_and_name_the_data_anew(bring, scalar):
    bring("")
    before = scalar("SELECT max(id) FROM data_changes WHERE subject = 'demand'")
    report = bring("11:00-13:00")
    assert (report.updated, len(report.touched_ids)) == (1, 1)
    assert scalar("SELECT max(id) FROM data_changes WHERE subject = 'demand'") > before
    assert scalar("SELECT version FROM demand_points") == 2
