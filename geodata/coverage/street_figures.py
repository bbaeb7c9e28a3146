"""What an answer along streets says besides: along which streets, cut by what, and who is unplaced."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from geodata.coverage.computation import Computation
from geodata.rules.reach import Ints

LISTED_UNPLACED = 20
"""How many unplaced places are listed, those farthest from a street first; the preflight lists all."""


def worst_unplaced(computed: Computation) -> Ints:
    """Rows of the unplaced places farthest from any street, unknown distances first, then by id."""
    rows = np.flatnonzero(computed.reached.place_unplaced & computed.there)
    away = np.nan_to_num(computed.reached.place_away_m[rows], nan=np.inf)
    return rows[np.lexsort((computed.inputs.demand.ids[rows], -away))][:LISTED_UNPLACED]


def street_figures(computed: Computation, names: Mapping[int, str]) -> dict[str, Any]:
    """The street part of an answer.

    Args:
        computed: the states, along streets.
        names: names of demand points by id, at least of ``worst_unplaced``.
    """
    streets, demand, reached = computed.inputs.streets, computed.inputs.demand, computed.reached
    if streets is None:
        return {}
    return {
        "network": streets.tell(),
        "unplaced": {
            "places": int((reached.place_unplaced & computed.there).sum()),
            "people": int(computed.people[reached.place_unplaced].sum()),
            "stations": int(reached.station_unplaced.sum()),
            "cap_m": streets.way.cap_m,
            "worst": [
                {
                    "id": int(demand.ids[row]),
                    "name": names.get(int(demand.ids[row]), ""),
                    "people": int(demand.weight[row]),
                    "street_m": _metres(reached.place_away_m[row]),
                    "point": [round(float(each), 7) for each in demand.lonlat[row]],
                }
                for row in worst_unplaced(computed)
            ],
        },
    }


def _metres(away: float) -> float | None:
    """None: no street within 5 km, or only behind a barrier."""
    return None if np.isnan(away) else round(float(away), 1)
