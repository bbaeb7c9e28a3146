"""Links that hand a station over to a map application, each in the datum that it expects.

- 高德 ``uri.amap.com/navigation``: GCJ-02, longitude first; the start is left out, so that the application
  takes it from the phone (documented by 高德, 2025-03).
- 百度 ``api.map.baidu.com/marker``: BD-09, latitude first. Its ``direction`` page demands a start, which we
  do not know and would not tell; the marker has a button of its own for the way.
- Apple ``maps.apple.com``: latitude first. Apple's maps of mainland China are 高德's and read and write
  GCJ-02 in links; docs/decisions/0030 has the reports this rests on.
- ``geo:`` (RFC 5870): WGS-84, latitude first.
"""

from dataclasses import dataclass
from urllib.parse import quote

import numpy as np

from geodata.crs import from_wgs84
from geodata.vocab import Datum

SOURCE = "tenmin"


@dataclass(frozen=True, slots=True)
class Application:
    """A map application: the datum it wants, and its address with ``{lon} {lat} {name}``."""

    code: str
    datum: Datum
    template: str


APPLICATIONS = (
    Application(
        "amap",
        Datum.GCJ02,
        f"https://uri.amap.com/navigation?to={{lon}},{{lat}},{{name}}&mode=walk&coordinate=gaode"
        f"&src={SOURCE}&callnative=1",
    ),
    Application(
        "baidu",
        Datum.BD09,
        "https://api.map.baidu.com/marker?location={lat},{lon}&title={name}&content={name}"
        f"&coord_type=bd09ll&output=html&src=webapp.union.{SOURCE}",
    ),
    Application("apple", Datum.GCJ02, "https://maps.apple.com/?daddr={lat},{lon}&q={name}&dirflg=w"),
    Application("geo", Datum.WGS84, "geo:{lat},{lon}?q={lat},{lon}({name})"),
)
"""In the order they are offered."""

_SHIFTED = (Datum.GCJ02, Datum.BD09)


def datum_points(lon: float, lat: float) -> dict[Datum, tuple[float, float]]:
    """A place in stored degrees in every datum that an application wants: longitude, latitude, 6 decimals."""
    points = {Datum.WGS84: (round(lon, 6), round(lat, 6))}
    for datum in _SHIFTED:
        x, y = from_wgs84(np.array([lon]), np.array([lat]), datum)
        points[datum] = (round(float(x[0]), 6), round(float(y[0]), 6))
    return points


def handover_links(name: str, lon: float, lat: float) -> dict[str, str]:
    """The link of every application, by code. The name may hold anything; it is quoted."""
    points = datum_points(lon, lat)
    return {
        each.code: each.template.format(
            lon=f"{points[each.datum][0]:.6f}", lat=f"{points[each.datum][1]:.6f}", name=quote(name, safe="")
        )
        for each in APPLICATIONS
    }
