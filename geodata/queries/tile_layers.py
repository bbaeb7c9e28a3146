"""The layers of a tile as SQL text: what is drawn at which zoom.

Values are bound by ``geodata.queries.tiles``: ``box`` is the tile and ``wide`` the tile with its margin in
Mercator metres, ``deg`` and ``wide_deg`` the same in degrees; each has ``_w _s _e _n``.
"""

from dataclasses import dataclass

from geodata.queries.tile_tables import (
    CELL_ZOOMS,
    CELLS_A_SIDE,
    NEEDS_UNION,
    PLACE_UNITS,
    PLACES_ZOOM,
    STATUS_OF_PLACE,
    WAITING,
)

POINTS_FROM_ZOOM = max(CELL_ZOOMS) + 1
MANY_PLACES = 5000
"""Above so many places in one tile, those nearer than two screen pixels are merged as well."""

_WIDE_CELLS_TO_ZOOM = 10
"""Up to here four cells are one: a county's towns fill every cell, and a tile should stay below 100 kB."""

_GRIDS_FROM_ZOOM = 9
_NAMES_FROM_ZOOM = 12
_PLACES_FROM_ZOOM = 9
_SINGLE_DEMAND_FROM_ZOOM = 11
_STREET_RANKS = ((14, 4), (13, 3), (11, 2), (9, 1))
_RANK_OF_CLASS = (
    "CASE WHEN e.road_class ~ '^(motorway|trunk|primary)' THEN 1 WHEN e.road_class ~ '^secondary' THEN 2 "
    "WHEN e.road_class ~ '^tertiary' THEN 3 ELSE 4 END"
)
"""How weighty a street of a network is on the ground, by the class its file gave."""

_PLANS_FROM_ZOOM = 9
_DIVISION_LEVELS = ((13, "'county', 'town', 'community'"), (10, "'county', 'town'"), (5, "'county'"))
_LABEL_RANKS = {"county": (7, 1), "town": (11, 2), "zone": (12, 3), "exclusive": (12, 3), "grid": (12, 4)}
_COMMUNITY_LABELS_FROM_ZOOM = 14

_BOX = "ST_MakeEnvelope(:box_w, :box_s, :box_e, :box_n, 3857)"
_WIDE = "ST_MakeEnvelope(:wide_w, :wide_s, :wide_e, :wide_n, 3857)"
_DEG = "ST_MakeEnvelope(:deg_w, :deg_s, :deg_e, :deg_n, 4326)"
_WIDE_DEG = "ST_MakeEnvelope(:wide_deg_w, :wide_deg_s, :wide_deg_e, :wide_deg_n, 4326)"
_BUFFER = 128


@dataclass(frozen=True)
class Sources:
    """Where a tile reads: the made tables, or the live rows in the same shape."""

    counts: str
    places: str
    totals: str
    outlines: str


def _units(column: str) -> tuple[str, str]:
    """SQL of a 4326 point's position in the tile, 4096 units a side, by the Mercator formula."""
    east = f"((ST_X({column}) + 180) / 360 * :tiles - :x) * 4096"
    down = f"((1 - asinh(tan(radians(ST_Y({column})))) / pi()) / 2 * :tiles - :y) * 4096"
    return east, down


def _cell_of(column: str) -> str:
    east, down = _units(column)
    side = 4096 // CELLS_A_SIDE
    return f"(floor({down} / {side})::int * {CELLS_A_SIDE} + floor({east} / {side})::int)"


def _cell_middle(cells: int) -> str:
    """SQL of the middle of a square of ``cells`` by ``cells`` cells, given its first cell."""
    side = 4096 // CELLS_A_SIDE
    middle = side * cells // 2
    return (
        f"ST_MakePoint(cell % {CELLS_A_SIDE} * {side} + {middle}, cell / {CELLS_A_SIDE} * {side} + {middle})"
    )


