"""``/lines``: 条块, enterprises without a union by industry line and grid; and what a line proposes."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response

from geodata.queries.overview_lines import read_lines
from geodata.queries.people import local_today
from webmap import auth, requests
from webmap.pages import layout
from webmap.pages.my_grid_words import short_code
from webmap.pages.overview import choose_county, list_own_counties
from webmap.permissions import Permission, requires

bp = Blueprint("lines", __name__)


@bp.get("/lines")
@requires(Permission.ENTERPRISES_READ)
def show_lines() -> Response:
    """The cross table, each figure a link to its list."""
    session = requests.session()
    counties = list_own_counties(session, Permission.ENTERPRISES_READ)
    county = choose_county(counties)
    found = read_lines(
        session, county, scope=auth.scope(Permission.ENTERPRISES_READ), on=local_today(session)
    )

    def url(line: str | None, row: str, figure: str = "unorganized") -> str:
        words: dict[str, Any] = {"county": county, "figure": figure, "row": row}
        return f"/overview/list?{urlencode(words | ({'line': line} if line else {}))}"

    return layout.render(
        "overview/lines.html",
        title_key="lines.title",
        tab="lines",
        counties=counties,
        county=county,
        county_name=dict(counties)[county],
        found=found,
        url=url,
        short=lambda code: short_code(code, county),
    )
