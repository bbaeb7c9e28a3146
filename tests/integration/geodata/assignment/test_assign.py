"""The rules R1-R11 and the hard cases of assignment, on real PostGIS."""

from datetime import date
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from geoalchemy2.shape import from_shape
from shapely import Point
from sqlalchemy.exc import IntegrityError

from geodata.assignment.service import assign_enterprises, decide, which_grid
from geodata.errors import Conflict, InvalidInput, NotFound
from geodata.models import Assignment, AuditEntry, GridBoundary
from geodata.queries.assignments import history_of, list_reviews, summarize_assignments
from tests.integration.geodata.assignment.world import (
    COMMUNITY,
    COUNTY,
    OTHER_COUNTY,
    TOWN,
    World,
    box,
    lonlat,
)


def test_covered_place_goes_to_its_grid(world: World, county: SimpleNamespace) -> None:
    place = world.enterprise(500, 500)
    summary = assign_enterprises(world.session)
    owner = world.owner(place)
    assert (owner.grid_id, owner.method, owner.status) == (county.west.id, "covered", "auto")
    assert owner.boundary_version_id == county.version.id
    assert (summary.enterprises, summary.assigned, summary.opened) == (1, 1, 1)


def test_second_run_writes_nothing(world: World, county: SimpleNamespace) -> None:
    for x in (500, 1000, 1005, 2020, 2500, 9000):
        world.enterprise(x, 500)
    world.enterprise(operating_code="410103001009")
    first = assign_enterprises(world.session)
    rows = world.session.execute(sa.select(Assignment.__table__).order_by(Assignment.id)).all()
    second = assign_enterprises(world.session)
    assert first.opened == first.enterprises == 7
    assert (second.opened, second.closed, second.unchanged) == (0, 0, 7)
    assert world.session.execute(sa.select(Assignment.__table__).order_by(Assignment.id)).all() == rows


def test_place_on_the_line_has_one_provisional_owner_and_both_see_it(
    world: World, county: SimpleNamespace
) -> None:
    place = world.enterprise()
    # Exactly the shared vertex's longitude: the western and the eastern grid both cover it.
    lon, lat = lonlat(1000, 500)
    place.geom = from_shape(Point(lon, lat), 4326)
    world.session.flush()
    assign_enterprises(world.session)
    owner = world.owner(place)
    assert (owner.method, owner.status) == ("border", "boundary_review")
    assert (owner.grid_id, owner.other_grid_id) == (county.west.id, county.east.id)
    assert owner.params == {"on_line": True}
    assert [row.id for row in list_reviews(world.session, grid_id=county.east.id)] == [owner.id]


@pytest.mark.parametrize("swapped", [False, True])
def test_vertex_of_three_grids_goes_to_the_smallest_code(world: World, *, swapped: bool) -> None:
    world.division(COUNTY, box(0, 0, 200, 200))
    version = world.version()
    shapes = [("A", box(0, 0, 100, 100)), ("B", box(100, 0, 200, 100)), ("C", box(0, 100, 200, 200))]
    grids = {code: world.grid(version, code, shape) for code, shape in sorted(shapes, reverse=swapped)}
    place = world.enterprise(100, 100, location_accuracy_m=0)
    assign_enterprises(world.session)
    owner = world.owner(place)
    assert (owner.grid_id, owner.other_grid_id) == (grids["A"].id, grids["B"].id)


def test_place_nearer_to_the_line_than_it_is_known_is_a_border_case(
    world: World, county: SimpleNamespace
) -> None:
    place = world.enterprise(1012, 500, location_accuracy_m=200)
    assign_enterprises(world.session)
    owner = world.owner(place)
    # It lies in the east; the smaller code owns it until a person decides.
    assert (owner.grid_id, owner.other_grid_id) == (county.west.id, county.east.id)
    assert (owner.method, owner.params) == ("border", {"distance_m": 12.0, "accuracy_m": 200})


