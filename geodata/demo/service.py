"""Fill an empty database with the demonstration: real Zhengzhou, and invented work to do in it.

Real and invented files go through the importer like anybody's; boundary versions are checked, approved by
a second person and put in force like anybody's. Nothing is committed here.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import shapely
from sqlalchemy.orm import Session

from geodata.boundaries.service import activate_version, approve_version, check_version
from geodata.db import Progress
from geodata.demo import files
from geodata.demo.areas import draw_areas
from geodata.demo.care import add_care
from geodata.demo.demand import invent_demand
from geodata.demo.drafts import FLAWED_COUNTY, flawed_draft, shifted_draft
from geodata.demo.enterprises import invent_enterprises
from geodata.demo.grids import GridPlan, plan_grids
from geodata.demo.lattice import Lattice, build_lattice
from geodata.demo.people import NEIGHBOUR_COUNTY, SINCE, DemoPost, invent_people
from geodata.demo.reports import add_duty_phones, add_offices, add_reports
from geodata.demo.scenery import draw_scenery
from geodata.demo.sources import COUNTIES_FILE, MAIN_COUNTY, STATIONS_FILE, read_counties
from geodata.demo.stationlife import invent_lives
from geodata.demo.streets import cut_by_county, draw_streets
from geodata.ingest.service import import_file
from geodata.queries import audit, people
from geodata.queries import boundaries as stored
from geodata.queries import demo as writes
from geodata.vocab import Datum, ImportKind

MAKER, APPROVER = "演示甲", "演示乙"
VERSION_LABEL, DRAFT_LABEL, FLAWED_LABEL = "2026-3", "2027-1", "2027-1（含错误）"
EFFECTIVE_FROM = date(2026, 10, 8)
UNAPPROVED_COUNTY = "410185"
"""登封市: its grids wait for a second person, so all its enterprises are its county union's for now."""
_SOURCE = "演示数据"


def is_empty(session: Session) -> bool:
    """Whether there is neither a division nor a station: only then may the demonstration be loaded."""
    return writes.is_without_data(session)


@dataclass
class _Loading:
    """One loading on its way: where it writes, and what it has counted."""

    session: Session
    folder: Path
    progress: Progress | None
    counts: Counter[str] = field(default_factory=Counter)

    def take(
        self,
        kind: ImportKind,
        path: Path,
        *,
        datum: Datum = Datum.WGS84,
        is_invented: bool = True,
        county_code: str | None = None,
        version_label: str | None = None,
    ) -> None:
        """Import a file and count its rows and findings."""
        report = import_file(
            self.session,
            kind,
            path,
            datum=datum,
            by=MAKER,
            county_code=county_code,
            version_label=version_label,
            source_department=_SOURCE if is_invented else None,
            is_invented=is_invented,
        )
        self.counts[str(kind)] += report.inserted
        self.counts["refused_rows"] += report.refused
        self.counts["warned_rows"] += report.warned
        for finding in report.findings:
            self.counts[f"finding:{kind}:{finding.code}"] += 1


def load_demo(session: Session, *, progress: Progress | None = None) -> dict[str, int]:
    """Load the demonstration into an empty database; the caller assigns, computes coverage and commits.

    Args:
        session: an open transaction on a migrated database without divisions and stations.
        progress: told of the stage ``demo``, done and total steps.

    Returns:
        Rows by kind, and findings of the imports as ``finding:<kind>:<code>``; the same every time.
    """
    lattice = build_lattice()
    plan = plan_grids(lattice)
    steps: list[Callable[[_Loading, Lattice, GridPlan], None]] = [
        _load_counties,
        _load_streets,
        _load_stations,
        _load_grids,
        _load_drafts,
        _load_enterprises,
        _load_demand,
        _load_station_lives,
        _load_areas,
        _load_people,
        _load_reports,
        _load_care,
    ]
    with TemporaryDirectory(prefix="tenmin-demo-") as folder:
        loading = _Loading(session, Path(folder), progress)
        for done, step in enumerate(steps):
            if progress:
                progress("demo", done, len(steps))
            step(loading, lattice, plan)
    if progress:
        progress("demo", len(steps), len(steps))
    session.flush()
    return dict(sorted(loading.counts.items()))


def _load_counties(loading: _Loading, _lattice: Lattice, plan: GridPlan) -> None:
    loading.take(ImportKind.DIVISIONS, COUNTIES_FILE, is_invented=False)
    towns = files.write_towns(loading.folder / "演示街道.geojson", plan.towns)
    loading.take(ImportKind.DIVISIONS, towns)


def _load_streets(loading: _Loading, lattice: Lattice, _plan: GridPlan) -> None:
    lines = cut_by_county(draw_streets(lattice) + draw_scenery(lattice), read_counties())
    rows = [
        {
            "county_code": line.county_code,
            "kind": line.kind,
            "rank": line.rank,
            "name": line.name,
            "wkb": shapely.to_wkb(line.geom),
        }
        for line in lines
    ]
    loading.counts["streets"] += writes.add_streets(loading.session, rows)


def _load_stations(loading: _Loading, _lattice: Lattice, _plan: GridPlan) -> None:
    """The list as published: its GCJ-02 columns are converted by us, its WGS-84 columns are not used."""
    loading.take(ImportKind.STATIONS, STATIONS_FILE, datum=Datum.GCJ02, is_invented=False)


