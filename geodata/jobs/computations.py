"""Assignment of everybody and coverage answers as jobs."""

from dataclasses import asdict
from datetime import date
from typing import Any

from geodata.assignment.service import assign_enterprises
from geodata.coverage.question import CoverageQuestion
from geodata.coverage.service import answer_question, store_answer
from geodata.jobs.task import Task
from geodata.queries import audit
from geodata.queries.tile_tables import refresh
from geodata.vocab import DayType, Measure


def assign(task: Task) -> dict[str, Any]:
    """Propose an owner for everybody and write what differs."""
    summary = assign_enterprises(task.session, progress=task.progress)
    if summary.opened or summary.closed:
        audit.note(
            task.session,
            by=task.by,
            action="assigned",
            subject_kind="assignments",
            subject_id="all",
            after={"opened": summary.opened, "closed": summary.closed},
        )
    refresh(task.session, progress=task.progress)
    return asdict(summary)


def cover(task: Task) -> dict[str, Any]:
    """Answer a coverage question and keep the answer with its inputs."""
    params = task.params
    question = CoverageQuestion(
        county_code=task.county_code,
        rule_code=params["rule"],
        day_type=DayType(params["day"]),
        minute=params["minute"],
        services=tuple(params["services"]),
        as_of=date.fromisoformat(params["as_of"]),
        measure=Measure(params.get("measure", Measure.STRAIGHT_LINE)),
    )
    task.progress("cover", 0, 2)
    answer = answer_question(task.session, question)
    task.progress("cover", 1, 2)
    run_id = store_answer(task.session, answer)
    return {"run_id": run_id, "people": answer.figures.get("people"), "question": question.to_json()}