def test_a_millimetre_from_the_line_is_a_border_case_only_for_a_vague_place(
    world: World, county: SimpleNamespace
) -> None:
    vague = world.enterprise(1000.001, 500, location_accuracy_m=10)
    exact = world.enterprise(1000.001, 500, location_accuracy_m=0)
    assign_enterprises(world.session)
    assert world.owner(vague).method == "border"
    assert (world.owner(exact).method, world.owner(exact).grid_id) == ("covered", county.east.id)


def test_accuracy_is_a_strict_limit(world: World, county: SimpleNamespace) -> None:
    outside = world.enterprise(1020.1, 500, location_accuracy_m=20)
    inside = world.enterprise(1019.9, 500, location_accuracy_m=20)
    assign_enterprises(world.session)
    assert world.owner(outside).method == "covered"
    assert world.owner(inside).method == "border"


def test_address_code_settles_the_provisional_owner_of_a_border_case(
    world: World, county: SimpleNamespace
) -> None:
    place = world.enterprise(990, 500, location_accuracy_m=50, operating_code="410103001008")
    assign_enterprises(world.session)
    owner = world.owner(place)
    assert (owner.grid_id, owner.other_grid_id) == (county.east.id, county.west.id)
    assert owner.status == "boundary_review"
    assert owner.params == {"distance_m": 10.0, "accuracy_m": 50, "by_code": True}


def test_exclusive_grid_goes_before_the_ordinary_one(world: World, county: SimpleNamespace) -> None:
    park = world.grid(county.version, "P1", box(300, 300, 600, 600), kind="exclusive")
    inside = world.enterprise(450, 450)
    beside = world.enterprise(605, 450, location_accuracy_m=10)
    assign_enterprises(world.session)
    assert (world.owner(inside).method, world.owner(inside).grid_id) == ("exclusive", park.id)
    assert world.owner(inside).status == "auto"
    near = world.owner(beside)
    assert (near.method, near.grid_id, near.other_grid_id) == ("border", county.west.id, park.id)


def test_two_exclusive_grids_over_one_place_wait_for_a_person(world: World, county: SimpleNamespace) -> None:
    second = world.grid(county.version, "P2", box(300, 300, 600, 600), kind="exclusive")
    first = world.grid(county.version, "P1", box(400, 400, 700, 700), kind="exclusive")
    place = world.enterprise(500, 500)
    assign_enterprises(world.session)
    owner = world.owner(place)
    assert (owner.grid_id, owner.other_grid_id) == (first.id, second.id)
    assert (owner.method, owner.status) == ("exclusive", "boundary_review")


def test_tower_with_many_units_at_one_point_gives_each_its_own_row(
    world: World, county: SimpleNamespace
) -> None:
    units = [world.enterprise(500, 500) for _ in range(30)]
    assign_enterprises(world.session)
    assert {world.owner(unit).grid_id for unit in units} == {county.west.id}


def test_gap_within_the_tolerance_goes_to_the_nearest_grid(world: World, county: SimpleNamespace) -> None:
    place = world.enterprise(2049, 500)
    assign_enterprises(world.session)
    owner = world.owner(place)
    assert (owner.grid_id, owner.method, owner.status) == (county.east.id, "gap_nearest", "gap_review")
    assert owner.params == {"distance_m": 49.0, "tolerance_m": 50}


def test_wide_gap_falls_to_the_smallest_union_on_the_ground(world: World, county: SimpleNamespace) -> None:
    in_community, in_town = world.enterprise(2500, 500), world.enterprise(2120, 500)
    summary = assign_enterprises(world.session)
    assert (world.owner(in_community).fallback_code, world.owner(in_town).fallback_code) == (COMMUNITY, TOWN)
    assert world.owner(in_town).status == "gap_review"
    assert (summary.assigned, summary.fallback, summary.review) == (0, 2, 2)


def test_hole_in_a_grid_is_a_gap(world: World) -> None:
    world.division(COUNTY, box(0, 0, 1000, 1000))
    shape = box(0, 0, 1000, 1000).difference(box(300, 300, 700, 700))
    world.grid(world.version(), "G1", shape)
    place = world.enterprise(500, 500)
    assign_enterprises(world.session)
    assert (world.owner(place).method, world.owner(place).fallback_code) == ("gap_fallback", COUNTY)


