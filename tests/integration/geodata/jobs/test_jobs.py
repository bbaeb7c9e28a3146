"""Jobs: both or none with the asker's transaction, one effect, an end in words."""

from collections import Counter

import pytest
import sqlalchemy as sa

from geodata.db import transaction
from geodata.errors import Conflict, NotFound, TooMany
from geodata.jobs import keeper, service
from geodata.jobs.running import TryAgain, run_job
from geodata.queries import jobs
from geodata.rules.jobs import MAX_OPEN_OF_ONE
from geodata.vocab import JobKind
from tests.integration.geodata.jobs.conftest import enterprise_rows
from webmap.i18n import translate


def say_in(language):
    return lambda key, **params: translate(language, key, **params)


def run(office, job_id):
    run_job(office.engine, job_id, office.job(job_id).queue_id, say_in=say_in)


class Broken(Exception):
    """The n-th statement failed."""


def test_a_job_asked_for_in_a_rolled_back_transaction_does_not_run(office):
    def ask_and_break():
        with transaction(office.engine) as session:
            service.ask(session, JobKind.ASSIGN, {}, by="planner", user_id=office.user_id)
            raise Broken

    with pytest.raises(Broken):
        ask_and_break()
    assert office.count("jobs") == office.count("procrastinate_jobs") == 0
    assert office.count("audit_entries", "action = 'job_asked'") == 0


def test_a_job_runs_and_says_what_it_did(office):
    job_id = office.ask(JobKind.ASSIGN)
    office.work_once()
    job = office.job(job_id)
    assert (job.state, job.attempts, job.error_code) == ("done", 1, None)
    assert job.result["enterprises"] == 0
    assert office.count("procrastinate_jobs", "task_name = 'tenmin.job'") == 0


def test_an_import_comes_in_with_owners_and_its_file_goes(office):
    job_id = office.ask_import(office.upload(*enterprise_rows(20)))
    office.work_once()
    job = office.job(job_id)
    assert job.result["inserted"] == 20
    assert job.result["assigned"]["fallback"] == 20
    (move,) = job.result["moves"]
    assert (move["from_code"], move["to_code"], move["to_name"]) == (None, "410103", "二七区")
    assert move["enterprises"] == 20
    assert office.count("enterprises") == office.count("assignments") == 20
    assert office.count("stored_files") == office.count("file_chunks") == 0


def test_a_preview_changes_nothing_and_shows_where_rows_lie(office):
    rows = enterprise_rows(5)
    rows.append(["", "无名路", 113.65, 34.75, 3])
    upload_id = office.upload(*rows)
    job_id = office.ask_import(upload_id, kind=JobKind.IMPORT_PREVIEW)
    office.work_once()
    job = office.job(job_id)
    assert job.state == "done"
    assert (job.result["inserted"], job.result["refused"], job.result["batch_id"]) == (5, 1, None)
    assert job.result["findings"][0]["row_number"] == 7
    assert job.result["drawn"] == 5
    assert office.count("enterprises") == office.count("import_batches", "kind = 'enterprises'") == 0
    assert office.count("stored_files", "purpose IN ('report', 'preview') AND is_complete") == 2
    assert office.count("stored_files", "purpose = 'upload'") == 1


def test_the_same_file_twice_adds_nothing(office):
    rows = enterprise_rows(10)
    first, second = (office.ask_import(office.upload(*rows)) for _ in range(2))
    office.work_once()
    assert office.job(first).result["inserted"] == 10
    assert (office.job(second).result["inserted"], office.job(second).result["unchanged"]) == (0, 10)
    assert office.count("enterprises") == 10


def test_a_refused_file_fails_the_job_in_words(office):
    job_id = office.ask_import(office.upload(["1"], header=["没有的表头"]))
    office.work_once()
    job = office.job(job_id)
    assert (job.state, job.error_code) == ("failed", "header_missing")
    for locale in ("zh", "en"):
        assert translate(locale, f"error.{job.error_code}", **job.error_params)


def test_a_file_of_a_county_that_is_not_the_askers_is_refused_row_by_row(office):
    job_id = office.ask_import(office.upload(*enterprise_rows(3)), county="410102", counties=["410102"])
    office.work_once()
    assert office.job(job_id).result["refused"] == 3
    assert {finding["code"] for finding in office.job(job_id).result["findings"]} >= {"county_not_yours"}
    assert office.count("enterprises") == 0


def test_two_workers_with_one_job_have_one_effect(office):
    job_id = office.ask_import(office.upload(*enterprise_rows(4)))
    queue_id = office.job(job_id).queue_id
    with transaction(office.engine) as session:
        jobs.take_job(session, job_id, queue_id)
    run(office, job_id)  # takes it over: the first one's version is gone
    with transaction(office.engine) as session:
        assert not jobs.finish(session, job_id, 2, {})
    assert office.job(job_id).state == "done"
    assert office.count("enterprises") == 4
    run(office, job_id)
    assert office.count("import_batches", "kind = 'enterprises'") == 1


def test_whichever_statement_of_an_import_fails_nothing_is_left_and_the_job_says_so(office):
    upload_id = office.upload(*enterprise_rows(2))
    left = 0

    def fail(*_) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Broken

    failed = Counter()
    for number in range(1, 400):
        job_id = office.ask_import(upload_id)
        left = number
        sa.event.listen(office.engine, "before_cursor_execute", fail)
        broke = False
        try:
            run(office, job_id)
        except Broken:
            broke = True  # taking the job or writing down its end: nobody could be told
        finally:
            sa.event.remove(office.engine, "before_cursor_execute", fail)
        if left > 0:
            break
        job = office.job(job_id)
        if broke:
            assert job.state in {"queued", "running"}, number
            with transaction(office.engine) as session:  # as the sweep does when all tries are used
                jobs.park(session, job_id)
        else:
            assert (job.state, job.error_code) == ("failed", "job_broke"), number
        failed[job.state] += 1
        assert office.count("enterprises") == office.count("assignments") == 0, number
        assert office.count("import_batches", "kind = 'enterprises'") == 0, number
    assert failed["failed"] > 30
    assert office.job(job_id).state == "done"
    assert office.count("enterprises") == 2


