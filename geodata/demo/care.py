"""Invented care of the managed stations: visitors, medicine, confirmations, an overdue reopening, photos.

Days count back from the day of loading, so that "yesterday" is always there. The photos are drawn and say so.
"""

import io
from datetime import datetime, time, timedelta
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from sqlalchemy.orm import Session

from geodata.demo.frame import generator
from geodata.demo.people import MANAGED_STATIONS, OTHER_STATIONS
from geodata.queries import demo as writes
from geodata.queries import station_changes
from geodata.queries.people import local_today
from geodata.rules.availability import LOCAL_TIME
from geodata.rules.station_entries import VISITOR_DAYS_BACK
from geodata.stations.photos import to_values
from geodata.stations.pictures import rewrite_picture
from geodata.vocab import ClosureKind, ServiceCondition

MANAGER = "demo-manager"
CONFIRMED_DAYS_AGO = (3, 16, 4)
"""Of the stations of ``demo-manager``: lately, too long ago, before the closure that should be over."""

MEDICINE_DAYS_LEFT = (12, -3, 200)
"""Days until the medicine of these stations expires: soon, over, not for long."""

OTHERS_DAYS_LEFT = 240
_DOOR, _ROOF, _WALL, _SKY, _GROUND = "#6f4a2b", "#b3161c", "#efe6d3", "#cfe3e8", "#b9b0a0"


def add_care(session: Session) -> dict[str, int]:
    """Insert all of it; returns how many days with visitors and how many photos."""
    ids = writes.station_ids_by_code(session)
    managed = [ids[code] for code in MANAGED_STATIONS if code in ids]
    others = [ids[code] for code in OTHER_STATIONS if code in ids]
    _confirm(session, managed)
    _stock_medicine(session, managed, others)
    if len(managed) == len(MANAGED_STATIONS):
        _close_until_yesterday(session, managed[-1])
    rows = _visitors(session, [*managed, *others])
    writes.add_visitors(session, rows)
    photos = [_photo(station_id, evening) for station_id in managed[:1] for evening in (False, True)]
    writes.add_photos(session, photos)
    return {"visitor_days": len(rows), "photos": len(photos)}


def _confirm(session: Session, managed: list[int]) -> None:
    today = local_today(session)
    for station_id, days in zip(managed, CONFIRMED_DAYS_AGO, strict=False):
        on = today - timedelta(days=days)
        values = {
            "confirmed_on": on,
            "confirmed_at": datetime.combine(on, time(8, 12), LOCAL_TIME),
            "confirmed_by": MANAGER,
        }
        station_changes.set_station(session, station_id, values)


def _stock_medicine(session: Session, managed: list[int], others: list[int]) -> None:
    today = local_today(session)
    stocked = [
        *zip(managed, MEDICINE_DAYS_LEFT, strict=False),
        *((each, OTHERS_DAYS_LEFT) for each in others),
    ]
    for station_id, days in stocked:
        values = {"condition": ServiceCondition.WORKING, "expires_on": today + timedelta(days=days)}
        station_changes.set_service(session, station_id, "first_aid", values)


def _close_until_yesterday(session: Session, station_id: int) -> None:
    yesterday = local_today(session) - timedelta(days=1)
    station_changes.add_closure(
        session,
        {
            "station_id": station_id,
            "closed_from": datetime.combine(yesterday, time(9), LOCAL_TIME),
            "closed_to": datetime.combine(yesterday, time(18), LOCAL_TIME),
            "kind": ClosureKind.UNPLANNED,
            "reason": "停水检修（虚构）",
        },
    )


def _visitors(session: Session, station_ids: list[int]) -> list[dict[str, Any]]:
    """Numbers of the days before today; a day now and then nobody entered."""
    today, rng = local_today(session), generator("visitors")
    rows = []
    for station_id in station_ids:
        usual = int(rng.integers(12, 70))
        for back in range(1, VISITOR_DAYS_BACK + 1):
            visitors = max(0, int(rng.normal(usual, usual / 5)))
            if rng.random() > 0.1:  # noqa: PLR2004 - one day in ten
                on = today - timedelta(days=back)
                rows.append({"station_id": station_id, "on_date": on, "visitors": visitors})
    return rows


def _photo(station_id: int, evening: bool) -> dict[str, Any]:
    sink = io.BytesIO()
    _draw(evening).save(sink, "PNG")
    picture = rewrite_picture(sink.getvalue())
    return {"station_id": station_id, "position": 1 + evening, **to_values(picture)}


def _draw(evening: bool) -> Image.Image:
    """A small house at the road, by day or in the evening, and a word that it is drawn."""
    image = Image.new("RGB", (1200, 900), "#2f3b52" if evening else _SKY)
    brush = ImageDraw.Draw(image)
    brush.rectangle((0, 690, 1200, 900), fill="#4c4a46" if evening else _GROUND)
    brush.rectangle((250, 330, 950, 700), fill="#a89c86" if evening else _WALL)
    brush.polygon([(200, 330), (600, 150), (1000, 330)], fill=_ROOF)
    brush.rectangle((340, 440, 500, 700), fill=_DOOR)
    brush.rectangle((590, 420, 860, 590), fill="#ffd977" if evening else "#9cc3cc")
    for x in np.linspace(590, 860, 4)[1:3]:
        brush.line((float(x), 420, float(x), 590), fill=_DOOR, width=8)
    brush.text((600, 800), "DEMO", fill="#f5f1e8", font=ImageFont.load_default(size=96), anchor="mm")
    return image
