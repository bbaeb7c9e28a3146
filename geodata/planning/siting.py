"""Where to build next: ask, plan, count again, keep; and look at what was answered."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from geodata.coverage.computation import Computation, compute
from geodata.coverage.inputs import fingerprint, read_inputs
from geodata.coverage.question import CoverageQuestion
from geodata.errors import Conflict, InvalidInput, NotFound
from geodata.models import SitingRun
from geodata.planning.siting_answers import answer_all, answer_most, answer_spare
from geodata.planning.siting_question import SitingOptions
from geodata.planning.siting_sites import Sites, find_sites
from geodata.queries import audit
from geodata.queries import siting as queries
from geodata.queries.scopes import Scope
from geodata.rules.coverage import NOT_COVERED, ONE
from geodata.rules.reach import Ints
from geodata.rules.siting import Effort
from geodata.rules.siting_problem import SitingProblem, make_problem, merge_places
from geodata.rules.siting_search import Heard
from geodata.vocab import SitingGoal

METHOD = "siting/1"
"""Name of the method; a new number makes stored answers of the old one no longer the answer of today."""

QUICK_DEMAND = 20_000
QUICK_PAIRS = 4_000
"""Merged pairs of places and sites up to which a question is answered while one waits."""

MAX_PAIRS = 20_000_000
"""Pairs beyond which a question is refused: fewer candidates or a smaller rule are needed."""


_WAITING = Effort(time_limit_s=5.0)
"""For small questions, which somebody waits for; they are proved in a fraction of it."""


@dataclass(frozen=True)
class Prepared:
    """A question with everything read and measured; ``problem`` has the places that can matter."""

    question: CoverageQuestion
    options: SitingOptions
    computed: Computation
    sites: Sites
    problem: SitingProblem
    inputs_hash: str

    @cached_property
    def is_quick(self) -> bool:
        """Whether the answer takes about a second or less."""
        return int(merge_places(self.problem).reach.nnz) <= QUICK_PAIRS


def prepare(session: Session, question: CoverageQuestion, options: SitingOptions) -> Prepared:
    """Read and measure a question about one county; writes nothing.

    Raises:
        InvalidInput: ``siting_needs_county``, ``siting_too_large``, and what the options and the coverage
            question raise.
        NotFound: ``rule_not_found``, ``county_not_found``.
    """
    question, options = question.normalized(), options.normalized()
    if question.county_code is None:
        raise InvalidInput("siting_needs_county")
    inputs = read_inputs(session, question)
    computed = compute(inputs, question)
    sites = find_sites(session, computed, options)
    if sites.reach.nnz > MAX_PAIRS:
        raise InvalidInput("siting_too_large", pairs=int(sites.reach.nnz), limit=MAX_PAIRS)
    described = {
        "method": METHOD,
        "question": question.to_json(),
        "options": options.to_json(),
        "coverage": inputs.describe(),
        "sites": sites.digest(),
    }
    return Prepared(
        question, options, computed, sites, _problem(computed, sites, options), fingerprint(described)
    )


def is_long(session: Session, county_code: str) -> bool:
    """Whether a county is so large that even reading it should not keep anybody waiting."""
    return queries.count_demand(session, county_code) > QUICK_DEMAND


def find_answer(session: Session, prepared: Prepared) -> SitingRun | None:
    """The answer kept for the same question over the same data."""
    return queries.find_run(session, prepared.question.county_code or "", prepared.inputs_hash)


def answer(session: Session, prepared: Prepared, *, by: str, heard: Heard | None = None) -> int:
    """Answer a prepared question and keep the answer; the same question over the same data is one answer.

    Returns the number of the answer. Flushes; the caller commits.

    Raises:
        InvalidInput: terms that no plan can keep, see ``geodata.rules.siting``.
        Conflict: ``siting_recount_differs`` when the coverage engine counts other people than the plan
            claims; nothing is kept.
    """
    kept = find_answer(session, prepared)
    if kept is not None:
        return kept.id
    make = {SitingGoal.MOST: answer_most, SitingGoal.ALL: answer_all, SitingGoal.SPARE: answer_spare}
    goal = prepared.options.goal
    result = make[goal](
        prepared.computed,
        prepared.sites,
        prepared.problem,
        prepared.options,
        effort=_WAITING if prepared.is_quick else Effort(),
        heard=heard,
    )
    if result["people"] != result["recounted"]:
        raise Conflict("siting_recount_differs", claimed=result["people"], counted=result["recounted"])
    inputs = prepared.computed.inputs
    result |= {
        "rule": {name: value for name, value in inputs.rule.items() if name != "unconfirmed_after_days"},
        "services": inputs.services,
        "method": METHOD,
    }
    return queries.add_run(
        session,
        {
            "county_code": prepared.question.county_code,
            "question": prepared.question.to_json(),
            "options": prepared.options.to_json(),
            "inputs_hash": prepared.inputs_hash,
            "result": result,
            "asked_by": by,
        },
    )


def note_asked(session: Session, run_id: int, county_code: str, *, by: str) -> None:
    """Say in the log that somebody asked."""
    audit.note(
        session,
        by=by,
        action="siting_asked",
        subject_kind="siting_run",
        subject_id=run_id,
        after={"county": county_code},
    )


def load_answer(session: Session, run_id: int, scope: Scope) -> dict[str, Any]:
    """A kept answer exactly as it was given.

    Raises:
        NotFound: ``siting_not_found``, for one of a county that is not the reader's as for none.
    """
    run = queries.get_run(session, run_id)
    if run is None or not scope.has_county(run.county_code):
        raise NotFound("siting_not_found", id=run_id)
    return {
        "id": run.id,
        "county": run.county_code,
        "question": run.question,
        "options": run.options,
        "inputs_hash": run.inputs_hash,
        "asked_by": run.asked_by,
        "computed_at": run.computed_at.isoformat(),
        **run.result,
    }


def _problem(computed: Computation, sites: Sites, options: SitingOptions) -> SitingProblem:
    """People not served yet. Who may be served already (hours unknown) is nobody's gain."""
    digit, people = computed.cover.digit, computed.people
    wanted = np.isin(digit, (NOT_COVERED, ONE)) if options.second else digit == NOT_COVERED
    need: Ints = np.where(digit == NOT_COVERED, 2, 1) if options.second else np.ones(len(people), np.int64)
    return make_problem(np.where(wanted, people, 0), sites.reach, need)
