"""The real part of the demo: county outlines and station points as their authors published them."""

import csv
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import shapely

from geodata.demo.frame import Array

DATA = Path(__file__).parent / "data"
COUNTIES_FILE = DATA / "zhengzhou_counties.geojson"
STATIONS_FILE = DATA / "zhengzhou_union_stations_82.csv"
ELSEWHERE_FILE = DATA / "zhaoqing_union_stations_4.csv"

MAIN_COUNTY = "410102"  # 中原区, with 26 of the 82 stations


@dataclass(frozen=True)
class County:
    """A real county: its code, name, outline in degrees and the middle its publisher gives."""

    code: str
    name: str
    geom: shapely.Geometry
    middle: tuple[float, float]


@dataclass(frozen=True)
class ListedStation:
    """A real station as listed; degrees are the source's own WGS-84 columns."""

    name: str
    address: str
    district_label: str
    lon: float
    lat: float
    hours_listed: str


@lru_cache(maxsize=1)
def read_counties() -> tuple[County, ...]:
    """The 12 counties of Zhengzhou in order of code."""
    features = json.loads(COUNTIES_FILE.read_text(encoding="utf-8"))["features"]
    counties = [
        County(
            code=feature["properties"]["district_adcode"],
            name=feature["properties"]["district_name"],
            geom=shapely.from_geojson(json.dumps(feature["geometry"])),
            middle=(float(feature["properties"]["lon"]), float(feature["properties"]["lat"])),
        )
        for feature in features
    ]
    return tuple(sorted(counties, key=lambda county: county.code))


@lru_cache(maxsize=1)
def read_stations() -> tuple[ListedStation, ...]:
    """The 82 stations in the order of their file, which opens with a byte-order mark."""
    with STATIONS_FILE.open(encoding="utf-8-sig", newline="") as file:
        return tuple(
            ListedStation(
                name=row["name"],
                address=row["address"],
                district_label=row["district"],
                lon=float(row["lng_wgs84"]),
                lat=float(row["lat_wgs84"]),
                hours_listed=row["open_hours_listed"],
            )
            for row in csv.DictReader(file)
        )


def station_points() -> Array:
    """Longitude and latitude of the 82 stations, shape (82, 2)."""
    return np.array([(station.lon, station.lat) for station in read_stations()])
