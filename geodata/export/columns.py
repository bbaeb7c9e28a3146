"""What a list shows: its columns, and values in words for people or codes for programs.

Headers and words are those an import understands, so that what is exported can be imported again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from geodata.errors import InvalidInput
from geodata.rules import file_words as words
from geodata.rules.file_fields import FIELDS, Field
from geodata.rules.hours_text import format_hours, parse_hours
from geodata.rules.service_text import format_service
from geodata.vocab import AssignmentMethod, AssignmentStatus, ImportKind

CONTACTS = ("contact_name", "contact_phone")
Say = Callable[..., str]

_ASSIGNMENTS = (
    Field("name", ("企业名称",)),
    Field("uscc", ("统一社会信用代码",), "code"),
    Field("county_code", ("县级代码",), "code"),
    Field("grid_code", ("网格编号",), "code"),
    Field("grid_name", ("网格名称",)),
    Field("other_grid_code", ("相邻网格编号",), "code"),
    Field("fallback_code", ("兜底工会代码",), "code"),
    Field("method", ("归属方式",)),
    Field("status", ("归属状态",)),
    Field("boundary_version", ("边界版本",)),
    Field("valid_from", ("开始时间",)),
    Field("lon", ("经度",), "coordinate"),
    Field("lat", ("纬度",), "coordinate"),
    Field("is_invented", ("虚构数据",), "flag"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list. ``item`` names the service item of a service column."""

    field: Field
    header: str
    item: str | None = None

    @property
    def is_number(self) -> bool:
        """Whether values are numbers; codes never are."""
        return self.field.reading in {"integer", "number", "coordinate"}


def list_columns(
    kind: str, *, for_people: bool, items: Mapping[str, tuple[str, str]], with_contacts: bool
) -> list[Column]:
    """Columns of a list, with Chinese headers for tables and field names for GIS files."""
    fields = _ASSIGNMENTS if kind == "assignments" else FIELDS[ImportKind(kind)]
    shown = [f for f in fields if f.name != "geometry" and (with_contacts or f.name not in CONTACTS)]
    columns = [Column(f, _header(f) if for_people else f.name) for f in shown]
    if kind == ImportKind.STATIONS:
        columns += [
            Column(Field(f"service:{code}", ()), names[0] if for_people else code, code)
            for code, names in items.items()
        ]
    return columns


def _header(field: Field) -> str:
    # The datum stands beside every exported pair.
    return f"{field.labels[0]}_WGS84" if field.name in {"lon", "lat"} else field.labels[0]


def value_of(column: Column, row: Mapping[str, Any], *, for_people: bool, say: Say | None) -> Any:
    """One cell: a number, a text, or None."""
    if column.item is not None:
        offered = (row["services"] or {}).get(column.item)
        return format_service(*offered) if offered else None
    name = column.field.name
    if name == "active_hours":
        return hours_of(None, row["openings"])
    value = row[name]
    if name == "hours_text":
        return hours_of(value, row["openings"])
    if name in {"method", "status"} and column.field.reading == "text" and say and for_people and value:
        enum = AssignmentMethod if name == "method" else AssignmentStatus
        return say(f"assignment_{name}.{enum(value)}")
    return _in_words(column.field, value) if for_people else _in_codes(value)


def _in_words(field: Field, value: Any) -> Any:
    if value is None:
        return None
    if field.choices is not None:
        return {str(code): labels[0] for code, labels in field.choices.items()}.get(value, value)
    if field.reading == "flag":
        return words.YES[0] if value else words.NO[0]
    return _in_codes(value)


def _in_codes(value: Any) -> Any:
    if isinstance(value, list):
        return ";".join(value) or None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def hours_of(text: str | None, openings: list[list[int]] | None) -> str | None:
    """The stored wording while it tells the stored hours, else the hours written out."""
    stored = sorted((day, opens, closes) for day, opens, closes in openings or [])
    if not stored:
        return text
    try:
        if text is not None and parse_hours(text) == stored:
            return text
    except InvalidInput:
        pass
    return format_hours(stored)
