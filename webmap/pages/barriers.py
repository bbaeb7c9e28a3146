"""``/barriers``: the walls, waters and works of a county that cut its streets: a list, a map, a pencil."""

import json

import shapely
from flask import Blueprint, Response, request

from geodata.coverage.question import today
from geodata.queries.barriers import BarrierRow, list_barriers
from geodata.queries.map_choices import list_county_choices
from geodata.rules.availability import LOCAL_TIME
from geodata.vocab import BarrierKind
from webmap import auth, requests
from webmap.i18n import spoken
from webmap.pages import layout
from webmap.pages.choices import API, base_map, list_my_counties, own_county
from webmap.pages.script_json import script_json
from webmap.permissions import Permission, requires

bp = Blueprint("barriers_page", __name__)


@bp.get("/barriers")
@requires(Permission.PLANS_READ)
def show_barriers() -> Response:
    """Barriers of one of my counties; planners draw, change and end them here."""
    session = requests.session()
    counties = list_my_counties(Permission.PLANS_READ)
    wanted = request.args.get("county", "") or own_county()
    codes = [code for code, _ in counties]
    county = wanted if wanted in codes else next(iter(codes), "")
    rows = list_barriers(session, county)
    places = [one for one in list_county_choices(session) if one.code == county]
    settings = {
        "locale": requests.locale(),
        "api": API,
        "tiles": f"{API}/tiles/{{z}}/{{x}}/{{y}}.mvt",
        "counties": [{"code": one.code, "name": one.name, "bounds": one.bounds} for one in places],
        "county": county,
        "base_map": base_map(requests.base_map()),
        "strings": dict(spoken(requests.locale(), ("page.", "barriers.js."))),
    }
    return layout.render(
        "barriers/barriers.html",
        title_key="barriers.title",
        tab="preflight",
        county=county,
        counties=counties,
        may_draw=auth.scope(Permission.PLANS_WRITE).has_county(county),
        barriers=[_told(row) for row in rows],
        kinds=list(BarrierKind),
        today=today(),
        map_settings=script_json(settings),
    )


def _told(row: BarrierRow) -> dict[str, object]:
    day = today()
    ended, ahead = row.valid_to is not None and row.valid_to <= day, row.valid_from > day
    stood = row.valid_from < day and row.created_at.astimezone(LOCAL_TIME).date() < day
    return {
        "row": row,
        "state": "ended" if ended else "ahead" if ahead else "stands",
        "may_move": not stood,
        "shape": json.dumps(json.loads(shapely.to_geojson(row.shape))),
    }
