"""``GET /``: the map page."""

import json

from flask import Blueprint, render_template
from markupsafe import Markup

from webmap import requests
from webmap.i18n import translate
from webmap.pages.choices import read_choices
from webmap.pages.layers import build_map
from webmap.permissions import Permission, requires

bp = Blueprint("map", __name__)

_HTML_LANGUAGE = {"zh": "zh-CN", "en": "en"}


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
        nonce=nonce,
        language=_HTML_LANGUAGE[locale],
        t=lambda key, **params: translate(locale, key, **params),
        choices=choices,
        settings=script_json(choices),
        # Markup made by folium from constants alone.
        folium_head=Markup(parts.head),  # noqa: S704
        folium_body=Markup(parts.body),  # noqa: S704
        folium_script=Markup(parts.script),  # noqa: S704
    )


def script_json(value: object) -> Markup:
    """JSON that can stand in a ``<script>`` element: nothing in it can end the element or open a comment."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704
