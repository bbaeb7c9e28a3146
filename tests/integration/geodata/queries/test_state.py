"""The data version: equal words, equal data."""

import pytest
import sqlalchemy as sa

from geodata.queries.state import SUBJECTS, data_version, fold


def test_every_writing_statement_changes_the_version_of_its_subject_alone(session):
    stations, streets = data_version(session, ["stations"]), data_version(session, ["streets"])
    session.execute(sa.text("INSERT INTO stations (code, name) VALUES ('S1', '驿站')"))
    changed = data_version(session, ["stations"])
    assert changed != stations
    session.execute(sa.text("DELETE FROM stations"))
    assert data_version(session, ["stations"]) not in {stations, changed}
    assert data_version(session, ["streets"]) == streets


def test_the_order_of_subjects_does_not_matter(session):
    session.execute(sa.text("INSERT INTO stations (code, name) VALUES ('S1', '驿站')"))
    session.execute(sa.text("INSERT INTO demand_points (name, people) VALUES ('聚集点', 1)"))
    assert data_version(session, ["demand", "stations"]) == data_version(session, ["stations", "demand"])


def test_a_subject_that_no_trigger_notes_is_a_mistake(session):
    with pytest.raises(ValueError, match="weather"):
        data_version(session, ["weather"])


def test_folding_changes_no_version_and_leaves_one_row_a_subject(session):
    for number in range(3):
        session.execute(
            sa.text("INSERT INTO stations (code, name) VALUES (:code, '驿站')"), {"code": f"S{number}"}
        )
        session.execute(sa.text("INSERT INTO demand_points (name, people) VALUES ('聚集点', 1)"))
    before = data_version(session, SUBJECTS)
    fold(session)
    fold(session)
    assert data_version(session, SUBJECTS) == before
    rows = session.execute(sa.text("SELECT subject, count(*) FROM data_changes GROUP BY subject")).all()
    assert {count for _, count in rows} == {1}
    session.execute(sa.text("DELETE FROM stations"))
    assert data_version(session, SUBJECTS) != before
