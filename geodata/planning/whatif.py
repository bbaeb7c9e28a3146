"""What if: the figures of a county as a list of changes would leave them, while the hand is on the mouse.

What does not depend on the changes is read and measured once for each state of the data and kept; a try then
measures only from stations that came or moved, and anew over the streets only when walls or bridges changed.
The answer is that of the coverage engine over the changed inputs, and never an official figure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from geodata.coverage.inputs import read_inputs
from geodata.coverage.question import SUBJECTS, CoverageQuestion
from geodata.coverage.shelf import Shelf
from geodata.errors import InvalidInput
from geodata.planning.trying import Base, Tried
from geodata.planning.whatif_figures import base_figures, tried_figures
from geodata.queries.coverage import list_services
from geodata.queries.coverage_reads import read_outlines
from geodata.queries.state import data_version
from geodata.rules.changes import Change, check_changes, read_changes
from geodata.vocab import DayType

KEPT_BASES = 6
_bases: Shelf[Base] = Shelf(KEPT_BASES, lambda _base: 1)


def try_changes(
    session: Session, question: CoverageQuestion, rows: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The figures of a county with changes, and how they differ from those without; writes nothing.

    Args:
        session: reads only.
        question: of one county.
        rows: changes as JSON, see ``geodata.rules.changes``.

    Raises:
        InvalidInput: what reading and checking changes refuse, each with the number of the change;
            ``scenario_needs_county``; what the question itself refuses.
        NotFound: ``rule_not_found``, ``county_not_found``.
    """
    base = get_base(session, question)
    return tried_figures(_try(base, question, rows))


def compare(
    session: Session, question: CoverageQuestion, scenarios: Sequence[Sequence[Mapping[str, Any]]]
) -> dict[str, Any]:
    """Several lists of changes under one question, side by side with what is.

    A list that does not fit any more (a station is gone) has ``error`` in the place of its figures.

    Raises:
        InvalidInput, NotFound: what the question itself refuses.
    """
    base = get_base(session, question)
    return {
        "base": base_figures(_try(base, question, ())),
        "tried": [_try_or_say(base, question, rows) for rows in scenarios],
    }


def check_fits(session: Session, question: CoverageQuestion, rows: Sequence[Mapping[str, Any]]) -> None:
    """Whether changes could be tried in the county of a question.

    Raises:
        InvalidInput: as ``try_changes``.
        NotFound: as ``try_changes``.
    """
    base = get_base(session, question)
    base.check_services(question.services)
    _checked(base, rows)


def get_base(session: Session, question: CoverageQuestion) -> Base:
    """What is, for the county, rule, measure and date of a question; its hour and services do not matter.

    Raises:
        InvalidInput: ``scenario_needs_county``; what the question refuses.
        NotFound: ``rule_not_found``, ``county_not_found``.
    """
    if question.county_code is None:
        raise InvalidInput("scenario_needs_county")
    question = question.normalized()
    plain = replace(question, day_type=DayType.WORKDAY, minute=None, services=())
    key = (str(session.get_bind().engine.url), plain, data_version(session, SUBJECTS))

    def make() -> Base:
        inputs = read_inputs(session, plain)
        county = inputs.counties[0]
        outline = read_outlines(session, "county", [county.id], plain.as_of) if county.id else {}
        return Base.make(inputs, outline.get(county.id or 0), frozenset(list_services(session)))

    return _bases.get(key, make)


def _try(base: Base, question: CoverageQuestion, rows: Sequence[Mapping[str, Any]]) -> Tried:
    question = question.normalized()
    base.check_services(question.services)
    return base.attempt(question, _checked(base, rows))


def _try_or_say(base: Base, question: CoverageQuestion, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    try:
        return tried_figures(_try(base, question, rows))
    except InvalidInput as error:
        return {"error": {"code": error.code, "params": error.params}}


def _checked(base: Base, rows: Sequence[Mapping[str, Any]]) -> tuple[Change, ...]:
    changes = read_changes(rows)
    check_changes(changes, county=base.outline, stations=base.station_ids, services=base.listed_services)
    return changes