def test_county_without_boundaries_in_force_falls_to_its_unions(world: World) -> None:
    world.division(COUNTY, box(0, 0, 1000, 1000))
    world.version(status="draft", effective_from=None)
    place = world.enterprise(500, 500)
    assign_enterprises(world.session)
    owner = world.owner(place)
    assert (owner.fallback_code, owner.method, owner.params) == (
        COUNTY,
        "gap_fallback",
        {"no_boundaries": True},
    )


def test_place_outside_every_county_stands_in_a_named_queue(world: World, county: SimpleNamespace) -> None:
    place = world.enterprise(9000, 500, operating_code="410103001009")
    summary = assign_enterprises(world.session)
    owner = world.owner(place)
    assert (owner.grid_id, owner.fallback_code, owner.status) == (None, None, "out_of_county")
    assert (summary.out_of_county, summary.enterprises) == (1, 1)


def test_on_the_county_line_the_county_polygon_decides(world: World) -> None:
    world.division(COUNTY, box(0, 0, 1000, 1000))
    world.division(OTHER_COUNTY, box(1000, 0, 2000, 1000))
    # The western grid reaches 20 m into the other county by mistake of drawing.
    world.grid(world.version(), "A", box(0, 0, 1020, 1000))
    east = world.grid(world.version(county=OTHER_COUNTY), "B", box(1000, 0, 2000, 1000))
    place = world.enterprise(1010, 500)
    assign_enterprises(world.session)
    owner = world.owner(place)
    assert (owner.grid_id, owner.method) == (east.id, "covered")


class TestWithoutCoordinates:
    def test_community_listed_by_one_grid(self, world: World, county: SimpleNamespace) -> None:
        place = world.enterprise(operating_code="410103001009")
        summary = assign_enterprises(world.session)
        owner = world.owner(place)
        assert (owner.grid_id, owner.method) == (county.west.id, "community_code")
        assert (owner.status, summary.not_on_map) == ("location_pending", 1)

    def test_community_wholly_inside_one_grid(self, world: World, county: SimpleNamespace) -> None:
        world.division("410103001007", box(100, 100, 200, 200))
        place = world.enterprise(operating_code="410103001007")
        assign_enterprises(world.session)
        owner = world.owner(place)
        assert owner.grid_id == county.west.id
        assert owner.params == {"code": "410103001007", "by_polygon": True}

    def test_community_cut_by_a_line_goes_to_the_town_union(
        self, world: World, county: SimpleNamespace
    ) -> None:
        world.division("410103001007", box(900, 100, 1100, 200))
        place = world.enterprise(operating_code="410103001007")
        assign_enterprises(world.session)
        owner = world.owner(place)
        assert (owner.grid_id, owner.fallback_code, owner.method) == (None, TOWN, "code_fallback")

    def test_community_listed_by_two_grids_goes_to_the_town_union(
        self, world: World, county: SimpleNamespace
    ) -> None:
        world.session.execute(sa.update(GridBoundary).values(community_codes=["410103001006"]))
        place = world.enterprise(operating_code="410103001006")
        assign_enterprises(world.session)
        assert world.owner(place).fallback_code == TOWN

    def test_unknown_town_goes_to_the_county_union(self, world: World, county: SimpleNamespace) -> None:
        place = world.enterprise(operating_code="410103009001")
        assign_enterprises(world.session)
        assert world.owner(place).fallback_code == COUNTY

    def test_registered_code_counts_only_provisionally(self, world: World, county: SimpleNamespace) -> None:
        place = world.enterprise(registered_code="410103001009", registered_address="注册路 1 号")
        assign_enterprises(world.session)
        owner = world.owner(place)
        assert owner.grid_id == county.west.id
        assert owner.params == {"code": "410103001009", "provisional": True}

    def test_registered_elsewhere_operating_here_belongs_here(
        self, world: World, county: SimpleNamespace
    ) -> None:
        place = world.enterprise(registered_code="110101001001", operating_code="410103001008")
        assign_enterprises(world.session)
        assert world.owner(place).grid_id == county.east.id

    def test_registered_elsewhere_but_listed_here_goes_to_the_listing_county(
        self, world: World, county: SimpleNamespace
    ) -> None:
        place = world.enterprise(registered_code="110101001001", county_code=COUNTY)
        assign_enterprises(world.session)
        assert world.owner(place).fallback_code == COUNTY

    def test_code_of_another_county_is_out_of_county(self, world: World, county: SimpleNamespace) -> None:
        place = world.enterprise(operating_code="110101001001")
        assign_enterprises(world.session)
        assert world.owner(place).params == {"code": "110101001001"}
        assert world.owner(place).status == "out_of_county"

    def test_nothing_known_goes_to_the_only_county(self, world: World, county: SimpleNamespace) -> None:
        place = world.enterprise()
        assign_enterprises(world.session)
        owner = world.owner(place)
        assert (owner.fallback_code, owner.params) == (COUNTY, {"place_unknown": True})

    def test_nothing_known_among_several_counties_is_queued(
        self, world: World, county: SimpleNamespace
    ) -> None:
        world.division(OTHER_COUNTY, box(3000, 0, 4000, 1000))
        place = world.enterprise()
        assign_enterprises(world.session)
        assert world.owner(place).status == "out_of_county"

    def test_merged_town_leads_to_its_successor_on_the_ground(
        self, world: World, county: SimpleNamespace
    ) -> None:
        world.division("410103002", box(0, 0, 500, 500), valid_to=date(2024, 1, 1))
        place = world.enterprise(operating_code="410103002003")
        assign_enterprises(world.session)
        assert world.owner(place).fallback_code == TOWN

    def test_changed_county_code_leads_to_its_parent(self, world: World, county: SimpleNamespace) -> None:
        world.division("410199", None, valid_to=date(2024, 1, 1), parent_code=COUNTY)
        place = world.enterprise(operating_code="410199001001")
        assign_enterprises(world.session)
        assert world.owner(place).fallback_code == COUNTY