_MADE_COUNTS = (
    "SELECT m.cell, c.county_code, m.enterprises, m.unorganized, m.review FROM enterprise_cells c, "
    "unnest(c.cells, c.enterprises, c.unorganized, c.review) AS m (cell, enterprises, unorganized, review) "
    "WHERE c.z = :z AND c.x = :x AND c.y = :y"
)
# Half-open in tile units: a place on the line between two tiles is counted in one of them.
_LIVE_COUNTS = f"""
SELECT cell, county_code, count(*)::int AS enterprises,
    count(*) FILTER (WHERE needs_union)::int AS unorganized, count(*) FILTER (WHERE waits)::int AS review
FROM (
    SELECT {_cell_of("e.geom")} AS cell, {_units("e.geom")[0]} AS east, {_units("e.geom")[1]} AS down,
        coalesce(e.county_code, '') AS county_code,
        e.organization_status IN {NEEDS_UNION} AS needs_union, a.status IN {WAITING} AS waits
    FROM enterprises e LEFT JOIN assignments a ON a.enterprise_id = e.id AND a.valid_to IS NULL
    WHERE e.geom && {_WIDE_DEG} AND e.removed_on IS NULL
) AS placed
WHERE east >= 0 AND east < 4096 AND down >= 0 AND down < 4096
GROUP BY cell, county_code
"""

_MADE_OUTLINES = (
    "SELECT layer, subject_id, kind, code, name, county_code, geom, label FROM outlines "
    f"WHERE band = :band AND layer = '{{layer}}' AND geom && {_WIDE}"
)
_LIVE_GRIDS = f"""
SELECT 'grid' AS layer, b.grid_id AS subject_id, b.kind, g.code, b.name, g.county_code,
    ST_Transform(b.geom, 3857) AS geom, ST_PointOnSurface(ST_Transform(b.geom, 3857)) AS label
FROM grid_boundaries b JOIN grids g ON g.id = b.grid_id
    JOIN boundary_versions v ON v.id = b.version_id AND v.status = 'effective'
WHERE b.geom && {_WIDE_DEG}
"""
_LIVE_DIVISIONS = f"""
SELECT 'division' AS layer, d.id AS subject_id, d.level AS kind, d.code, d.name,
    left(d.code, 6) AS county_code, ST_Simplify(ST_Transform(d.geom, 3857), :tolerance_m, true) AS geom,
    ST_PointOnSurface(ST_Transform(d.geom, 3857)) AS label
FROM divisions d
WHERE d.geom && {_WIDE_DEG}
    AND d.valid_from <= current_date AND (d.valid_to IS NULL OR d.valid_to > current_date)
"""

_PARENT = f"(:z - {PLACES_ZOOM})"
_MADE_PLACES = f"""
SELECT m.id, p.county_code, m.n, m.org, m.status,
    m.east / {PLACE_UNITS // 4096}.0 * 2 ^ {_PARENT} - (:x - (p.x << {_PARENT})) * 4096 AS east,
    m.down / {PLACE_UNITS // 4096}.0 * 2 ^ {_PARENT} - (:y - (p.y << {_PARENT})) * 4096 AS down
FROM enterprise_places p, unnest(p.ids, p.east, p.down, p.enterprises, p.unorganized, p.statuses)
    AS m (id, east, down, n, org, status)
WHERE p.x = :x >> {_PARENT} AND p.y = :y >> {_PARENT}
"""
_LIVE_PLACES = f"""
SELECT min(e.id) AS id, coalesce(e.county_code, '') AS county_code, count(*)::int AS n,
    (count(*) FILTER (WHERE e.organization_status IN {NEEDS_UNION}))::int AS org,
    {STATUS_OF_PLACE} AS status, {_units("e.geom")[0]} AS east, {_units("e.geom")[1]} AS down
FROM enterprises e LEFT JOIN assignments a ON a.enterprise_id = e.id AND a.valid_to IS NULL
WHERE e.geom && {_WIDE_DEG} AND e.removed_on IS NULL
GROUP BY e.geom, e.county_code
"""

_LIVE_TOTAL = f"""
SELECT count(*)::int FROM assignments a JOIN enterprises e ON e.id = a.enterprise_id
WHERE a.grid_id = o.subject_id AND a.valid_to IS NULL AND e.removed_on IS NULL
    AND e.organization_status IN {NEEDS_UNION}
"""

