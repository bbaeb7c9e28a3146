"""``GET /``: the map page."""

from flask import Blueprint, render_template
from markupsafe import Markup

from webmap import requests
from webmap.pages.choices import read_choices
from webmap.pages.layers import build_map
from webmap.pages.layout import HTML_LANGUAGE
from webmap.pages.script_json import script_json
from webmap.permissions import Permission, requires

bp = Blueprint("map", __name__)


@bp.get("/")
@requires(Permission.MAP_READ)
def show_map() -> str:
    """The shell of the page; figures, lists and cards come from the API."""
    locale = requests.locale()
    nonce = requests.csp_nonce()
    choices = read_choices(requests.session(), settings=requests.settings(), locale=locale)
    parts = build_map(nonce)
    return render_template(
        "map.html",
        language=HTML_LANGUAGE[locale],
        choices=choices,
        settings=script_json(choices),
        # Markup made by folium from constants alone.
        folium_head=Markup(parts.head),  # noqa: S704
        folium_body=Markup(parts.body),  # noqa: S704
        folium_script=Markup(parts.script),  # noqa: S704
    )
