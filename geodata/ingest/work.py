"""One import on its way: what was asked, and what is known so far."""

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from geodata.db import Progress
from geodata.ingest.findings import Notes
from geodata.ingest.typed import Row
from geodata.queries import imports, ingest_targets
from geodata.queries.imports import Target
from geodata.vocab import Datum, ImportKind

_TARGETS: dict[ImportKind, Target] = {
    ImportKind.DIVISIONS: ingest_targets.DIVISIONS,
    ImportKind.GRIDS: ingest_targets.GRIDS,
    ImportKind.STATIONS: ingest_targets.STATIONS,
    ImportKind.ENTERPRISES: ingest_targets.ENTERPRISES,
    ImportKind.DEMAND: ingest_targets.DEMAND,
}


@dataclass(slots=True)
class Work:
    """What the steps of one import hand on.

    Attributes:
        session: the caller's; nothing is committed.
        kind: what the file brings.
        datum: found fit, see ``places.read_datum``.
        total: rows of the file.
        rows: typed rows still in.
        version_id: boundary version of a grids import, once known.
        counties: whose rows the importer may bring; None is everybody's.
        placed: the rows as placed, before any was refused for what is stored; what a preview draws.
        has_clarity: whether the file has columns of the six things that should be clear.
    """

    session: Session
    kind: ImportKind
    datum: Datum | int
    by: str
    county_code: str | None
    version_label: str | None
    all_or_nothing: bool
    source_department: str | None
    is_invented: bool
    file_name: str
    sha256: str
    tell: Progress
    notes: Notes = field(default_factory=Notes)
    rows: list[Row] = field(default_factory=list)
    total: int = 0
    version_id: int | None = None
    has_clarity: bool = False
    counties: frozenset[str] | None = None
    placed: list[Row] = field(default_factory=list)

    @property
    def target(self) -> Target:
        """The table the rows go to."""
        return _TARGETS[self.kind]

    def drop(self, numbers: set[int]) -> None:
        """Take rows that were refused late out of the staging table too."""
        if numbers:
            imports.remove_rows(self.session, sorted(numbers))
            self.rows = [row for row in self.rows if row.number not in numbers]