MADE_SOURCES = Sources(
    counts=_MADE_COUNTS,
    places=_MADE_PLACES,
    totals="SELECT t.unorganized FROM grid_totals t WHERE t.grid_id = o.subject_id",
    outlines=_MADE_OUTLINES,
)
LIVE_SOURCES = Sources(counts=_LIVE_COUNTS, places=_LIVE_PLACES, totals=_LIVE_TOTAL, outlines="")


def ground_layers(zoom: int, sources: Sources) -> list[str]:
    """SQL of the layers that change with boundaries and streets only: the same for everybody."""
    layers = [_division(zoom, sources), _label(zoom, sources)]
    return [*layers, _street(zoom)] if zoom >= _GRIDS_FROM_ZOOM else layers


def work_layers(zoom: int, sources: Sources, *, for_one_county: bool, with_enterprises: bool) -> list[str]:
    """SQL of the layers that change with every assignment.

    Enterprises are drawn in the counties that are open to the reader, grids counted where counts are.
    """
    layers = []
    if zoom >= _GRIDS_FROM_ZOOM:
        layers.append(_grid(zoom, sources, named=for_one_county or zoom >= _NAMES_FROM_ZOOM))
    if with_enterprises:
        layers.append(_enterprise(zoom, sources, for_one_county=for_one_county))
    return layers


def point_layers(zoom: int, *, for_one_county: bool) -> list[str]:
    """SQL of the layers that change with stations and gathering places: cheap, and the same for everybody."""
    if zoom < _PLACES_FROM_ZOOM:
        return []
    return [
        _demand(zoom, for_one_county=for_one_county),
        _station(named=for_one_county or zoom >= _NAMES_FROM_ZOOM, for_one_county=for_one_county),
    ]


def plan_layers(zoom: int, *, for_one_county: bool) -> list[str]:
    """SQL of what planners drew: barriers in force today, and sites where a station could be.

    Only in counties whose plans are open to the reader.
    """
    if zoom < _PLANS_FROM_ZOOM:
        return []
    return [_barrier(for_one_county=for_one_county), _candidate(for_one_county=for_one_county)]


def _encoded(layer: str, rows: str) -> str:
    return f"SELECT ST_AsMVT(rows, '{layer}', 4096, 'geom') FROM ({rows}) AS rows WHERE NOT ST_IsEmpty(geom)"


def _outlines(sources: Sources, layer: str) -> str:
    if sources.outlines:
        return sources.outlines.format(layer=layer)
    return _LIVE_GRIDS if layer == "grid" else _LIVE_DIVISIONS


def _clipped(geometry: str) -> str:
    return f"ST_AsMVTGeom({geometry}, {_BOX}, 4096, {_BUFFER}, true)"


def _drawn_polygon(geometry: str) -> str:
    """A polygon that lies wholly in the tile needs no clipping, which costs more than all the rest."""
    scale = "4096 / (:box_e - :box_w)"
    moved = f"ST_TransScale({geometry}, -:box_w, -:box_n, {scale}, -{scale})"
    return (
        f"CASE WHEN {geometry} @ {_WIDE} THEN ST_ForcePolygonCW(ST_SnapToGrid({moved}, 1)) "
        f"ELSE {_clipped(geometry)} END"
    )


def _of_county(column: str, *, for_one_county: bool) -> str:
    return f"{column} = :county" if for_one_county else "TRUE"


def _is_open(column: str, what: str) -> str:
    return f"(:{what}_everywhere OR {column} = ANY(:{what}_counties))"


