"""The second county of the demonstration: real streets of Futian through the importer, and invented life.

Nothing is committed here.
"""

import gzip
import json
import shutil
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import shapely
from sqlalchemy.orm import Session

from geodata.boundaries.service import activate_version, approve_version, check_version
from geodata.db import Progress
from geodata.demo import files
from geodata.demo import futian_city as invented
from geodata.demo.futian_city import COUNTY, City, InventedStation
from geodata.demo.people import SINCE
from geodata.demo.service import APPROVER, EFFECTIVE_FROM, MAKER, VERSION_LABEL
from geodata.ingest.networks import StreetsWanted, load_network, use_network
from geodata.ingest.service import import_file
from geodata.queries import boundaries, networks, people
from geodata.queries import demo as writes
from geodata.vocab import Datum, ImportKind, Role

NETWORK_LABEL = "OpenStreetMap（福田局部）"
CREDIT = "© OpenStreetMap contributors, ODbL 1.0，经 transbigdata（BSD-3-Clause）"
PLANNER = "demo-planner"
FENCE_NAME = "轨道施工围挡（演示）"
AREA_NAME = "路网覆盖范围（示意）"
_RANKS = {
    **dict.fromkeys(("motorway", "trunk", "primary"), 1),
    "secondary": 2,
    **dict.fromkeys(("tertiary", "unclassified"), 3),
    # Ramps as wide as their roads would fill a junction.
    **dict.fromkeys(("motorway_link", "trunk_link", "primary_link", "secondary_link", "tertiary_link"), 3),
}
_LOWEST_RANK = 4


def load_futian(session: Session, *, progress: Progress | None = None) -> dict[str, int]:
    """Load the second county; the caller assigns, computes coverage and commits.

    Args:
        session: an open transaction with the first county of the demonstration already loaded.
        progress: told of the stage ``demo_streets``.

    Returns:
        Rows by kind; the same every time.
    """
    if progress:
        progress("demo_streets", 0, 2)
    counts: Counter[str] = Counter()
    with TemporaryDirectory(prefix="tenmin-futian-") as name:
        folder = Path(name)
        _load_county(session, folder, counts)
        version_id = _load_network(session, folder, counts)
        if progress:
            progress("demo_streets", 1, 2)
        city = City(networks.read_network(session, version_id))
        _load_grids(session, folder, city, counts)
        _load_stations(session, folder, city, counts)
        _load_demand(session, folder, city, counts)
        firms = files.write_enterprises(folder / "演示企业.csv", invented.invent_firms(city))
        _take(session, ImportKind.ENTERPRISES, firms, counts)
    _draw(session, city, version_id, counts)
    _give_post(session)
    session.flush()
    return dict(sorted(counts.items()))


def _take(
    session: Session,
    kind: ImportKind,
    path: Path,
    counts: Counter[str],
    *,
    is_invented: bool = True,
    version_label: str | None = None,
) -> None:
    report = import_file(
        session,
        kind,
        path,
        datum=Datum.WGS84,
        by=MAKER,
        county_code=COUNTY,
        version_label=version_label,
        source_department="演示数据" if is_invented else None,
        is_invented=is_invented,
    )
    counts[str(kind)] += report.inserted
    counts["refused_rows"] += report.refused


def _load_county(session: Session, folder: Path, counts: Counter[str]) -> None:
    feature = json.loads(invented.OUTLINE_FILE.read_text(encoding="utf-8"))["features"][0]
    feature["properties"] = {"区划代码": COUNTY, "区划名称": invented.COUNTY_NAME}
    path = folder / "福田区.geojson"
    collection = {"type": "FeatureCollection", "features": [feature]}
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    _take(session, ImportKind.DIVISIONS, path, counts, is_invented=False)


def _load_network(session: Session, folder: Path, counts: Counter[str]) -> int:
    path = folder / "futian.graphml"
    with gzip.open(invented.STREETS_FILE) as packed, path.open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    wanted = StreetsWanted(county_code=COUNTY, label=NETWORK_LABEL, datum=Datum.WGS84, credit=CREDIT)
    version = load_network(session, path, wanted, by=MAKER)
    use_network(session, version.id, by=APPROVER)
    counts["network_edges"] = version.edges
    return version.id


