"""六个清: counts and states beside an enterprise, dated, never persons."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from geodata.vocab import Severity
from tests.integration.geodata.ingest.files import SOUTH, WEST, csv_file

HEADER = [
    "企业名称",
    "经营地址",
    "经度",
    "纬度",
    "经营运行",
    "职工人数（清）",
    "党员人数",
    "出资人情况",
    "建立党组织",
    "建立工会组织",
    "核清日期",
]
ALL_CLEAR = ("清", 120, 9, "清", "已建", "未建", "2026-03-01")


def enterprise(number: int, *clear) -> list:
    return [f"企业{number}", f"大学路{number}号", WEST + 0.001 * number, SOUTH + 0.01, *clear]


def stored(session) -> dict[str, tuple]:
    rows = session.execute(
        sa.text(
            "SELECT t.name, c.operation_state, c.workforce_count, c.party_member_count, c.investor_state, "
            "c.party_organization_state, c.union_organization_state, c.as_of "
            "FROM enterprise_clarity c JOIN enterprises t ON t.id = c.enterprise_id"
        )
    )
    return {row.name: tuple(row)[1:] for row in rows}


def today() -> dt.date:
    return dt.datetime.now(ZoneInfo("Asia/Shanghai")).date()


def test_what_is_clear_arrives_and_the_same_file_changes_nothing(county, take, tmp_path, session):
    path = csv_file(tmp_path / "a.csv", HEADER, enterprise(1, *ALL_CLEAR), enterprise(2, *[""] * 7))
    assert take("enterprises", path).inserted == 2
    assert stored(session) == {
        "企业1": ("clear", 120, 9, "clear", "established", "not_established", dt.date(2026, 3, 1))
    }
    again = take("enterprises", path)
    assert (again.unchanged, again.changes) == (2, [])


def test_an_empty_cell_leaves_what_is_stored_and_changes_are_shown(county, take, tmp_path, session, scalar):
    take(
        "enterprises",
        csv_file(tmp_path / "a.csv", HEADER, enterprise(1, *ALL_CLEAR), enterprise(2, *[""] * 7)),
    )
    rows = [
        enterprise(1, "停产半年", "", 10, "", "", "", "2026-06-01"),
        enterprise(2, "", 5, "", "", "", "", "2026-06-01"),
    ]
    report = take("enterprises", csv_file(tmp_path / "b.csv", HEADER, *rows))
    assert (report.updated, report.touched_ids) == (2, [])
    assert [change.columns for change in report.changes] == [
        {
            "operation_state": ("clear", "停产半年"),
            "party_member_count": (9, 10),
            "as_of": ("2026-03-01", "2026-06-01"),
        },
        {"workforce_count": (None, 5), "as_of": (None, "2026-06-01")},
    ]
    assert stored(session)["企业1"] == (
        "停产半年",
        120,
        10,
        "clear",
        "established",
        "not_established",
        dt.date(2026, 6, 1),
    )
    assert scalar("SELECT min(version) FROM enterprises") == 2


def test_news_without_a_date_are_of_today_and_no_news_tomorrow(county, take, tmp_path, session):
    header = HEADER[:-1]
    path = csv_file(tmp_path / "a.csv", header, enterprise(1, "清", 3, "", "", "", ""))
    take("enterprises", path)
    assert stored(session)["企业1"][-1] == today()
    session.execute(sa.text("UPDATE enterprise_clarity SET as_of = DATE '2026-01-01'"))
    assert take("enterprises", path).unchanged == 1
    assert stored(session)["企业1"][-1] == dt.date(2026, 1, 1)
    take("enterprises", csv_file(tmp_path / "b.csv", header, enterprise(1, "", 4, "", "", "", "")))
    assert stored(session)["企业1"][-1] == today()


def test_a_date_alone_confirms_what_is_stored_and_makes_nothing(county, take, tmp_path, session):
    take("enterprises", csv_file(tmp_path / "a.csv", HEADER, enterprise(1, *ALL_CLEAR)))
    rows = [enterprise(n, *[""] * 6, "2026-07-01") for n in (1, 2)]
    take("enterprises", csv_file(tmp_path / "b.csv", HEADER, *rows))
    assert {name: row[-1] for name, row in stored(session).items()} == {"企业1": dt.date(2026, 7, 1)}


def test_a_file_without_the_columns_leaves_them(county, take, tmp_path, session):
    take("enterprises", csv_file(tmp_path / "a.csv", HEADER, enterprise(1, *ALL_CLEAR)))
    before = stored(session)
    report = take("enterprises", csv_file(tmp_path / "b.csv", HEADER[:4], enterprise(1)))
    assert (report.unchanged, stored(session)) == (1, before)


@pytest.mark.parametrize("position", range(6))
@pytest.mark.parametrize(
    ("cell", "code"), [("张三、李四", "person_in_cell"), ("11010519491231002X", "id_number_in_text")]
)
def test_persons_refuse_the_row_and_are_stored_nowhere(county, take, tmp_path, session, position, cell, code):
    clear = ["", 1, 1, "", "", "", ""]
    clear[position] = cell
    report = take("enterprises", csv_file(tmp_path / "a.csv", HEADER, enterprise(1, *clear)))
    assert [(f.severity, f.code, f.value) for f in report.findings] == [(Severity.REFUSED, code, "******")]
    kept = session.execute(sa.text("SELECT string_agg(r::text, '') FROM rejections r")).scalar()
    assert cell not in kept
    assert stored(session) == {}


def test_a_state_that_is_a_sentence_is_left_out_unquoted(county, take, tmp_path, session):
    row = enterprise(1, "由两位自然人共同出资并各占百分之五十的股权", 7, "三十", "", "", "", "2026-03-01")
    report = take("enterprises", csv_file(tmp_path / "a.csv", HEADER, row))
    assert [(f.column, f.code, f.value) for f in report.findings] == [
        ("operation_state", "text_too_long", "******"),
        ("party_member_count", "number_unreadable", "******"),
    ]
    assert stored(session)["企业1"][:3] == (None, 7, None)


def test_a_dry_run_shows_the_changes_and_makes_none(county, take, tmp_path, session):
    take("enterprises", csv_file(tmp_path / "a.csv", HEADER, enterprise(1, *ALL_CLEAR)))
    before = stored(session)
    rows = [enterprise(1, "不清", *[""] * 6), enterprise(2, *ALL_CLEAR)]
    path = csv_file(tmp_path / "b.csv", HEADER, *rows)
    dry = take("enterprises", path, dry_run=True)
    assert (dry.inserted, dry.updated, stored(session)) == (1, 1, before)
    real = take("enterprises", path)
    assert (real.changes, real.findings) == (dry.changes, dry.findings)
    assert real.changes[0].columns == {
        "operation_state": ("clear", "unclear"),
        "as_of": ("2026-03-01", today().isoformat()),
    }
