"""What must hold whatever happens: one statement failing, four imports at once, the database's own check."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.codes import uscc_is_valid
from geodata.db import make_engine, transaction
from geodata.ingest.service import import_file
from geodata.vocab import Datum, ImportKind
from tests.integration.geodata.ingest.files import csv_file

HEADER = ["站点名称", "地址", "经度", "纬度", "开放时间", "热饭"]
ROWS = [[f"驿站{n}", f"路{n}号", 113.61 + n / 1000, 34.75, "9:00-18:00", "正常"] for n in range(20)]


class Broken(Exception):
    """The n-th statement failed."""


def stations(session: Session, path: Path):
    return import_file(session, ImportKind.STATIONS, path, datum=Datum.WGS84, by="tester")


def test_whichever_statement_fails_nothing_is_left(database_url, tmp_path):
    path = csv_file(tmp_path / "a.csv", HEADER, *ROWS[:3])
    engine = make_engine(database_url)
    left = 0

    @sa.event.listens_for(engine, "before_cursor_execute")
    def fail(*_) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Broken

    statements = 0
    for number in range(1, 200):
        left = number
        try:
            with transaction(engine) as session:
                stations(session, path)
        except Broken:
            statements = number
        left = -1
        with engine.connect() as connection:
            counts = {
                name: connection.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar()
                for name in ("stations", "station_hours", "import_batches", "audit_entries")
            }
        if statements < number:
            break
        assert set(counts.values()) == {0}, number
    assert statements > 15
    assert counts == {"stations": 3, "station_hours": 24, "import_batches": 1, "audit_entries": 1}
    engine.dispose()


def test_four_imports_of_one_file_at_once_add_it_once(database_url, tmp_path):
    path = csv_file(tmp_path / "a.csv", HEADER, *ROWS)
    engine = make_engine(database_url)

    def run(_: int):
        with transaction(engine) as session:
            return stations(session, path)

    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(run, range(4)))
    assert sorted(report.inserted for report in reports) == [0, 0, 0, 20]
    assert sorted(report.unchanged for report in reports) == [0, 20, 20, 20]
    engine.dispose()


def test_the_database_checks_credit_codes_as_python_does(session):
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    codes = ["91350100M000100Y43", "91350100M000100Y4Z", "", "N2410102MF12345670", "９1350100M000100Y43"]
    for number in range(600):
        # Steps that share no factor with 31 walk through every character in every place.
        body = f"91{410000 + number:06d}" + "".join(
            alphabet[(number * 7 + step * 11) % 31] for step in range(9)
        )
        codes += [body + character for character in alphabet]
        codes.append(body[:5] + "IOSVZa -"[number % 8] + body[6:] + "1")
    rows = session.execute(
        sa.text("SELECT c, uscc_is_valid(c) AS valid FROM unnest(CAST(:codes AS text[])) AS c"),
        {"codes": codes},
    )
    assert {row.c: row.valid for row in rows} == {code: uscc_is_valid(code) for code in codes}


@pytest.mark.parametrize(
    "text",
    [
        "'; DROP TABLE stations; --",
        "<img onerror=alert(1)>",
        "${7*7}",
        "a\\b\tc",
        "\u202eabc",
        "😀𠀀㐀",
        "NULL",
        "\\N",
        '"quoted", text',
    ],
)
def test_odd_text_comes_back_equal(session, tmp_path, text):
    path = csv_file(tmp_path / "a.csv", HEADER[:2], [text, "路"])
    report = stations(session, path)
    assert report.inserted == 1
    assert session.execute(sa.text("SELECT name FROM stations")).scalar() == text
