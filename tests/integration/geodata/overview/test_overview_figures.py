"""The figures of the overview: parts make the whole, and each is as long as the list behind it."""

from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.assignment.service import assign_enterprises
from geodata.errors import InvalidInput
from geodata.queries.assignments import summarize_assignments
from geodata.queries.overview import FIGURE_KEYS, Overview, read_overview
from geodata.queries.overview_figures import STEP_FIGURES, Figure, StationFigure
from geodata.queries.overview_lists import (
    NO_LINE,
    ListQuestion,
    StationQuestion,
    list_enterprises,
    list_stations,
)
from geodata.queries.scopes import Scope
from tests.integration.geodata.assignment.world import COUNTY, OTHER_COUNTY, TOWN
from tests.integration.geodata.overview import busy

ALL = Scope(everything=True)
OWN = Scope(county_codes=frozenset({COUNTY}))


@pytest.fixture
def office(session: Session) -> SimpleNamespace:
    return busy.fill(session)


def read(session: Session, office: SimpleNamespace, scope: Scope = OWN, county: str = COUNTY) -> Overview:
    return read_overview(session, county, scope=scope, on=office.today, confirm_days=7)


def row_of(overview: Overview, code: str | None):
    return next(row for row in overview.rows if row.code == code)


def listed(session, office, scope=OWN, **asked):
    return list_enterprises(session, COUNTY, ListQuestion(**asked), scope=scope, on=office.today)


def test_every_figure_counts_something(session, office):
    totals = read(session, office).totals
    assert {key: count for key, count in totals.items() if count == 0} == {}


def test_every_enterprise_figure_of_every_row_is_as_long_as_its_list(session, office):
    overview = read(session, office)
    rows = {row.key: row.figures for row in overview.rows} | {"all": overview.totals}
    different = {}
    for key, figures in rows.items():
        for figure in Figure:
            found = listed(session, office, figure=figure, row=key, limit=500)
            if not figures[figure] == found.total == len({row.id for row in found.rows}):
                different[key, figure] = (figures[figure], found.total, len(found.rows))
    assert different == {}


def test_every_station_figure_of_every_row_is_as_long_as_its_list(session, office):
    overview = read(session, office)
    rows = {row.key: row.figures for row in overview.rows if not row.key.startswith("union:")}
    for key, figures in (rows | {"all": overview.totals}).items():
        for figure in StationFigure:
            asked = StationQuestion(figure=figure, row=key)
            found = list_stations(session, COUNTY, asked, scope=OWN, on=office.today, confirm_days=7)
            assert figures[figure] == found.total == len(found.rows), (key, figure)


def test_rows_add_up_to_all_enterprises_of_the_county(session, office):
    overview = read(session, office)
    whole = summarize_assignments(session, county_code=COUNTY)
    assert overview.totals["enterprises"] == whole.enterprises == len(office.firms)
    assert (overview.assigned, overview.fallback) == (whole.assigned, whole.fallback)
    assert overview.totals["out_of_county"] == whole.out_of_county > 0
    assert overview.totals["unassigned"] == whole.unassigned == 1
    assert not overview.adds_up
    assign_enterprises(session)
    overview = read(session, office)
    assert overview.adds_up
    assert overview.totals["enterprises"] == whole.enterprises


def test_parts_of_the_work_add_up(session, office):
    for row in read(session, office).rows:
        figures = row.figures
        moving = sum(figures[step] for step in STEP_FIGURES)
        assert moving >= figures["overdue"] + figures["paused"]
        assert figures["unorganized"] <= figures["in_scope"] <= figures["enterprises"]
        assert figures["organized"] + figures["unorganized"] == figures["in_scope"]
        assert figures["work_covered"] <= figures["in_scope"]


def test_figures_do_not_depend_on_the_order_of_rows(session):
    told = []
    for seed in (1, 99):
        undone = session.begin_nested()
        office = busy.fill(session, seed=seed)
        told.append([(row.code, row.figures) for row in read(session, office).rows])
        undone.rollback()
    assert told[0] == told[1]


def test_one_statement_reads_the_overview(session, office):
    statements = []
    connection = session.connection()

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    sa.event.listen(connection, "before_cursor_execute", note)
    try:
        read(session, office)
    finally:
        sa.event.remove(connection, "before_cursor_execute", note)
    assert len(statements) == 1