def test_registered_address_alone_makes_a_located_owner_provisional(
    world: World, county: SimpleNamespace
) -> None:
    place = world.enterprise(500, 500, registered_address="注册路 1 号")
    assign_enterprises(world.session)
    assert world.owner(place).params == {"provisional": True}


def test_covered_by_a_parent_union_keeps_its_grid_and_is_not_counted_as_unorganized(
    world: World, county: SimpleNamespace
) -> None:
    world.enterprise(500, 500, organization_status="covered_parent", covering_union="总公司工会")
    world.enterprise(500, 500)
    assign_enterprises(world.session)
    assert summarize_assignments(world.session).assigned == 2
    assert summarize_assignments(world.session, organized=False).assigned == 1
    assert summarize_assignments(world.session, organized=True).assigned == 1


def test_branches_are_places_of_their_own(world: World, county: SimpleNamespace) -> None:
    head = world.enterprise(500, 500)
    branch = world.enterprise(1500, 500, parent_id=head.id)
    assign_enterprises(world.session)
    assert (world.owner(head).grid_id, world.owner(branch).grid_id) == (county.west.id, county.east.id)


def test_removed_enterprise_loses_its_owner_and_gets_one_again_when_restored(
    world: World, county: SimpleNamespace
) -> None:
    place = world.enterprise(500, 500)
    assign_enterprises(world.session)
    place.removed_on, place.removal_reason = date(2026, 5, 1), "closed_down"
    world.session.flush()
    summary = assign_enterprises(world.session)
    assert (summary.enterprises, summary.closed, summary.opened) == (0, 1, 0)
    place.removed_on = place.removal_reason = None
    world.session.flush()
    assert assign_enterprises(world.session).opened == 1
    assert len(history_of(world.session, place.id)) == 2


