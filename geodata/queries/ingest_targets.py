"""The tables that files fill: columns, defaults, and what a matched row becomes."""

from geodata.queries.imports import Column, Target
from geodata.queries.ingest_clarity import CLARITY_COLUMNS

_MOVED_OR_UNPLACED = "CASE WHEN s.moved OR t.geom IS NULL THEN COALESCE(s.{0}, t.{0}) ELSE t.{0} END"
_INVENTED = Column("is_invented", "boolean", "false")

# Where a point lies. A pair that says the same place (to a millimetre) leaves the stored raw pair alone.
_PLACE = (
    Column("geom", "geometry", update="CASE WHEN s.moved THEN s.geom ELSE t.geom END"),
    Column("raw_x", "float8", update=_MOVED_OR_UNPLACED.format("raw_x")),
    Column("raw_y", "float8", update=_MOVED_OR_UNPLACED.format("raw_y")),
    Column("raw_datum", update=_MOVED_OR_UNPLACED.format("raw_datum")),
    Column("coord_source"),
    Column("default_level", is_aid=True),
    Column("default_accuracy_m", "float8", is_aid=True),
    Column(
        "location_level",
        default="s.default_level",
        update="COALESCE(s.location_level, CASE WHEN t.geom IS NULL AND s.geom IS NOT NULL "
        "THEN s.default_level ELSE t.location_level END)",
    ),
    Column(
        "location_accuracy_m",
        "float8",
        default="s.default_accuracy_m",
        update="COALESCE(s.location_accuracy_m, CASE WHEN (t.geom IS NULL AND s.geom IS NOT NULL) "
        "OR s.location_level <> t.location_level THEN s.default_accuracy_m ELSE t.location_accuracy_m END)",
    ),
    # The county that the row's own codes name; used when no polygon covers the point.
    Column("place_code", is_aid=True),
    Column(
        "county_code",
        update="CASE WHEN s.geom IS NULL AND t.geom IS NOT NULL THEN t.county_code "
        "ELSE COALESCE(s.county_code, t.county_code) END",
    ),
)

DIVISIONS = Target(
    "divisions",
    (
        Column("code"),
        Column("level"),
        Column("name"),
        Column("parent_code"),
        Column("valid_from", "date", "DATE '1949-10-01'"),
        _INVENTED,
        Column("geom", "geometry"),
    ),
    key="s.code",
    moving=("geom",),
    has_points=False,
)

GRIDS = Target(
    "grid_boundaries",
    (
        Column("code", is_aid=True),
        Column("version_id", "bigint"),
        Column("grid_id", "bigint"),
        Column("name"),
        Column("kind", default="'grid'"),
        Column("community_codes", "text[]", "'{}'"),
        _INVENTED,
        Column("geom", "geometry"),
    ),
    key="s.code",
    moving=("geom", "kind"),
    has_points=False,
)

STATIONS = Target(
    "stations",
    (
        Column("code"),
        Column("name"),
        Column("brand_label"),
        Column("station_type", default="'standard'"),
        Column("venue_type", default="'outdoor_station'"),
        Column("status", default="'open'"),
        Column("host_unit"),
        Column("sponsor"),
        Column("address"),
        Column("district_label"),
        Column("access_method", default="'unknown'"),
        Column("access_note"),
        Column("duty_phone"),
        Column("confirmed_on", "date"),
        # The stored wording stays while it tells the same hours.
        Column("hours_text", update="CASE WHEN s.hours_differ THEN s.hours_text ELSE t.hours_text END"),
        Column("hours_differ", "boolean", is_aid=True),
        Column("hours_given", "boolean", is_aid=True),
        Column("invented_fields", "text[]", "'{}'"),
        _INVENTED,
        *_PLACE,
    ),
    key="COALESCE(s.code, s.name)",
    moving=(),
)

ENTERPRISES = Target(
    "enterprises",
    (
        Column("name"),
        Column("uscc"),
        Column(
            "uscc_stated",
            update="CASE WHEN s.uscc IS NOT NULL AND s.uscc IS DISTINCT FROM t.uscc THEN NULL "
            "ELSE COALESCE(s.uscc_stated, t.uscc_stated) END",
        ),
        Column("legacy_code"),
        Column("parent_uscc"),
        Column("default_kind", is_aid=True),
        Column("unit_kind", default="s.default_kind"),
        Column("industry_code"),
        Column("industry_line"),
        Column("staff_count", "integer"),
        Column("staff_counted_on", "date"),
        Column("organization_status", default="'unorganized'"),
        Column("covering_union"),
        Column("covering_confirmed_on", "date"),
        Column("registered_address"),
        Column("registered_code"),
        Column("operating_address"),
        Column("operating_code"),
        Column("contact_name"),
        Column("contact_phone"),
        Column("removed_on", "date"),
        Column("removal_reason"),
        # What is clear about it, kept in a table of its own: see ingest_clarity.
        *(Column(name, sql_type, is_aid=True) for name, sql_type in CLARITY_COLUMNS.items()),
        _INVENTED,
        *_PLACE,
    ),
    key="COALESCE(s.uscc, s.name)",
    moving=("county_code", "operating_code", "location_accuracy_m"),
)

DEMAND = Target(
    "demand_points",
    (
        Column("code"),
        Column("name"),
        Column("kind"),
        Column("worker_group"),
        Column("people", "integer"),
        Column("counted_on", "date"),
        Column("address"),
        # When the people are there, kept in a table of its own: see ingest_demand.
        Column("hours_given", "boolean", is_aid=True),
        _INVENTED,
        *_PLACE,
    ),
    key="COALESCE(s.code, s.name)",
    moving=("people", "county_code"),
)
