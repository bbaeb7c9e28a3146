"""Answer coverage questions, keep answers, show them again."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from geodata.coverage.computation import compute
from geodata.coverage.figures import make_figures
from geodata.coverage.inputs import fingerprint, read_inputs
from geodata.coverage.question import CoverageAnswer, CoverageQuestion
from geodata.coverage.street_figures import street_figures, worst_unplaced
from geodata.errors import NotFound
from geodata.models import CoverageRun
from geodata.queries import coverage as queries
from geodata.queries.coverage_reads import read_outlines, read_place_names
from geodata.vocab import DayType, Measure


def answer_question(session: Session, question: CoverageQuestion) -> CoverageAnswer:
    """Answer a question from the data as they are; writes nothing.

    The same question over the same data gives the same figures. When that answer is stored already it
    is given back as stored, with its number and the time it was first computed.

    Raises:
        NotFound: ``rule_not_found``, ``county_not_found``.
        InvalidInput: ``minute_invalid``, ``day_type_invalid``, ``service_not_listed``,
            ``measure_invalid``, ``rule_without_straight_limit``, ``rule_without_street_limit``,
            ``streets_need_county``, ``no_network``.
    """
    question = question.normalized()
    inputs = read_inputs(session, question)
    described = inputs.describe()
    inputs_hash = fingerprint(described)
    stored = queries.find_run(session, question.columns(), inputs_hash)
    if stored is not None:
        return _from_run(stored)
    computed = compute(inputs, question)
    outlines: dict[str, dict[int, Any]] = {
        "county": read_outlines(
            session, "county", [each.id for each in inputs.counties if each.id], question.as_of
        ),
        "area": read_outlines(
            session, "area", [each.id for each in inputs.layouts["area"].zones if each.id], question.as_of
        ),
    }
    computed_at = datetime.now(UTC)
    figures = make_figures(computed, outlines=outlines, computed_at=computed_at, inputs_hash=inputs_hash)
    if inputs.streets is not None:
        ids = inputs.demand.ids[worst_unplaced(computed)]
        figures |= street_figures(computed, read_place_names(session, ids.tolist()))
    described["stations_at_moment"] = {
        str(facts.id): str(station.state)
        for facts, station in zip(computed.stations, computed.classes, strict=True)
    }
    return CoverageAnswer(
        question,
        figures["engine"],
        inputs_hash,
        described,
        figures,
        computed_at,
        network_version_id=inputs.streets.version["version_id"] if inputs.streets else None,
    )


def store_answer(session: Session, answer: CoverageAnswer) -> int:
    """Keep an answer with its inputs and return its number; the same answer twice is one row.

    Flushes; the caller commits.
    """
    if answer.run_id is not None:
        return answer.run_id
    values = {
        **answer.question.columns(),
        "engine": answer.engine,
        "inputs_hash": answer.inputs_hash,
        "inputs": answer.inputs,
        "figures": answer.figures,
        "computed_at": answer.computed_at,
        "network_version_id": answer.network_version_id,
    }
    run_id = queries.add_run(session, values)
    if run_id is None:
        stored = queries.find_run(session, answer.question.columns(), answer.inputs_hash)
        if stored is None:
            raise NotFound("run_not_found", run=answer.inputs_hash)
        return stored.id
    return run_id


def load_answer(session: Session, run_id: int) -> CoverageAnswer:
    """Show a stored answer again, exactly as it was given.

    Raises:
        NotFound: ``run_not_found``.
    """
    run = queries.get_run(session, run_id)
    if run is None:
        raise NotFound("run_not_found", run=run_id)
    return _from_run(run)


def as_stored(answer: CoverageAnswer, run_id: int) -> CoverageAnswer:
    """The answer with the number it was stored under."""
    return replace(answer, run_id=run_id)


def _from_run(run: CoverageRun) -> CoverageAnswer:
    question = CoverageQuestion(
        county_code=run.county_code,
        rule_code=run.rule_code,
        day_type=DayType(run.day_type),
        minute=run.minute,
        services=tuple(run.services),
        as_of=run.as_of,
        measure=Measure(run.measure),
    )
    return CoverageAnswer(
        question,
        run.engine,
        run.inputs_hash,
        run.inputs,
        run.figures,
        run.computed_at,
        run.id,
        run.network_version_id,
    )


__all__ = [
    "CoverageAnswer",
    "CoverageQuestion",
    "answer_question",
    "as_stored",
    "load_answer",
    "store_answer",
]