def test_a_lost_connection_is_tried_again_and_a_third_time_is_the_last(office):
    job_id = office.ask(JobKind.ASSIGN)
    for _ in range(2):
        with pytest.raises(TryAgain):
            _run_with_outage(office, job_id)
        with transaction(office.engine) as session:
            session.execute(sa.text("UPDATE procrastinate_jobs SET status = 'failed'"))
        assert keeper.sweep(office.engine) == 1
    _run_with_outage(office, job_id)
    job = office.job(job_id)
    assert (job.state, job.error_code, job.attempts) == ("failed", "job_database_busy", 3)


def _run_with_outage(office, job_id):
    def fail(connection, cursor, statement, *_) -> None:
        if "pg_advisory_xact_lock" in statement:
            raise sa.exc.OperationalError(statement, {}, Exception("terminating connection"))

    sa.event.listen(office.engine, "before_cursor_execute", fail)
    try:
        run(office, job_id)
    finally:
        sa.event.remove(office.engine, "before_cursor_execute", fail)


def test_a_waiting_job_is_called_off_at_once(office):
    job_id = office.ask_import(office.upload(*enterprise_rows(3)))
    with transaction(office.engine) as session:
        assert service.cancel(session, job_id, by="planner", user_id=office.user_id).state == "cancelled"
    office.work_once()
    assert office.job(job_id).attempts == 0
    assert office.count("enterprises") == 0
    with pytest.raises(Conflict, match="job_is_over"), transaction(office.engine) as session:
        service.cancel(session, job_id, by="planner")


def test_a_job_called_off_before_its_end_leaves_nothing(office):
    job_id = office.ask_import(office.upload(*enterprise_rows(3)))
    seen = []

    def call_off(connection, cursor, statement, *_) -> None:
        if "drop table if exists staged_rows" in statement.lower() and not seen:
            seen.append(statement)
            with transaction(office.engine) as session:
                service.cancel(session, job_id, by="planner")

    sa.event.listen(office.engine, "before_cursor_execute", call_off)
    try:
        run(office, job_id)
    finally:
        sa.event.remove(office.engine, "before_cursor_execute", call_off)
    assert seen
    assert office.job(job_id).state == "cancelled"
    assert office.count("enterprises") == 0


def test_another_persons_job_is_not_found(office):
    job_id = office.ask(JobKind.ASSIGN)
    with transaction(office.engine) as session:
        with pytest.raises(NotFound, match="job_not_found"):
            service.get_own(session, job_id, user_id=office.user_id + 1)
        with pytest.raises(NotFound, match="job_not_found"):
            service.cancel(session, job_id, by="other", user_id=office.user_id + 1)


def test_one_person_cannot_fill_the_queue(office):
    for _ in range(MAX_OPEN_OF_ONE):
        office.ask(JobKind.ASSIGN)
    with pytest.raises(TooMany, match="too_many_jobs"):
        office.ask(JobKind.ASSIGN)


def test_the_end_of_a_job_is_a_notice_until_it_was_looked_at(office):
    job_id = office.ask(JobKind.ASSIGN)
    with transaction(office.engine) as session:
        assert jobs.count_unseen(session, office.user_id) == 0
    office.work_once()
    with transaction(office.engine) as session:
        assert jobs.count_unseen(session, office.user_id) == 1
        assert service.mark_seen(session, user_id=office.user_id + 1, job_ids=[job_id]) == 0
        assert service.mark_seen(session, user_id=office.user_id, job_ids=[job_id]) == 1
        assert jobs.count_unseen(session, office.user_id) == 0


def test_an_import_of_new_rows_is_taken_back_until_something_depends_on_them(office):
    office.ask_import(office.upload(*enterprise_rows(5)))
    office.work_once()
    with office.engine.connect() as connection:
        batch_id = connection.execute(sa.text("SELECT max(id) FROM import_batches")).scalar()
    undone = office.ask(JobKind.IMPORT_UNDO, batch_id=batch_id)
    office.work_once()
    assert office.job(undone).result["removed"] == 5
    assert office.count("enterprises") == office.count("assignments") == 0
    again = office.ask(JobKind.IMPORT_UNDO, batch_id=batch_id)
    office.work_once()
    assert office.job(again).error_code == "import_depended_on"


def test_a_row_changed_since_keeps_the_whole_import(office):
    office.ask_import(office.upload(*enterprise_rows(5)))
    office.work_once()
    with office.engine.begin() as connection:
        batch_id = connection.execute(sa.text("SELECT max(id) FROM import_batches")).scalar()
        connection.execute(
            sa.text("UPDATE enterprises SET version = 2 WHERE id = (SELECT min(id) FROM enterprises)")
        )
    undone = office.ask(JobKind.IMPORT_UNDO, batch_id=batch_id)
    office.work_once()
    assert office.job(undone).error_code == "import_depended_on"
    assert office.count("enterprises") == office.count("assignments") == 5


def test_divisions_are_never_taken_back(office):
    with office.engine.connect() as connection:
        batch_id = connection.execute(sa.text("SELECT min(id) FROM import_batches")).scalar()
    undone = office.ask(JobKind.IMPORT_UNDO, batch_id=batch_id)
    office.work_once()
    assert office.job(undone).error_code == "import_depended_on"
    assert office.count("divisions") == 1
