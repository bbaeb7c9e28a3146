"""Large questions of siting as jobs."""

from datetime import date
from typing import Any

from geodata.coverage.question import CoverageQuestion
from geodata.jobs.task import Task
from geodata.planning import siting
from geodata.planning.siting_question import SitingOptions
from geodata.vocab import DayType, Measure


def site(task: Task) -> dict[str, Any]:
    """Answer where to build next and keep the answer."""
    task.progress("siting_read", 0, 1)
    asked = task.params["question"]
    question = CoverageQuestion(
        county_code=task.county_code,
        rule_code=asked["rule"],
        day_type=DayType(asked["day"]),
        minute=asked["minute"],
        services=tuple(asked["services"]),
        as_of=date.fromisoformat(asked["as_of"]),
        measure=Measure(asked["measure"]),
    )
    prepared = siting.prepare(task.session, question, SitingOptions.from_json(task.params["options"]))
    run_id = siting.answer(task.session, prepared, by=task.by, heard=task.progress)
    return {"siting_id": run_id, "county": task.county_code}
