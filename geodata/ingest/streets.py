"""Streets as a file brings them, joined into a network or not yet. Used in the child process."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from geodata.vocab import NetworkSource

Array = npt.NDArray[np.float64]


@dataclass(slots=True)
class Street:
    """One line of street in the coordinates of its file.

    Attributes:
        row: the row, way or edge of the file it comes from, for messages.
        xy: corners, shape (n, 2), n at least 2.
        uses: sum of ``geodata.network.graph.Use`` flags, never 0.
        road_class: OpenStreetMap's word, or the file's.
        start: key of the junction it begins at; -1 while nobody knows.
        end: key of the junction it ends at.
        level: 0 on the ground; streets of different levels meet at their ends only.
    """

    row: int
    xy: Array
    uses: int
    road_class: str
    name: str | None = None
    speed_kmh: float | None = None
    is_bridge: bool = False
    is_tunnel: bool = False
    level: int = 0
    start: int = -1
    end: int = -1


Finding = tuple[int | None, str, str, str | None, dict[str, Any]]
"""Row, severity, code, value, parameters."""


@dataclass(slots=True)
class StreetFile:
    """What a reader makes of a file.

    Attributes:
        source: the kind of file.
        rows: how many ways, edges or rows it has.
        streets: those that somebody may use.
        is_joined: whether ``start`` and ``end`` of the streets say what hangs together.
        crs: what the file says of its own coordinates.
        left_out: how many were left out, by kind of way; nobody may use them.
        findings: what is wrong with single rows.
    """

    source: NetworkSource
    rows: int = 0
    streets: list[Street] = field(default_factory=list)
    is_joined: bool = True
    crs: str = ""
    left_out: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)

    def refuse(self, row: int | None, code: str, value: str | None = None, /, **params: Any) -> None:
        """Leave a row out, and say why."""
        self.findings.append((row, "refused", code, value, params))

    def warn(self, row: int | None, code: str, value: str | None = None, /, **params: Any) -> None:
        """Take a row, and say what should be looked at."""
        self.findings.append((row, "warning", code, value, params))
