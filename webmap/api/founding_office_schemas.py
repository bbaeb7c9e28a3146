"""Shapes of answers about the office behind the union work: whom to ask, whom to give work, the calendar."""

from datetime import date
from typing import Any

from pydantic import BaseModel

from webmap.api.founding_schemas import Colleague, GridRef, Person


class Assignee(BaseModel):
    """Somebody who can be given work."""

    id: int
    name: str
    role: str
    grid: GridRef
    in_hand: int


class Assignees(BaseModel):
    """Who can be given work, by grid."""

    people: list[Assignee]


class Owner(BaseModel):
    """Whom to ask: a grid and its liaison's work phone, or the union of a division; never a contact."""

    enterprise: Person | None
    grid: GridRef | None
    fallback: dict[str, Any] | None
    reason_zh: str
    reason_en: str
    liaison: Colleague | None
    is_acting: bool
    is_mine: bool


class Owners(BaseModel):
    """Answers to "whose is this"."""

    results: list[Owner]


class CalendarDay(BaseModel):
    """A day of the working calendar."""

    date: date
    is_workday: bool
    is_announced: bool
    name: str | None
    source: str
    version: int


class CalendarYear(BaseModel):
    """The days of a year; empty where the table does not reach."""

    year: int
    days: list[CalendarDay]


class CalendarAnswer(BaseModel):
    """The day after a write."""

    day: CalendarDay
