"""A file of streets, read and joined in a confined child process; what comes back is only looked at."""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geodata.confined import run_child
from geodata.errors import RefusedFile
from geodata.ingest import limits
from geodata.ingest.sandbox import ENVIRONMENT, checked
from geodata.vocab import Datum, NetworkSource


@dataclass(eq=False)
class ReadStreets:
    """Edges in stored degrees as the child read them, and what it found; arrays of one length."""

    source: NetworkSource
    crs: str
    rows: int
    row: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    uses: npt.NDArray[np.uint8]
    lines: npt.NDArray[np.object_]
    details: list[tuple[str, str | None, float | None, bool, bool]]
    told: dict[str, Any] = field(default_factory=dict)

    def keep(self, chosen: npt.NDArray[np.bool_]) -> "ReadStreets":
        """Only some edges."""
        details = [self.details[number] for number in np.flatnonzero(chosen).tolist()]
        return replace(
            self,
            row=self.row[chosen],
            start=self.start[chosen],
            end=self.end[chosen],
            uses=self.uses[chosen],
            lines=self.lines[chosen],
            details=details,
        )


def read_streets(
    path: Path, *, file_name: str, datum: Datum | int, within: Sequence[float] | None = None
) -> ReadStreets:
    """Read a stranger's file of streets in a confined child process.

    Args:
        path: the file, wherever the caller put it.
        file_name: the sender's name, whose ending must fit the content.
        datum: of its coordinates.
        within: west, south, east, north in stored degrees: ways of an extract beyond are left out early.

    Raises:
        RefusedFile: ``file_too_large``, ``file_too_slow``, ``file_unreadable`` or a reader's own code.
    """
    if not path.is_file():
        raise RefusedFile("file_unreadable")
    size = path.stat().st_size
    if size > limits.MAX_FILE_BYTES:
        raise RefusedFile("file_too_large", limit_mb=limits.MAX_FILE_BYTES // limits.MIB)
    seconds = limits.street_seconds(size)
    with tempfile.TemporaryDirectory(prefix="tenmin-streets-") as folder:
        order = {
            "path": str(path.resolve()),
            "file_name": file_name,
            "datum": datum,
            "within": None if within is None else list(within),
            "folder": folder,
            "seconds": seconds,
        }
        order_path = Path(folder) / "order.json"
        order_path.write_text(json.dumps(order), encoding="ascii")
        run_child(
            "geodata.ingest.street_child",
            order_path,
            folder=Path(folder),
            seconds=seconds,
            environment=ENVIRONMENT,
        )
        return _collect(Path(folder) / "rows.jsonl")


def _collect(path: Path) -> ReadStreets:
    edges: list[Any] = []
    told: dict[str, Any] | None = None
    try:
        with path.open(encoding="ascii") as lines:
            head = checked(next(lines, ""))
            for line in lines:
                value = checked(line)
                if isinstance(value, dict):
                    told = value
                    break
                edges.append(value)
        if told is None or told["edges"] != len(edges):
            raise RefusedFile("file_unreadable")
        return _columns(head, edges, told)
    except (OSError, ValueError, TypeError, KeyError, shapely.errors.ShapelyError) as error:
        raise RefusedFile("file_unreadable") from error


def _columns(head: dict[str, Any], edges: list[Any], told: dict[str, Any]) -> ReadStreets:
    numbers = np.array([edge[:4] for edge in edges], dtype=np.int64).reshape(-1, 4)
    lines = np.empty(len(edges), dtype=object)
    if edges:
        lines[:] = shapely.from_wkb([edge[9] for edge in edges])
    return ReadStreets(
        source=NetworkSource(head["source"]),
        crs=str(head["crs"])[:2000],
        rows=int(head["rows"]),
        row=numbers[:, 0],
        start=numbers[:, 1],
        end=numbers[:, 2],
        uses=numbers[:, 3].astype(np.uint8),
        lines=lines,
        details=[tuple(edge[4:9]) for edge in edges],
        told=told,
    )