def _street(zoom: int) -> str:
    rank = next(rank for first, rank in _STREET_RANKS if zoom >= first)
    # Where a county has no roads of its own for the ground, the network it walks along is its ground.
    # One feature a kind: a line's own attributes would weigh more than the line.
    # Clipping leaves single and multiple pieces; collected as they are, they would be no line MVT knows.
    return _encoded(
        "street",
        f"""
WITH ground AS MATERIALIZED (
    SELECT v.id, v.is_invented FROM network_versions v
    WHERE v.status = 'in_use' AND NOT EXISTS (
        SELECT FROM streets s WHERE s.county_code = v.county_code AND s.kind = 'road'
    )
),
lines AS (
    SELECT s.rank, s.kind, s.is_invented, s.geom FROM streets s WHERE s.geom && {_WIDE_DEG}
    UNION ALL
    SELECT {_RANK_OF_CLASS}, 'road', g.is_invented, e.geom
    FROM network_edges e JOIN ground g ON g.id = e.version_id WHERE e.geom && {_WIDE_DEG}
)
SELECT rank, kind, invented, ST_CollectionHomogenize(ST_Collect(piece)) AS geom FROM (
    SELECT l.rank, l.kind, l.is_invented::int AS invented, ST_Dimension(l.geom) AS dimension,
        {_clipped("ST_Simplify(ST_Transform(l.geom, 3857), :tolerance_m, true)")} AS piece
    FROM lines l WHERE l.rank <= {rank}
) AS pieces WHERE piece IS NOT NULL GROUP BY rank, kind, invented, dimension ORDER BY rank DESC
""",
    )


def _division(zoom: int, sources: Sources) -> str:
    levels = next(levels for first, levels in _DIVISION_LEVELS if zoom >= first)
    return _encoded(
        "division",
        f"""
SELECT code, kind AS level, name, {_clipped("geom")} AS geom
FROM ({_outlines(sources, "division")}) AS o WHERE kind IN ({levels})
""",
    )


def _grid(zoom: int, sources: Sources, *, named: bool) -> str:
    names = "code, name," if named else ""
    total = f"CASE WHEN {_is_open('o.county_code', 'counted')} THEN coalesce(({sources.totals}), 0) END"
    return _encoded(
        "grid",
        f"""
SELECT subject_id AS id, {names} kind, o.county_code AS county, {total} AS n,
    {_drawn_polygon("geom")} AS geom
FROM ({_outlines(sources, "grid")}) AS o
""",
    )


def _label(zoom: int, sources: Sources) -> str:
    ranks = {kind: rank for kind, (first, rank) in _LABEL_RANKS.items() if zoom >= first}
    if zoom >= _COMMUNITY_LABELS_FROM_ZOOM:
        ranks["community"] = 3
    if not ranks:
        return "SELECT ''::bytea"
    rank = " ".join(f"WHEN '{kind}' THEN {number}" for kind, number in ranks.items())
    kinds = ", ".join(f"'{kind}'" for kind in ranks)
    # Half-open: a label on the line between two tiles is written once.
    inside = (
        "ST_X(label) >= :box_w AND ST_X(label) < :box_e AND ST_Y(label) > :box_s AND ST_Y(label) <= :box_n"
    )
    both = _outlines(sources, "division")
    if zoom >= _LABEL_RANKS["grid"][0]:
        both += f" UNION ALL {_outlines(sources, 'grid')}"
    return _encoded(
        "label",
        f"""
SELECT kind, subject_id AS id, code, name, CASE kind {rank} END AS rank,
    ST_AsMVTGeom(label, {_BOX}, 4096, 0, false) AS geom
FROM ({both}) AS o WHERE kind IN ({kinds}) AND {inside} ORDER BY rank, id
""",
    )


def _enterprise(zoom: int, sources: Sources, *, for_one_county: bool) -> str:
    if zoom >= POINTS_FROM_ZOOM:
        return _encoded("enterprise", _enterprise_points(sources, for_one_county=for_one_county))
    counts = sources.counts
    if zoom <= _WIDE_CELLS_TO_ZOOM:
        counts = f"""
SELECT cell / {2 * CELLS_A_SIDE} * {2 * CELLS_A_SIDE} + cell % {CELLS_A_SIDE} / 2 * 2 AS cell, county_code,
    sum(enterprises)::int AS enterprises, sum(unorganized)::int AS unorganized, sum(review)::int AS review
FROM ({counts}) AS narrow GROUP BY 1, 2
"""
    middle = _cell_middle(2 if zoom <= _WIDE_CELLS_TO_ZOOM else 1)
    return _encoded(
        "enterprise",
        f"""
SELECT {middle} AS geom, enterprises AS n, nullif(unorganized, 0) AS org, nullif(review, 0) AS review,
    nullif(county_code, '') AS county
FROM ({counts}) AS c WHERE {_of_county("county_code", for_one_county=for_one_county)}
    AND {_is_open("county_code", "open")}
""",
    )