def _load_grids(loading: _Loading, _lattice: Lattice, plan: GridPlan) -> None:
    for county in read_counties():
        path = files.write_grids(loading.folder / f"演示网格_{county.code}.geojson", plan.of(county.code))
        loading.take(ImportKind.GRIDS, path, county_code=county.code, version_label=VERSION_LABEL)
        version_id = _version_id(loading.session, VERSION_LABEL, county.code)
        check_version(loading.session, version_id)
        if county.code != UNAPPROVED_COUNTY:
            approve_version(loading.session, version_id, by=APPROVER)
            activate_version(loading.session, version_id, effective_from=EFFECTIVE_FROM, by=APPROVER)
        loading.counts["boundary_versions"] += 1


def _load_drafts(loading: _Loading, lattice: Lattice, plan: GridPlan) -> None:
    """Two drafts to look at: one that moves a block, one that cannot go live."""
    moved = files.write_grids(loading.folder / "演示网格调整.geojson", shifted_draft(lattice, plan))
    flawed = files.write_draft(loading.folder / "演示网格_有错.geojson", flawed_draft(plan))
    drafts = ((MAIN_COUNTY, DRAFT_LABEL, moved), (FLAWED_COUNTY, FLAWED_LABEL, flawed))
    for county_code, label, path in drafts:
        loading.take(ImportKind.GRIDS, path, county_code=county_code, version_label=label)
        check_version(loading.session, _version_id(loading.session, label, county_code))
        loading.counts["boundary_versions"] += 1


def _version_id(session: Session, label: str, county_code: str) -> int:
    return stored.find_version_id(session, label, county_code=county_code)[0]


def _load_enterprises(loading: _Loading, lattice: Lattice, plan: GridPlan) -> None:
    firms = invent_enterprises(lattice, plan)
    loading.take(ImportKind.ENTERPRISES, files.write_enterprises(loading.folder / "演示企业.csv", firms))


def _load_demand(loading: _Loading, lattice: Lattice, _plan: GridPlan) -> None:
    gatherings = invent_demand(lattice)
    loading.take(ImportKind.DEMAND, files.write_demand(loading.folder / "演示聚集地.csv", gatherings))
    loading.counts["people"] += sum(gathering.people for gathering in gatherings)


def _load_station_lives(loading: _Loading, _lattice: Lattice, _plan: GridPlan) -> None:
    ids = writes.station_ids(loading.session)
    lives = [(ids[life.name, life.address], life) for life in invent_lives()]
    writes.mark_stations(
        loading.session,
        [
            {
                "id": station_id,
                "access_method": str(life.access_method),
                "station_type": str(life.station_type),
                "status": str(life.status),
                "confirmed_on": life.confirmed_on,
                "invented_fields": list(life.invented_fields),
            }
            for station_id, life in lives
        ],
    )
    hours = [{"station_id": station_id, **vars(row)} for station_id, life in lives for row in life.openings]
    services = [
        {"station_id": station_id, **vars(row)} for station_id, life in lives for row in life.services
    ]
    closures = [
        {"station_id": station_id, **vars(row)} for station_id, life in lives for row in life.closures
    ]
    writes.add_station_rows(loading.session, hours=hours, services=services, closures=closures)
    loading.counts["station_hours_invented"] += len({row["station_id"] for row in hours})


def _load_areas(loading: _Loading, lattice: Lattice, _plan: GridPlan) -> None:
    rows = [
        {"county_code": area.county_code, "name": area.name, "wkb": shapely.to_wkb(area.geom)}
        for area in draw_areas(lattice)
    ]
    loading.counts["assessment_areas"] += writes.add_assessment_areas(loading.session, rows)


def _load_people(loading: _Loading, _lattice: Lattice, _plan: GridPlan) -> None:
    """Accounts without passwords, and their posts; see ``geodata.demo.accounts`` for signing in."""
    session = loading.session
    grids = writes.grid_ids(session, (MAIN_COUNTY, NEIGHBOUR_COUNTY))
    stations = writes.station_ids_by_code(session)
    for person in invent_people([code for code in grids if code.startswith(MAIN_COUNTY)]):
        values = {name: getattr(person, name) for name in ("login", "name", "work_phone", "organisation")}
        user = people.add_user(session, values | {"is_invented": True})
        rows = [_post_row(post, user.id, grids, stations) for post in person.posts]
        loading.counts["posts"] += len(people.add_posts(session, rows))
        loading.counts["users"] += 1
    counts = {name: loading.counts[name] for name in ("users", "posts")}
    audit.note(
        session, by=MAKER, action="demo_people_added", subject_kind="user", subject_id="-", after=counts
    )


def _post_row(
    post: DemoPost, user_id: int, grids: dict[str, int], stations: dict[str, int]
) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "role": post.role,
        "county_code": post.county_code,
        "grid_id": grids[post.grid_code] if post.grid_code else None,
        "station_id": stations[post.station_code] if post.station_code else None,
        "industry_line": post.industry_line,
        "is_deputy": post.is_deputy,
        "valid_from": SINCE,
        "valid_to": post.valid_to,
        "is_invented": True,
    }


def _load_reports(loading: _Loading, _lattice: Lattice, _plan: GridPlan) -> None:
    loading.counts["duty_phones_invented"] += add_duty_phones(loading.session)
    loading.counts["reports"] += add_reports(loading.session)
    loading.counts["union_offices"] += add_offices(loading.session)


def _load_care(loading: _Loading, _lattice: Lattice, _plan: GridPlan) -> None:
    for name, number in add_care(loading.session).items():
        loading.counts[name] += number