def test_moved_enterprise_is_assigned_anew_and_its_history_kept(
    world: World, county: SimpleNamespace
) -> None:
    place, neighbour = world.enterprise(500, 500), world.enterprise(600, 500)
    assign_enterprises(world.session)
    place.geom = from_shape(Point(*lonlat(1500, 500)), 4326)
    world.session.flush()
    summary = assign_enterprises(world.session, enterprise_ids=[place.id])
    assert (summary.enterprises, summary.opened, summary.closed) == (1, 1, 1)
    newest, oldest = history_of(world.session, place.id)
    assert (newest.grid_id, oldest.grid_id) == (county.east.id, county.west.id)
    assert oldest.valid_to == newest.valid_from
    assert len(history_of(world.session, neighbour.id)) == 1


def test_wrong_datum_corrected_explains_the_old_result_in_history(
    world: World, county: SimpleNamespace
) -> None:
    place = world.enterprise(1400, 500, raw_datum="cgcs2000")
    assign_enterprises(world.session)
    place.geom, place.raw_datum = from_shape(Point(*lonlat(900, 450)), 4326), "gcj02"
    world.session.flush()
    assign_enterprises(world.session, enterprise_ids=[place.id])
    assert [row.grid_code for row in history_of(world.session, place.id)] == ["G1", "G2"]


class TestDecide:
    def test_manual_decision_closes_the_old_row_and_survives_a_run(
        self, world: World, county: SimpleNamespace
    ) -> None:
        place = world.enterprise(1000, 500)
        assign_enterprises(world.session)
        decided = decide(world.session, place.id, grid_code="G2", by="包片干部", reason="大门在东侧")
        assert (decided.grid_id, decided.method, decided.status) == (county.east.id, "manual", "manual")
        again = assign_enterprises(world.session)
        assert (again.opened, again.closed, again.by_method) == (0, 0, {"manual": 1})
        assert [row.method for row in history_of(world.session, place.id)] == ["manual", "border"]

    def test_decision_is_audited_once(self, world: World, county: SimpleNamespace) -> None:
        place = world.enterprise(500, 500)
        assign_enterprises(world.session)
        decide(world.session, place.id, fallback_code=TOWN, by="包片干部", reason="楼内无人")
        entry = world.session.scalars(sa.select(AuditEntry)).one()
        assert (entry.actor, entry.action, entry.subject_id) == (
            "包片干部",
            "assignment_decided",
            str(place.id),
        )
        assert entry.before is not None
        assert entry.before["grid_id"] == county.west.id

    def test_decision_ends_with_its_grid(self, world: World, county: SimpleNamespace) -> None:
        place = world.enterprise(500, 500)
        decide(world.session, place.id, grid_code="G2", by="甲", reason="协议")
        world.session.execute(sa.delete(GridBoundary).where(GridBoundary.grid_id == county.east.id))
        assign_enterprises(world.session)
        assert (world.owner(place).method, world.owner(place).grid_id) == ("covered", county.west.id)

    @pytest.mark.parametrize(
        ("error", "asked"),
        [
            (InvalidInput, {"grid_code": "G1", "reason": " "}),
            (InvalidInput, {"reason": "两个都不填"}),
            (InvalidInput, {"grid_code": "G1", "fallback_code": TOWN, "reason": "两个都填"}),
            (NotFound, {"grid_code": "G9", "reason": "没有"}),
            (NotFound, {"fallback_code": "410103099", "reason": "没有"}),
        ],
    )
    def test_decision_without_ground_is_refused(
        self, world: World, county: SimpleNamespace, error: type[Exception], asked: dict[str, str]
    ) -> None:
        place = world.enterprise(500, 500)
        with pytest.raises(error):
            decide(world.session, place.id, by="甲", **asked)

    def test_removed_or_unknown_enterprise_cannot_be_decided(
        self, world: World, county: SimpleNamespace
    ) -> None:
        place = world.enterprise(500, 500, removed_on=date(2026, 1, 1), removal_reason="duplicate")
        with pytest.raises(Conflict):
            decide(world.session, place.id, grid_code="G1", by="甲", reason="乙")
        with pytest.raises(NotFound):
            decide(world.session, 987654321, grid_code="G1", by="甲", reason="乙")


