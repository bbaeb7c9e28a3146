"""When people of demand points are there."""

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.rules.hours import Opening
from geodata.rules.presence import Hours
from geodata.rules.reach import Ints

_PATTERNS = """
    SELECT hours, array_agg(id ORDER BY id) AS ids FROM (
        SELECT h.demand_point_id AS id,
               array_agg(ARRAY[h.weekday, h.opens_min, h.closes_min] ORDER BY h.weekday, h.opens_min) AS hours
        FROM demand_hours AS h JOIN demand_points AS p ON p.id = h.demand_point_id
        WHERE CAST(:county AS text) IS NULL OR p.county_code = :county
        GROUP BY h.demand_point_id
    ) AS point
    GROUP BY hours ORDER BY hours
"""


def read_presence(session: Session, county: str | None) -> list[tuple[Hours, Ints]]:
    """Different hours of demand points, each with the ids of its points; points without hours are in none.

    ``county`` None is every county. Hours come in an order that depends on nothing but themselves.
    """
    rows = session.execute(sa.text(_PATTERNS), {"county": county})
    return [(tuple(Opening(*each) for each in row.hours), np.array(row.ids, dtype=np.int64)) for row in rows]