def _load_grids(session: Session, folder: Path, city: City, counts: Counter[str]) -> None:
    path = files.write_grids(folder / "演示网格.geojson", invented.draw_grids(city))
    _take(session, ImportKind.GRIDS, path, counts, version_label=VERSION_LABEL)
    version_id = boundaries.find_version_id(session, VERSION_LABEL, county_code=COUNTY)[0]
    check_version(session, version_id)
    approve_version(session, version_id, by=APPROVER)
    activate_version(session, version_id, effective_from=EFFECTIVE_FROM, by=APPROVER)


def _load_stations(session: Session, folder: Path, city: City, counts: Counter[str]) -> None:
    stations = invented.invent_stations(city)
    path = files.write_stations(folder / "演示站点.csv", stations)
    _take(session, ImportKind.STATIONS, path, counts)
    ids = writes.station_ids_by_code(session)
    writes.mark_stations(session, [_marks(station, ids[station.code]) for station in stations])
    hours = [{"station_id": ids[s.code], **vars(row)} for s in stations for row in s.openings]
    services = [{"station_id": ids[s.code], **vars(row)} for s in stations for row in s.services]
    writes.add_station_rows(session, hours=hours, services=services, closures=[])


def _marks(station: InventedStation, station_id: int) -> dict[str, Any]:
    return {
        "id": station_id,
        "access_method": str(station.access_method),
        "confirmed_on": station.confirmed_on,
        "invented_fields": ["name", "address", "geom", "hours", "services", "access_method", "confirmed_on"],
    }


def _load_demand(session: Session, folder: Path, city: City, counts: Counter[str]) -> None:
    places, hours = invented.invent_gatherings(city)
    _take(session, ImportKind.DEMAND, files.write_demand(folder / "演示聚集地.csv", places), counts)
    ids = writes.demand_ids_by_code(session, COUNTY)
    rows = [
        {
            "demand_point_id": ids[row.code],
            "weekday": row.weekday,
            "opens_min": row.opens_min,
            "closes_min": row.closes_min,
        }
        for row in hours
    ]
    writes.add_demand_hours(session, rows)
    counts["people"] = sum(place.people for place in places)
    counts["demand_hours"] = len(rows)


def _draw(session: Session, city: City, version_id: int, counts: Counter[str]) -> None:
    """The streets to look at, the ground they cover, a fence across some of them, sites for more stations."""
    rows = [
        {
            "county_code": COUNTY,
            "kind": "road",
            "rank": _RANKS.get(road_class, _LOWEST_RANK),
            "name": name,
            "wkb": wkb,
        }
        for road_class, name, wkb in writes.list_network_lines(session, version_id)
    ]
    counts["streets"] = writes.add_streets(session, rows, is_invented=False)
    area = {"county_code": COUNTY, "name": AREA_NAME, "wkb": shapely.to_wkb(city.hull())}
    counts["assessment_areas"] = writes.add_assessment_areas(session, [area])
    always_open = invented.invent_stations(city)[0]
    fence = city.fence((always_open.lon, always_open.lat))
    writes.add_barrier(
        session,
        {
            "county_code": COUNTY,
            "name": FENCE_NAME,
            "kind": "works",
            "valid_from": SINCE,
            "valid_to": None,
            "note": "虚构",
            "drawn_by": PLANNER,
            "wkb": shapely.to_wkb(fence),
        },
    )
    sites = invented.invent_sites(city)
    writes.add_candidate_sites(
        session,
        [
            {
                "county_code": COUNTY,
                "name": site.name,
                "host_kind": str(site.host_kind),
                "source": "uploaded",
                "cost": site.cost,
                "added_by": PLANNER,
                "wkb": shapely.to_wkb(shapely.Point(site.lon, site.lat)),
            }
            for site in sites
        ],
    )
    counts["barriers"], counts["candidate_sites"] = 1, len(sites)


def _give_post(session: Session) -> None:
    """The planner of the demonstration plans here too."""
    user = people.find_user(session, PLANNER)
    if user is not None:
        post = {"user_id": user.id, "role": Role.PLANNER, "county_code": COUNTY}
        people.add_posts(session, [post | {"valid_from": SINCE, "is_invented": True}])
