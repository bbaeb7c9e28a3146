"""What the loading of a street network says of it, kept with the version as JSON."""

from typing import Any

import numpy as np
import shapely

from geodata.ingest.findings import SHOWN_CHARACTERS, Notes
from geodata.ingest.street_sandbox import ReadStreets
from geodata.network.graph import Network, Use, pieces_of
from geodata.vocab import Profile

SHOWN_FINDINGS, SHOWN_PLACES = 500, 50
_USES = {
    Profile.FOOT: Use.FOOT,
    Profile.EBIKE: Use.EBIKE_FORWARD | Use.EBIKE_BACKWARD,
    Profile.CAR: Use.CAR_FORWARD | Use.CAR_BACKWARD,
}


def make_report(
    edges: ReadStreets, network: Network, notes: Notes, *, beyond: dict[str, int]
) -> dict[str, Any]:
    """The report of a network.

    Returns:
        ``rows`` of the file; ``left_out``: rows nobody may use, by kind of way; ``beyond``: edges and metres
        outside the county and its rim; ``uses``: metres by profile; ``classes``: metres by kind of way;
        ``pieces``: what hangs together with nothing on foot, largest first, with an example place each;
        ``almost``: ends that almost meet; ``findings`` about rows, refusals first.
    """
    told = edges.told
    findings = [
        *((f.row_number, f.severity, f.code, f.value, f.params) for f in notes.sorted()),
        *told["findings"],
    ]
    findings.sort(key=lambda f: (f[0] is not None, f[1] != "refused", f[0] or 0))
    total = told["findings_total"] + len(notes.findings)
    if outside := told.get("notes", {}).get("outside"):
        beyond = {**beyond, "ways": outside}
    return {
        "rows": edges.rows,
        "left_out": told["left_out"],
        "beyond": dict(beyond),
        "uses": {
            str(profile): round(float(network.length_m[(network.uses & flags) > 0].sum()))
            for profile, flags in _USES.items()
        },
        "classes": _classes(edges, network),
        "pieces": _pieces(edges, network),
        "almost": {
            "total": max(len(told["almost"]), 0),
            "shown": [
                {"lon": round(lon, 6), "lat": round(lat, 6), "metres": round(metres, 2)}
                for lon, lat, metres in sorted(told["almost"], key=lambda place: place[2])[:SHOWN_PLACES]
            ],
        },
        "findings": [_finding(*finding) for finding in findings[:SHOWN_FINDINGS]],
        "findings_total": total,
        "refused": len({row for row, severity, *_ in told["findings"] if severity == "refused"}),
        "ignored_columns": [str(name)[:80] for name in told.get("notes", {}).get("unknown", ())][:50],
    }


def _finding(
    row: int | None, severity: str, code: str, value: str | None, params: dict[str, Any]
) -> dict[str, Any]:
    shown = None if value is None else str(value)[:SHOWN_CHARACTERS]
    return {"row": row, "severity": str(severity), "code": code, "value": shown, "params": params}


def _classes(edges: ReadStreets, network: Network) -> dict[str, int]:
    names, number = np.unique([details[0] for details in edges.details], return_inverse=True)
    metres = np.bincount(number, weights=network.length_m)
    order = np.argsort(-metres, kind="stable")
    return {str(names[i]): round(float(metres[i])) for i in order.tolist()}


def _pieces(edges: ReadStreets, network: Network) -> dict[str, Any]:
    """Pieces beside the largest; nothing is joined to it, nothing is thrown away."""
    piece, counts = pieces_of(network, Profile.FOOT)
    walked = piece >= 0
    metres = np.bincount(piece[walked], weights=network.length_m[walked], minlength=len(counts))
    alone = np.argsort(-metres[1:], kind="stable") + 1
    _, first = np.unique(piece[walked], return_index=True)
    example = np.flatnonzero(walked)[first]
    shown = []
    for number in alone[:SHOWN_PLACES].tolist():
        middle = shapely.line_interpolate_point(edges.lines[example[number]], 0.5, normalized=True)
        shown.append(
            {
                "edges": int(counts[number]),
                "metres": round(float(metres[number])),
                "lon": round(middle.x, 6),
                "lat": round(middle.y, 6),
            }
        )
    return {
        "total": len(alone),
        "edges": int(counts[1:].sum()),
        "metres": round(float(metres[1:].sum())),
        "largest_metres": round(float(metres[0])) if len(metres) else 0,
        "shown": shown,
    }
