"""A large question of siting runs beside the web, tells how far it is, and can be called off."""

from datetime import date

import sqlalchemy as sa

from geodata.coverage.question import CoverageQuestion
from geodata.db import transaction
from geodata.jobs import service
from geodata.models import CandidateSite, DemandPoint, SitingRun
from geodata.planning.siting_question import SitingOptions
from geodata.vocab import JobKind, JobState
from tests.integration.geodata.jobs.conftest import COUNTY, SOUTH, WEST


def ask(office) -> int:
    with transaction(office.engine) as session:
        for number in range(5):
            place = f"SRID=4326;POINT({WEST + 0.01 * number + 0.01} {SOUTH + 0.05})"
            session.add(DemandPoint(name="路口", county_code=COUNTY, people=10 + number, geom=place))
            session.add(
                CandidateSite(
                    name=f"候选{number}", county_code=COUNTY, source="drawn", added_by="x", geom=place
                )
            )
    question = CoverageQuestion(county_code=COUNTY, as_of=date(2026, 11, 20)).normalized()
    params = {"question": question.to_json(), "options": SitingOptions(most=2).normalized().to_json()}
    with transaction(office.engine) as session:
        job = service.ask(
            session, JobKind.SITING, params, by="planner", user_id=office.user_id, county_code=COUNTY
        )
        return job.id


def test_the_answer_of_a_job_is_kept(office):
    job_id = ask(office)
    office.work_once()
    job = office.job(job_id)
    assert (job.state, job.error_code) == (JobState.DONE, None)
    with transaction(office.engine) as session:
        run = session.get_one(SitingRun, job.result["siting_id"])
        assert (run.result["people"], run.asked_by) == (14 + 13, "planner")


def test_a_job_called_off_keeps_nothing(office):
    job_id = ask(office)
    with transaction(office.engine) as session:
        service.cancel(session, job_id, by="planner", user_id=office.user_id)
    office.work_once()
    assert office.job(job_id).state == JobState.CANCELLED
    with transaction(office.engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(SitingRun)) == 0