def test_database_refuses_a_second_owner(world: World, county: SimpleNamespace) -> None:
    place = world.enterprise(500, 500)
    assign_enterprises(world.session)
    with pytest.raises(IntegrityError, match="uq_assignments_current"):
        world.add(Assignment(enterprise_id=place.id, grid_id=county.east.id, method="covered", status="auto"))


def test_counts_add_up_whatever_the_filter(world: World, county: SimpleNamespace) -> None:
    for x in (500, 1000, 1500, 2049, 2500, 9000):
        world.enterprise(x, 500, staff_count=12 if x < 1400 else None)
    world.enterprise(operating_code="410103001009")
    assign_enterprises(world.session)
    counts = summarize_assignments(world.session)
    assert counts.adds_up
    assert (counts.enterprises, counts.assigned, counts.fallback, counts.out_of_county) == (7, 5, 1, 1)
    assert (counts.not_on_map, counts.review) == (1, 4)
    assert summarize_assignments(world.session, bands=["10-24"]).enterprises == 2
    assert summarize_assignments(world.session, county_code=COUNTY).enterprises == 6
    assert summarize_assignments(world.session, grid_id=county.west.id).assigned == 3


def test_forgotten_run_shows_in_the_sum_check(world: World, county: SimpleNamespace) -> None:
    world.enterprise(500, 500)
    counts = summarize_assignments(world.session)
    assert (counts.unassigned, counts.adds_up) == (1, False)


class TestWhichGrid:
    def test_by_name_says_why(self, world: World, county: SimpleNamespace) -> None:
        world.enterprise(1012, 500, name="金水食品加工厂", location_accuracy_m=200)
        assign_enterprises(world.session)
        (answer,) = which_grid(world.session, name="食品")
        assert (answer.grid_code, answer.other_code, answer.reason_key) == ("G1", "G2", "reason.border_near")
        assert answer.reason_params["distance_m"] == "12"

    def test_by_point_follows_the_same_rules(self, world: World, county: SimpleNamespace) -> None:
        asked = {
            x: which_grid(world.session, lon=lonlat(x, 500)[0], lat=lonlat(x, 500)[1])[0]
            for x in (500, 1000, 2049, 2500, 9000)
        }
        assert {x: answer.method for x, answer in asked.items()} == {
            500: "covered",
            1000: "border",
            2049: "gap_nearest",
            2500: "gap_fallback",
            9000: "out_of_county",
        }

    def test_past_day_without_rows_is_answered_from_the_boundaries_then(
        self, world: World, county: SimpleNamespace
    ) -> None:
        county.version.status, county.version.effective_to = "archived", date(2026, 6, 1)
        world.session.flush()
        newer = world.version("v2", effective_from=date(2026, 6, 1))
        world.grid(newer, "N1", box(0, 0, 3000, 1000))
        world.enterprise(500, 500, name="示例公司")
        assign_enterprises(world.session)
        (now,) = which_grid(world.session, name="示例公司")
        (then,) = which_grid(world.session, name="示例公司", on=date(2026, 3, 31))
        assert (now.grid_code, now.is_reconstructed) == ("N1", False)
        assert (then.grid_code, then.version_label, then.is_reconstructed) == ("G1", "v1", True)

    def test_before_the_first_boundaries_the_union_answers(
        self, world: World, county: SimpleNamespace
    ) -> None:
        world.enterprise(500, 500, name="示例公司")
        (then,) = which_grid(world.session, name="示例公司", on=date(2025, 3, 31))
        assert (then.fallback_code, then.reason_key) == (TOWN, "reason.no_boundaries")

    def test_bad_questions_are_refused(self, world: World) -> None:
        for asked in ({}, {"lon": 1.0}, {"lon": 999.0, "lat": 0.0}, {"uscc": "123"}):
            with pytest.raises(InvalidInput):
                which_grid(world.session, **asked)
        with pytest.raises(InvalidInput, match="date_in_future"):
            which_grid(world.session, name="某", on=date(2999, 1, 1))
