"""The table of rights, and the rows that posts open."""

import pytest

from geodata.queries.people import HeldPost
from geodata.queries.scopes import Scope
from geodata.vocab import Role
from webmap.auth import is_local, scope_of
from webmap.permissions import GRANTS, Permission, Reach, reach_of


def post(role, **scope):
    held = {"county_code": "410102", "town_code": None, "grid_id": None, "station_id": None}
    held |= {"industry_line": None, "is_deputy": False}
    return HeldPost(id=1, role=role, **(held | scope))


def test_every_office_permission_is_granted_to_somebody_and_no_public_one_is_listed():
    office = {each for each in Permission if not each.is_public and not each.is_self}
    assert set(GRANTS) == office
    assert all(GRANTS.values())


def test_contacts_are_for_those_who_must_call_only():
    for permission in (Permission.CONTACTS_READ, Permission.CONTACTS_EXPORT):
        assert set(GRANTS[permission]) == {Role.LIAISON, Role.SUPERVISING_CADRE}
        assert set(GRANTS[permission].values()) == {Reach.OWN}


def test_an_administrator_does_no_business_and_an_auditor_writes_nothing():
    business = {Permission.ENTERPRISES_READ, Permission.CASES_WORK, Permission.STATIONS_WRITE}
    assert all(reach_of(each, Role.ADMIN) is None for each in business)
    held = {each for each in GRANTS if reach_of(each, Role.AUDITOR)}
    assert held == {Permission.AUDIT_READ, Permission.USERS_READ, Permission.SETTINGS_READ}


def test_scope_of_a_grid_post_is_the_grid_and_reaches_the_county_only_where_granted():
    liaison = post("liaison", grid_id=7)
    assert scope_of([(liaison, Reach.OWN)]) == Scope(grid_ids=frozenset({7}))
    assert scope_of([(liaison, Reach.COUNTY)]) == Scope(
        county_codes=frozenset({"410102"}), grid_ids=frozenset({7})
    )
    assert not scope_of([(liaison, None)])


def test_scope_of_several_posts_is_their_union():
    found = scope_of(
        [
            (post("liaison", grid_id=7), Reach.OWN),
            (post("liaison", grid_id=8), Reach.OWN),
            (post("station_manager", station_id=3), Reach.OWN),
            (post("instructor", industry_line="catering"), Reach.OWN),
            (post("planner", county_code="410103"), Reach.OWN),
            (post("viewer", county_code="410104", town_code="410104001"), Reach.OWN),
        ]
    )
    assert found == Scope(
        county_codes=frozenset({"410103"}),
        town_codes=frozenset({"410104001"}),
        grid_ids=frozenset({7, 8}),
        station_ids=frozenset({3}),
        lines=frozenset({"catering"}),
    )


def test_scope_of_a_post_without_county_is_everything():
    assert scope_of([(post("planner", county_code=None), Reach.OWN)]).everything


def test_scope_of_a_town_post_with_county_reach_is_the_county():
    town = post("viewer", town_code="410102001")
    assert scope_of([(town, Reach.COUNTY)]) == Scope(county_codes=frozenset({"410102"}))


@pytest.mark.parametrize("address", ["/my-grid", "/?tab=grids&lang=en", "/s/ZZ-1"])
def test_is_local_for_pages_of_ours(address):
    assert is_local(address)


@pytest.mark.parametrize(
    "address", ["", "//evil.example", "/\\evil.example", "https://evil.example/", "javascript:alert(1)", "x"]
)
def test_is_local_never_for_other_sites(address):
    assert not is_local(address)
