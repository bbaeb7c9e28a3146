"""The folium part of the map page: local files only, and not one word of data in a constructor.

folium puts popups, tooltips and names into the page as markup and script. So it gets numbers and nothing
else; everything from the database reaches the browser as tiles and JSON and is shown with ``textContent``.
"""

import re
from dataclasses import dataclass
from typing import Any

import folium
from branca.element import MacroElement
from folium.elements import JSCSSMixin
from folium.map import Layer
from folium.template import Template

VENDOR = "/static/vendor"

# The county seat of nowhere in particular: the script moves to the county as soon as it runs.
_CENTRE = (34.75, 113.62)
_ZOOM = 11
_LONELY_TAG = re.compile(r"<(script|style)(?![^>]*\bnonce=)")
_VIEWPORT = re.compile(r"<meta name=\"viewport\".*?/>", re.DOTALL)


class LocalMap(folium.Map):
    """A folium map that asks for Leaflet from here, and for nothing from anywhere else."""

    default_js = [("leaflet", f"{VENDOR}/leaflet/leaflet.js")]  # noqa: RUF012  # folium's own form
    default_css = [("leaflet_css", f"{VENDOR}/leaflet/leaflet.css")]  # noqa: RUF012


class TenminTiles(JSCSSMixin, Layer):
    """The canvas layer of our own tiles. Its code is a module of ours; folium only hands it the map."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            window.tenmin = { map: {{ this._parent.get_name() }} };
        {% endmacro %}
        """
    )

    def __init__(self) -> None:
        super().__init__(name=None, overlay=True, control=False, show=True)
        self._name = "TenminTiles"

    def render(self, **kwargs: object) -> str:
        """Write the script of the layer; there is no name and no option that data could reach."""
        return str(MacroElement.render(self, **kwargs) or "")  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class MapParts:
    """Markup for the head, the body and the script of a page."""

    head: str
    body: str
    script: str


def build_map(nonce: str) -> MapParts:
    """The map as markup in which every script and style carries the nonce."""
    base = LocalMap(
        location=_CENTRE,
        zoom_start=_ZOOM,
        tiles=None,
        zoom_control=False,
        control_scale=False,
        zoom_snap=0.25,
        zoom_delta=1,
        wheel_px_per_zoom_level=120,
        box_zoom=True,
    )
    TenminTiles().add_to(base)
    figure: Any = base.get_root()
    figure.render()
    return MapParts(
        head=_with_nonce(figure.header.render(), nonce),
        body=figure.html.render(),
        script=figure.script.render(),
    )


def _with_nonce(markup: str, nonce: str) -> str:
    # folium forbids zooming the page by hand; who needs 200 % must get it. The template says its own.
    return _LONELY_TAG.sub(rf'<\1 nonce="{nonce}"', _VIEWPORT.sub("", markup))