def test_work_coverage_needs_a_named_active_liaison_or_instructor(session, office):
    overview = read(session, office)
    west, east = row_of(overview, "G1"), row_of(overview, "G2")
    assert west.figures["work_covered"] == west.figures["in_scope"]
    of_the_line = listed(session, office, figure=Figure.IN_SCOPE, row=east.key, line=busy.LINE)
    assert east.figures["work_covered"] == of_the_line.total < east.figures["in_scope"]
    office.people.liaison.disabled_at = sa.func.now()
    session.flush()
    assert row_of(read(session, office), "G1").figures["work_covered"] < west.figures["in_scope"]


def test_organisational_coverage_ignores_who_works_there(session, office):
    before = read(session, office).totals["organized"]
    session.execute(sa.text("DELETE FROM posts"))
    assert read(session, office).totals["organized"] == before
    assert read(session, office).totals["work_covered"] == 0


def test_vacant_grid_names_who_acts(session, office):
    overview = read(session, office)
    west, east, market = (row_of(overview, code) for code in ("G1", "G2", "X1"))
    assert (west.liaison, west.cadre, west.acting) == ("liaison同志", "cadre同志", None)
    assert (market.liaison, market.cadre, market.acting) == (None, "cadre同志", "deputy同志")
    assert (east.liaison, east.cadre, east.acting) == (None, None, None)
    assert [row.code for row in overview.rows if row.is_staffed] == ["G1"]
    assert [row.code for row in overview.rows if row.has_posts] == ["G1", "G2", "X1", "Z1"]


def test_station_counts_once_in_the_exclusive_grid_it_stands_in(session, office):
    overview = read(session, office)
    assert row_of(overview, "X1").figures["stations"] == 1
    assert row_of(overview, "G1").figures["stations"] == 2
    assert next(row for row in overview.rows if row.key == "none").figures["stations"] == 1


def test_union_of_last_resort_has_its_own_row(session, office):
    row = row_of(read(session, office), TOWN)
    assert row.key == f"union:{TOWN}"
    assert row.name == "示例街道"
    assert row.figures["gap_review"] == 1
    assert not row.has_posts


def test_removed_enterprise_counts_nowhere(session, office):
    found = listed(session, office, limit=500)
    assert office.firms[0].id not in {row.id for row in found.rows}


@pytest.mark.parametrize(
    "scope",
    [Scope(), Scope(county_codes=frozenset({OTHER_COUNTY})), Scope(lines=frozenset({"没有"}))],
    ids=["nothing", "another county", "an empty line"],
)
def test_scope_that_opens_nothing_here_counts_nothing(session, office, scope):
    overview = read(session, office, scope)
    assert overview.totals == dict.fromkeys(FIGURE_KEYS, 0)
    assert listed(session, office, scope).total == 0


def test_scope_of_one_grid_counts_its_row_and_the_border_cases_it_must_see(session, office):
    whole = row_of(read(session, office), "G1")
    overview = read(session, office, Scope(grid_ids=frozenset({office.county.west.id})))
    assert row_of(overview, "G1").figures == whole.figures
    others = [row for row in overview.rows if row.is_grid and row.code != "G1"]
    assert sum(row.figures["enterprises"] for row in others) == sum(
        row.figures["boundary_review"] for row in others
    )


def test_everything_is_the_same_as_the_county(session, office):
    assert read(session, office, ALL) == read(session, office, OWN)


def test_list_filters_narrow_the_figure(session, office):
    whole = listed(session, office, figure=Figure.UNORGANIZED, limit=500)
    parts = [
        listed(session, office, figure=Figure.UNORGANIZED, line=line).total
        for line in (busy.LINE, "物流", NO_LINE)
    ]
    assert sum(parts) == whole.total
    held = [listed(session, office, figure=Figure.UNORGANIZED, held=word).total for word in ("yes", "no")]
    assert sum(held) == whole.total
    one = listed(session, office, q="企业011")
    assert [(row.name, row.has_dispute) for row in one.rows] == [("企业011", True)]


def test_pages_hold_every_row_once(session, office):
    whole = listed(session, office, limit=500)
    for sort in ("due", "name", "size", "visit", "waiting"):
        seen = []
        for page in range(1, listed(session, office, limit=20).pages + 1):
            seen += [row.id for row in listed(session, office, sort=sort, page=page, limit=20).rows]
        assert sorted(seen) == sorted(row.id for row in whole.rows)


@pytest.mark.parametrize("row", ["grid:x", "grid:", "union", "everything", "grid:１"])
def test_row_that_nobody_knows_is_refused(session, office, row):
    with pytest.raises(InvalidInput, match="overview_row_unknown"):
        listed(session, office, row=row)
