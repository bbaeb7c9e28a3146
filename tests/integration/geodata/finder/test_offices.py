"""Whom to ask: the town's office, the county's where it has none, never a person."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from geodata.assignment.offices import add_office, find_union_at, find_union_of, read_offices, save_office
from geodata.errors import Conflict, InvalidInput, NotFound, Stale
from geodata.models import AuditEntry, UnionOffice
from geodata.queries.scopes import Scope
from tests.integration.geodata.finder.conftest import COUNTY, NEIGHBOUR, SOUTH, WEST

HERE = Scope(county_codes=frozenset({COUNTY}))


@pytest.mark.parametrize(
    ("lon", "name"),
    [
        (WEST + 0.02, "大学路街道工会"),  # in a grid and a town
        (WEST + 0.055, "大学路街道工会"),  # in the town, in no grid
        (WEST + 0.08, "二七区总工会"),  # in no town in force
        (WEST + 0.05, "大学路街道工会"),  # on the edge of the grid
    ],
)
def test_office_is_of_the_town_else_of_the_county(session, county, lon, name):
    assert find_union_at(session, lon=lon, lat=SOUTH + 0.03).office.name == name


def test_office_of_a_place_outside_is_nobody(session, county):
    found = find_union_at(session, lon=100.0, lat=30.0)
    assert (found.office, found.is_known_place) == (None, False)


def test_office_of_a_county_without_one_is_nobody_but_the_place_is_known(session, county):
    found = find_union_at(session, lon=WEST - 0.05, lat=SOUTH + 0.05)
    assert (found.office, found.is_known_place) == (None, True)


def test_office_by_name_of_the_town(session, county):
    assert find_union_of(session, COUNTY + "001").office.phone == "0371-60000001"
    assert find_union_of(session, COUNTY + "002").office.name == "二七区总工会"
    assert find_union_of(session, COUNTY).office.name == "二七区总工会"


def test_look_up_leaves_nothing_behind(session, county):
    before = session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
    find_union_at(session, lon=WEST + 0.02, lat=SOUTH + 0.02)
    assert session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == before


def facts(**values):
    return {"name": "无图街道工会", "phone": "0371-60000002", "address": None, "hours": None} | values


def test_office_is_added_once_and_only_in_ones_own_county(session, county):
    code = COUNTY + "002"
    added = add_office(session, facts(division_code=code), scope=HERE, by="planner")
    assert (added.division_name, added.version) == ("无图街道", 1)
    with pytest.raises(Conflict, match="office_exists"):
        add_office(session, facts(division_code=code), scope=HERE, by="planner")
    with pytest.raises(NotFound, match="division_not_found"):
        add_office(session, facts(division_code=NEIGHBOUR), scope=HERE, by="planner")
    with pytest.raises(NotFound, match="division_not_found"):
        add_office(session, facts(division_code=COUNTY + "999"), scope=HERE, by="planner")


def test_office_of_a_person_is_refused_by_rule_and_database(session, county):
    code = COUNTY + "002"
    with pytest.raises(InvalidInput, match="office_phone_private"):
        add_office(session, facts(division_code=code, phone="13800138000"), scope=HERE, by="planner")
    session.add(UnionOffice(division_code=code, name="x", phone="+86 138 0013 8000"))
    with pytest.raises(IntegrityError, match="phone_not_mobile"):
        session.flush()


def test_office_is_saved_over_its_version_only_with_one_entry_without_the_number(session, county):
    saved = save_office(session, COUNTY, facts(name="二七总工会"), scope=HERE, version=1, by="planner")
    assert (saved.name, saved.version) == ("二七总工会", 2)
    with pytest.raises(Stale) as refused:
        save_office(session, COUNTY, facts(), scope=HERE, version=1, by="planner2")
    assert (refused.value.params["version"], refused.value.params["by"]) == (2, "planner")
    entries = session.scalars(sa.select(AuditEntry).where(AuditEntry.subject_kind == "office")).all()
    assert [each.after for each in entries] == [{"changed": ["name", "phone"]}]


def test_office_of_another_county_is_not_found(session, county):
    foreign = Scope(county_codes=frozenset({NEIGHBOUR}))
    with pytest.raises(NotFound, match="office_not_found"):
        save_office(session, COUNTY, facts(), scope=foreign, version=1, by="planner")
    assert read_offices(session, foreign) == []
    assert [each.division_code for each in read_offices(session, HERE)] == [COUNTY, COUNTY + "001"]
    assert len(read_offices(session, Scope(everything=True))) == 2
