"""Faults of drawings, each with place and size; metres around (113.60 E, 34.75 N)."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geodata.rules.boundaries import Drawn, Finding, find_faults

LON, LAT, EAST, NORTH = 113.60, 34.75, 91577.8, 110938.5


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(LON + west / EAST, LAT + south / NORTH, LON + east / EAST, LAT + north / NORTH)


def grid(code: str, *shape: float, kind: str = "grid", communities: tuple[str, ...] = ()) -> Drawn:
    return Drawn(code, kind, box(*shape), communities)


COUNTY = box(0, 0, 2000, 1000)
WEST, EASTERN = grid("G1", 0, 0, 1000, 1000), grid("G2", 1000, 0, 2000, 1000, kind="zone")


def codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]


def test_drawing_that_tiles_its_county_has_no_faults() -> None:
    assert find_faults([WEST, EASTERN], COUNTY) == []


def test_empty_drawing_is_blocked() -> None:
    assert codes(find_faults([], COUNTY)) == ["version_empty"]


def test_overlap_is_found_with_place_and_size() -> None:
    (finding,) = find_faults([WEST, grid("G2", 980, 0, 2000, 1000)], COUNTY)
    assert (finding.code, finding.is_blocking, finding.grid_codes) == ("grids_overlap", True, ("G1", "G2"))
    assert finding.area_m2 == pytest.approx(20_000, rel=1e-3)
    assert finding.width_m == pytest.approx(2 * 20_000 / 2_040, rel=1e-3)
    assert finding.place is not None
    assert box(980, 0, 1000, 1000).contains(shapely.Point(finding.place))


def test_grid_inside_another_is_an_overlap() -> None:
    findings = find_faults([WEST, EASTERN, grid("G3", 300, 300, 400, 400)], COUNTY)
    assert codes(findings) == ["grids_overlap"]


def test_same_shape_twice_is_an_overlap() -> None:
    assert codes(find_faults([WEST, EASTERN, grid("G3", 0, 0, 1000, 1000)], COUNTY)) == ["grids_overlap"]


@pytest.mark.parametrize(("width", "expected"), [(0.4, "grids_overlap_sliver"), (0.6, "grids_overlap")])
def test_overlap_narrower_than_the_tolerance_warns(width: float, expected: str) -> None:
    (finding,) = find_faults([WEST, grid("G2", 1000 - width, 0, 2000, 1000)], COUNTY)
    assert (finding.code, finding.is_blocking) == (expected, expected == "grids_overlap")


def test_small_overlap_warns_however_wide() -> None:
    findings = find_faults([WEST, EASTERN, grid("G3", 995, 500, 1000, 510)], COUNTY)
    assert codes(findings) == ["grids_overlap_sliver"]


@pytest.mark.parametrize("width", [5, 50, 500])
def test_gap_is_found_however_wide(width: float) -> None:
    (finding,) = find_faults([WEST, grid("G2", 1000 + width, 0, 2000, 1000)], COUNTY)
    assert (finding.code, finding.is_blocking, finding.grid_codes) == ("gap", True, ("G1", "G2"))
    assert finding.area_m2 == pytest.approx(1000 * width, rel=1e-3)


def test_hole_in_a_grid_is_a_gap_even_without_a_county_polygon() -> None:
    holed = Drawn("G1", "grid", WEST.shape.difference(box(300, 300, 700, 700)))
    assert codes(find_faults([holed, EASTERN], COUNTY)) == ["gap"]
    assert codes(find_faults([holed, EASTERN], None)) == ["gap", "county_shape_missing"]


def test_gap_at_the_county_rim_is_found() -> None:
    (finding,) = find_faults([WEST], COUNTY)
    assert (finding.code, finding.grid_codes) == ("gap", ("G1",))


def test_exclusive_grid_may_overlay_and_may_fill_what_others_leave_open() -> None:
    park = grid("P1", 900, 300, 1100, 600, kind="exclusive")
    assert find_faults([WEST, EASTERN, park], COUNTY) == []
    filling = grid("P2", 1000, 0, 2000, 1000, kind="exclusive")
    assert find_faults([WEST, filling], COUNTY) == []


def test_exclusive_grids_must_not_meet_each_other_nor_leave_the_county() -> None:
    parks = [
        grid("P1", 100, 100, 300, 300, kind="exclusive"),
        grid("P2", 200, 200, 400, 400, kind="exclusive"),
    ]
    assert codes(find_faults([WEST, EASTERN, *parks], COUNTY)) == ["exclusive_overlap"]
    beyond = grid("P3", 1900, 100, 2100, 300, kind="exclusive")
    assert codes(find_faults([WEST, EASTERN, beyond], COUNTY)) == ["grid_outside_county"]


def test_grid_outside_the_county_is_found_with_its_overshoot() -> None:
    (finding,) = find_faults([WEST, grid("G2", 1000, 0, 2100, 1000)], COUNTY)
    assert (finding.code, finding.grid_codes) == ("grid_outside_county", ("G2",))
    assert finding.area_m2 == pytest.approx(100_000, rel=1e-3)


def test_invalid_shape_is_named_and_the_rest_still_checked() -> None:
    bow = Drawn(
        "G9",
        "grid",
        shapely.Polygon([(LON, LAT), (LON + 0.01, LAT + 0.01), (LON + 0.01, LAT), (LON, LAT + 0.01)]),
    )
    findings = find_faults([WEST, EASTERN, bow], COUNTY)
    assert codes(findings) == ["shape_invalid"]
    assert "Self-intersection" in findings[0].params["why"]


def test_community_listed_by_two_grids_warns() -> None:
    both = [
        grid("G1", 0, 0, 1000, 1000, communities=("410103001001",)),
        grid("G2", 1000, 0, 2000, 1000, communities=("410103001001",)),
    ]
    (finding,) = find_faults(both, COUNTY)
    assert (finding.code, finding.is_blocking) == ("community_listed_twice", False)


def test_vanished_grids_are_named() -> None:
    findings = find_faults([WEST, EASTERN], COUNTY, previous_codes=["G1", "G2", "G7"])
    assert [(finding.code, finding.grid_codes) for finding in findings] == [("grid_vanished", ("G7",))]


def test_vertex_on_a_neighbours_straight_line_is_no_fault() -> None:
    """T-junctions are common in real drawings; projecting first would turn them into slivers."""
    long_west = grid("G1", 0, 0, 10_000, 5_000)
    upper = grid("G2", 0, 5_000, 3_333, 9_000)
    rest = grid("G3", 3_333, 5_000, 10_000, 9_000)
    assert find_faults([long_west, upper, rest], box(0, 0, 10_000, 9_000)) == []


def test_finding_is_stored_as_plain_json() -> None:
    (finding,) = find_faults([WEST], COUNTY)
    stored = finding.to_json()
    assert stored["severity"] == "blocking"
    assert stored["geometry"]["type"] == "MultiPolygon"
    assert "params" not in stored


@given(
    cut=st.floats(100, 900),
    shift=st.floats(-80, 80).filter(
        # Away from the tolerance itself, where metres of this test and of the map zone may disagree.
        lambda metres: abs(metres) > 0.01 and abs(abs(metres) - 0.5) > 0.01
    ),
)
def test_faults_always_weigh_what_was_moved(cut: float, shift: float) -> None:
    """One side of a shared line moved: the fault is the strip between, and blocks above the tolerance."""
    findings = find_faults([grid("A", 0, 0, cut, 1000), grid("B", cut + shift, 0, 2000, 1000)], COUNTY)
    (finding,) = findings
    assert finding.code.startswith("gap" if shift > 0 else "grids_overlap")
    assert finding.area_m2 == pytest.approx(1000 * abs(shift), rel=2e-3, abs=0.02)
    assert finding.is_blocking == (abs(shift) > 0.5)
