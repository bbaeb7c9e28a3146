"""Street networks of counties: loaded from a file as a version, put in use, archived, deleted while unused.

Nothing is committed here, and a version is never without its edges: who calls commits both or neither.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.codes import parse_division_code
from geodata.crs import SRID, line_lengths, metric_srid, to_metric
from geodata.db import Progress
from geodata.errors import Conflict, InvalidInput, RefusedFile
from geodata.ingest import places
from geodata.ingest.findings import Notes
from geodata.ingest.street_report import make_report
from geodata.ingest.street_sandbox import ReadStreets, read_streets
from geodata.models import NetworkVersion
from geodata.network.graph import Network, make_network
from geodata.queries import audit, boundaries
from geodata.queries import networks as stored
from geodata.queries.responsibility import clock
from geodata.queries.staleness import check_version
from geodata.rules.assignment import local_date
from geodata.vocab import Datum, NetworkSource, NetworkStatus

KIND = "network_version"
RIM_M = 5000.0
"""Streets so far outside the county are kept: whoever lives at the border may walk there."""

OSM_CREDIT = "© OpenStreetMap contributors, ODbL 1.0"
MAX_LABEL, MAX_CREDIT = 100, 300
_SHORTEST_M = 0.001


@dataclass(frozen=True)
class StreetsWanted:
    """What a person says of a file of streets.

    ``datum`` is a named datum or an EPSG code, never guessed. ``credit`` is who made the data and by which
    licence; extracts of OpenStreetMap have theirs. ``file_name`` is the sender's, when the path is ours.
    """

    county_code: str
    label: str
    datum: Datum | int | None
    credit: str = ""
    file_name: str | None = None
    is_invented: bool = False


def load_network(
    session: Session, path: Path, wanted: StreetsWanted, *, by: str, progress: Progress | None = None
) -> NetworkVersion:
    """Take a file of streets in as a new version of a county's network; it is not in use yet.

    Streets within the county and a rim of ``RIM_M`` are kept, the others counted. The version's ``report``
    says what was left out and why, and which pieces hang together with nothing.

    Args:
        session: the caller commits.
        path: the file; never given to a library as anything but a plain file.
        wanted: what is said of it.
        by: who loads, for the log.
        progress: told of stages ``read``, ``check``, ``write``.

    Raises:
        RefusedFile: the file is refused; codes in ``docs/networks.md``.
        InvalidInput: ``division_code_invalid``, ``network_label_invalid``, ``network_credit_missing``.
        Conflict: ``network_label_taken``.
    """
    tell = progress or (lambda stage, done, total: None)
    if not path.is_file():
        raise RefusedFile("file_unreadable")
    county = _county(wanted.county_code)
    label = _label(wanted.label)
    datum = places.read_datum(wanted.datum)
    stored.lock_county(session, county)
    if stored.find_labelled(session, county, label) is not None:
        raise Conflict("network_label_taken", county=county, label=label)
    notes = Notes()
    outline = boundaries.find_county_shape(session, county, today=local_date(clock(session)))
    ground = None if outline is None else _Ground(outline)
    if ground is None:
        notes.warn(None, None, "county_without_outline", county)
    tell("read", 0, 0)
    file_name = (wanted.file_name or path.name)[-200:]
    read = read_streets(path, file_name=file_name, datum=datum, within=ground.bounds if ground else None)
    places.check_file_system(read.crs, datum, notes)
    tell("check", 0, len(read.lines))
    edges, lengths, beyond = _choose(read, ground)
    start, end = _renumbered(edges)
    network = make_network(start, end, edges.uses, _speeds(edges), lengths, edges.lines)
    report = make_report(edges, network, notes, beyond=beyond)
    tell("write", 0, len(edges.lines))
    version = stored.add_version(
        session,
        {
            "county_code": county,
            "label": label,
            "source": edges.source,
            "file_name": file_name,
            "file_sha256": _digest(path),
            "datum": places.datum_text(datum),
            "credit": _credit(wanted.credit, edges.source),
            "nodes": network.nodes,
            "edges": len(network),
            "length_m": round(float(lengths.sum()), 1),
            "report": report,
            "created_by": by,
            "is_invented": wanted.is_invented,
        },
    )
    stored.copy_edges(session, _rows(version.id, edges, network))
    after = {"county": county, "label": label, "file": file_name, "edges": len(network)}
    audit.note(session, by=by, action="network_loaded", subject_kind=KIND, subject_id=version.id, after=after)
    return version


def _county(code: str) -> str:
    county, level = parse_division_code(code)
    if level != "county":
        raise InvalidInput("division_code_invalid", value=code)
    return county


def _label(text: str) -> str:
    label = text.strip()
    if not label or len(label) > MAX_LABEL or not label.isprintable():
        raise InvalidInput("network_label_invalid", limit=MAX_LABEL)
    return label


def _credit(text: str, source: NetworkSource) -> str:
    credit = " ".join(text.split())[:MAX_CREDIT]
    if credit:
        return credit
    if source is NetworkSource.OSM:
        return OSM_CREDIT
    raise InvalidInput("network_credit_missing")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Ground:
    """A county with its rim."""

    def __init__(self, outline: shapely.Geometry) -> None:
        west, _, east, _ = shapely.bounds(outline)
        self._srid = metric_srid(float(west + east) / 2)
        self._area = shapely.buffer(self._flat(outline), RIM_M)
        shapely.prepare(self._area)
        middle = float(shapely.bounds(outline)[[1, 3]].mean())
        pad = RIM_M / 111_000 / max(0.2, float(np.cos(np.radians(middle)))) + 0.02
        self.bounds = (shapely.bounds(outline) + np.array([-pad, -pad, pad, pad])).tolist()

    def holds(self, shapes: Any) -> Any:
        """Which of these shapes (stored degrees) reach into the county or its rim."""
        return shapely.intersects(self._area, self._flat(shapes))

    def _flat(self, shapes: Any) -> Any:
        return shapely.transform(
            shapes, lambda xy: np.column_stack(to_metric(xy[:, 0], xy[:, 1], self._srid))
        )


def _choose(
    read: ReadStreets, ground: _Ground | None
) -> tuple[ReadStreets, np.typing.NDArray[np.float64], Counter[str]]:
    """The edges that are kept with their metres, and how many lie beyond, with theirs."""
    if not len(read.lines):
        raise RefusedFile("network_without_streets", rows=read.rows)
    lengths = line_lengths(read.lines)
    has_length = np.isfinite(lengths) & (lengths > _SHORTEST_M)
    if not has_length.any():
        raise RefusedFile("network_without_streets", rows=read.rows)
    read, lengths = read.keep(has_length), lengths[has_length]
    inside = np.ones(len(lengths), dtype=np.bool_) if ground is None else ground.holds(read.lines)
    if not inside.any():
        raise RefusedFile("network_outside_county", edges=len(inside))
    beyond = Counter(edges=int((~inside).sum()), metres=round(float(lengths[~inside].sum())))
    if ground is not None:
        near = [bool(ground.holds(shapely.Point(place[:2]))) for place in read.told["almost"]]
        read.told["almost"] = [p for p, is_near in zip(read.told["almost"], near, strict=True) if is_near]
    return read.keep(inside), lengths[inside], beyond


def _renumbered(edges: ReadStreets) -> tuple[Any, Any]:
    _, number = np.unique(np.concatenate([edges.start, edges.end]), return_inverse=True)
    return number[: len(edges.start)], number[len(edges.start) :]


def _speeds(edges: ReadStreets) -> np.typing.NDArray[np.float64]:
    return np.array([np.nan if speed is None else speed for _, _, speed, _, _ in edges.details], dtype=float)


def _rows(version_id: int, edges: ReadStreets, network: Network) -> Any:
    shapes = shapely.to_wkb(shapely.set_srid(edges.lines, SRID), hex=True, include_srid=True)
    columns = (network.start, network.end, network.uses, network.length_m)
    for number, (start, end, uses, metres) in enumerate(
        zip(*(column.tolist() for column in columns), strict=True)
    ):
        road_class, name, speed, is_bridge, is_tunnel = edges.details[number]
        yield (
            version_id,
            number,
            start,
            end,
            uses,
            road_class,
            name,
            speed,
            is_bridge,
            is_tunnel,
            metres,
            shapes[number],
        )


def use_network(session: Session, version_id: int, *, by: str, expected: int | None = None) -> NetworkVersion:
    """Put a version in use: from now on it is along its streets that is walked; the one before is archived.

    Args:
        session: the caller commits.
        version_id: which; loaded, or archived and wanted back.
        by: who.
        expected: the version the decision is based on; None for a command.

    Raises:
        NotFound: ``network_not_found``.
        Stale: somebody changed it since.
        Conflict: ``network_is_in_use``.
    """
    version = _locked(session, version_id, expected)
    if version.status == NetworkStatus.IN_USE:
        raise Conflict("network_is_in_use", id=version_id)
    before = {"status": version.status}
    replaced = stored.archive_others(session, version)
    version.status, version.archived_at = NetworkStatus.IN_USE, None
    version.used_since, version.used_by = clock(session), by
    after = {"status": version.status, "county": version.county_code, "replaced": replaced}
    _note(session, version, by, "network_used", before, after)
    return version


def archive_network(
    session: Session, version_id: int, *, by: str, expected: int | None = None
) -> NetworkVersion:
    """Put a version away. Of the one in use: the county is measured by straight lines only from now on.

    Raises:
        NotFound: ``network_not_found``.
        Stale: somebody changed it since.
        Conflict: ``network_is_archived``.
    """
    version = _locked(session, version_id, expected)
    if version.status == NetworkStatus.ARCHIVED:
        raise Conflict("network_is_archived", id=version_id)
    before = {"status": version.status}
    version.status, version.archived_at = NetworkStatus.ARCHIVED, clock(session)
    _note(session, version, by, "network_archived", before, {"status": version.status})
    return version


def delete_network(session: Session, version_id: int, *, by: str, expected: int | None = None) -> None:
    """Delete a version that was never in use, with its edges.

    Raises:
        NotFound: ``network_not_found``.
        Stale: somebody changed it since.
        Conflict: ``network_was_used``: answers may name it.
    """
    version = _locked(session, version_id, expected)
    if version.used_since is not None:
        raise Conflict("network_was_used", id=version_id)
    before = {"county": version.county_code, "label": version.label, "edges": version.edges}
    try:
        with session.begin_nested():
            stored.remove_version(session, version)
    except sa.exc.IntegrityError as error:
        raise Conflict("network_was_used", id=version_id) from error
    audit.note(
        session, by=by, action="network_deleted", subject_kind=KIND, subject_id=version_id, before=before
    )


def _locked(session: Session, version_id: int, expected: int | None) -> NetworkVersion:
    version = stored.lock_version(session, version_id)
    stored.lock_county(session, version.county_code)
    if expected is not None:
        check_version(
            session, stored=version.version, expected=expected, subject_kind=KIND, subject_id=version_id
        )
    return version


def _note(
    session: Session,
    version: NetworkVersion,
    by: str,
    action: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    version.version += 1
    session.flush()
    audit.note(
        session,
        by=by,
        action=action,
        subject_kind=KIND,
        subject_id=version.id,
        before=before,
        after=after,
    )