def _enterprise_points(sources: Sources, *, for_one_county: bool) -> str:
    """Points, those of one place merged; in a very full tile also those nearer than two screen pixels."""
    return f"""
WITH placed AS ({sources.places}),
shown AS (
    SELECT * FROM placed WHERE {_of_county("county_code", for_one_county=for_one_county)}
        AND {_is_open("county_code", "open")}
        AND east BETWEEN -{_BUFFER} AND {4096 + _BUFFER} AND down BETWEEN -{_BUFFER} AND {4096 + _BUFFER}
),
crowd AS (SELECT count(*) > {MANY_PLACES} AS is_dense FROM shown)
SELECT ST_MakePoint(east, down) AS geom, id, n, org, status FROM shown WHERE NOT (SELECT is_dense FROM crowd)
UNION ALL
SELECT ST_MakePoint(floor(east / 32) * 32 + 16, floor(down / 32) * 32 + 16), min(id), sum(n)::int,
    sum(org)::int, coalesce(min(status) FILTER (WHERE status IN {WAITING}), min(status))
FROM shown WHERE (SELECT is_dense FROM crowd) GROUP BY 1
"""


def _demand(zoom: int, *, for_one_county: bool) -> str:
    east, down = _units("p.geom")
    found = f"p.geom && {_WIDE_DEG} AND {_of_county('p.county_code', for_one_county=for_one_county)}"
    if for_one_county or zoom >= _SINGLE_DEMAND_FROM_ZOOM:
        return _encoded(
            "demand",
            f"SELECT p.id, p.people, p.county_code AS county, ST_MakePoint({east}, {down}) AS geom "
            f"FROM demand_points p WHERE {found} ORDER BY p.id",
        )
    return _encoded(
        "demand",
        f"""
SELECT {_cell_middle(1)} AS geom, people, n, county FROM (
    SELECT {_cell_of("p.geom")} AS cell, sum(p.people) AS people, count(*) AS n, p.county_code AS county
    FROM demand_points p WHERE p.geom && {_DEG} GROUP BY cell, p.county_code
) AS c WHERE cell BETWEEN 0 AND {CELLS_A_SIDE**2 - 1}
""",
    )


def _station(*, named: bool, for_one_county: bool) -> str:
    east, down = _units("s.geom")
    names = "s.code, s.name," if named else ""
    return _encoded(
        "station",
        f"""
SELECT s.id, {names} s.station_type AS type, s.venue_type AS venue, s.status, s.access_method AS access,
    s.county_code AS county, ST_MakePoint({east}, {down}) AS geom
FROM stations s
WHERE s.geom && {_WIDE_DEG} AND s.status <> 'retired'
    AND {_of_county("s.county_code", for_one_county=for_one_county)}
ORDER BY s.id
""",
    )


def _barrier(*, for_one_county: bool) -> str:
    today = "(now() AT TIME ZONE 'Asia/Shanghai')::date"
    return _encoded(
        "barrier",
        f"""
SELECT b.id, b.name, b.kind, b.county_code AS county, b.valid_to::text AS until,
    {_clipped("ST_Transform(b.geom, 3857)")} AS geom
FROM barriers b
WHERE b.geom && {_WIDE_DEG} AND {_of_county("b.county_code", for_one_county=for_one_county)}
    AND {_is_open("b.county_code", "planned")}
    AND b.valid_from <= {today} AND (b.valid_to IS NULL OR b.valid_to > {today})
ORDER BY b.id
""",
    )


def _candidate(*, for_one_county: bool) -> str:
    east, down = _units("c.geom")
    return _encoded(
        "candidate",
        f"""
SELECT c.id, c.name, c.host_kind AS host, c.county_code AS county, ST_MakePoint({east}, {down}) AS geom
FROM candidate_sites c
WHERE c.geom && {_WIDE_DEG} AND {_of_county("c.county_code", for_one_county=for_one_county)}
    AND {_is_open("c.county_code", "planned")}
ORDER BY c.id
""",
    )
