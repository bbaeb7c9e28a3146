"""Real worker processes, killed without warning."""

import signal

from geodata.db import transaction
from geodata.jobs import service
from geodata.vocab import JobKind
from tests.integration.geodata.jobs.conftest import enterprise_rows


def test_a_worker_killed_in_the_middle_of_an_import_is_replaced_and_rows_come_once(office, start_worker):
    job_id = office.ask_import(office.upload(*enterprise_rows(8000)))
    first = start_worker()
    stages = {"write", "assign_cover", "assign_border", "assign_rest", "assign_write"}
    office.wait_until(lambda: office.job(job_id).stage in stages, "writing")
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert office.count("enterprises") == 0
    start_worker()
    job = office.wait_for(job_id, "done", "failed")
    assert (job.state, job.attempts, job.error_code) == ("done", 2, None)
    assert office.count("enterprises") == office.count("assignments", "valid_to IS NULL") == 8000
    assert office.count("import_batches", "kind = 'enterprises'") == 1
    assert office.count("audit_entries", "action = 'import' AND after ->> 'kind' = 'enterprises'") == 1


def test_a_job_that_kills_its_worker_is_parked_after_three_tries_and_blocks_nothing(office, start_worker):
    poison = office.ask(JobKind.ASSIGN, odd="dies")
    good = office.ask(JobKind.ASSIGN)
    workers = [start_worker()]

    def parked():
        if workers[-1].poll() is not None:
            workers.append(start_worker())
        return office.job(poison).state == "failed"

    office.wait_until(lambda: parked() or office.job(good).state == "done", "the good one done")
    assert office.job(good).state == "done"
    assert office.job(poison).state != "failed"
    office.wait_until(parked, "the bad one parked")
    job = office.job(poison)
    assert (job.error_code, job.attempts, job.error_params) == ("job_lost_its_worker", 3, {"tries": 3})
    assert office.job(good).attempts == 1
    assert office.count("procrastinate_jobs", "status IN ('todo', 'doing') AND task_name = 'tenmin.job'") == 0


def test_a_running_job_stops_at_its_next_stage_when_called_off(office, start_worker):
    job_id = office.ask(JobKind.ASSIGN, steps=1000)
    start_worker()
    office.wait_until(lambda: office.job(job_id).done > 0, "some progress")
    with transaction(office.engine) as session:
        assert service.cancel(session, job_id, by="planner").state == "running"
    job = office.wait_for(job_id, "cancelled")
    assert job.finished_at is not None
    assert job.result is None


def test_a_worker_told_to_stop_gives_its_job_back_and_that_is_no_failed_try(office, start_worker):
    job_id = office.ask(JobKind.ASSIGN, steps=1000)
    first = start_worker()
    office.wait_until(lambda: office.job(job_id).done > 0, "some progress")
    first.send_signal(signal.SIGTERM)
    assert first.wait(timeout=30) == 0
    job = office.job(job_id)
    assert (job.state, job.attempts) == ("queued", 0)


def test_many_jobs_and_several_workers_have_each_effect_once(office, start_worker):
    asked = [
        office.ask_import(office.upload(*enterprise_rows(1, first=number)), kind=JobKind.IMPORT_SAVE)
        for number in range(9)
    ]
    for _ in range(3):
        start_worker()
    for job_id in asked:
        job = office.wait_for(job_id, "done", "failed")
        assert (job.state, job.result["inserted"]) == ("done", 1)
    assert office.count("enterprises") == 9
    assert office.count("import_batches", "kind = 'enterprises'") == 9
