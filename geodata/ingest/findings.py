"""What an import says: findings about rows, changes it makes, and the report."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from geodata.errors import InvalidInput
from geodata.vocab import ImportKind, Severity

SHOWN_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class RowFinding:
    """A finding about a row, or with ``row_number`` None about the whole file.

    ``column`` is a field name (label ``column.<field>``), ``code`` has a sentence ``error.<code>``.
    """

    row_number: int | None
    column: str | None
    severity: Severity
    code: str
    value: str | None
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RowChange:
    """What an updated row changes: ``{column: (before, after)}``."""

    row_number: int
    key: str
    columns: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """A row where the file puts it, for a map before anything is stored.

    ``wkb`` is in stored degrees; ``severity`` is the worst that was found about the row.
    """

    row_number: int
    name: str
    wkb: bytes
    severity: Severity | None


@dataclass(frozen=True)
class ImportReport:
    """The answer to an import: ``rows = inserted + updated + unchanged + refused``, and warned ones beside.

    ``batch_id`` is None on a dry run. ``touched_ids`` are rows that appeared, or changed in a way that
    moves them or their responsibility. When ``all_or_nothing`` was asked and a row was refused, every
    row counts as refused and a finding ``all_or_nothing`` about the file says so. ``drawn`` is filled by a
    dry run only.
    """

    kind: ImportKind
    file_name: str
    datum: str
    batch_id: int | None
    dry_run: bool
    rows: int
    inserted: int
    updated: int
    unchanged: int
    refused: int
    warned: int
    findings: list[RowFinding]
    changes: list[RowChange]
    touched_ids: list[int]
    drawn: list[DrawnRow] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        """Whether nothing at all of the file was taken."""
        return self.rows == self.refused and self.rows > 0


@dataclass(slots=True)
class Notes:
    """Collects findings while rows are read; knows which rows are out."""

    findings: list[RowFinding] = field(default_factory=list)
    refused_rows: set[int] = field(default_factory=set)

    def refuse(
        self, row: int | None, column: str | None, code: str, /, value: str | None = None, **params: Any
    ) -> None:
        """Leave a row out, and say why."""
        self._add(Severity.REFUSED, row, column, code, value, params)
        if row is not None:
            self.refused_rows.add(row)

    def warn(
        self, row: int | None, column: str | None, code: str, /, value: str | None = None, **params: Any
    ) -> None:
        """Take a row, and say what should be looked at."""
        self._add(Severity.WARNING, row, column, code, value, params)

    def note_error(self, row: int, column: str, error: InvalidInput, *, strict: bool) -> None:
        """Turn an unreadable value into a refusal or a warning."""
        params = dict(error.params)
        value = params.pop("value", None)
        (self.refuse if strict else self.warn)(row, column, error.code, value, **params)

    def _add(
        self,
        severity: Severity,
        row: int | None,
        column: str | None,
        code: str,
        value: str | None,
        params: dict[str, Any],
    ) -> None:
        shown = None if value is None else str(value)[:SHOWN_CHARACTERS]
        self.findings.append(RowFinding(row, column, severity, code, shown, params))

    def count_warned(self) -> int:
        """Rows taken with at least one warning."""
        return len({f.row_number for f in self.warnings() if f.row_number not in self.refused_rows} - {None})

    def warnings(self) -> Iterable[RowFinding]:
        """The findings that refuse nothing."""
        return (finding for finding in self.findings if finding.severity is Severity.WARNING)

    def sorted(self) -> list[RowFinding]:
        """The file first, then the rows in order; refusals of a row before its warnings."""
        return sorted(self.findings, key=lambda f: (f.row_number or 0, f.severity is Severity.WARNING))
