"""``tenmin worker`` and ``tenmin jobs``: long work without the web."""

import click

from geodata.jobs import service
from geodata.models import Job
from geodata.queries import jobs as stored
from scripts.cli.console import Console, command
from scripts.workers import work
from webmap.i18n import has_key


@click.command()
@click.option("--once", is_flag=True, help="Do what is waiting, then end.")
@command
def worker(console: Console, *, once: bool) -> None:
    """Do the long work that people ask for on the pages, until Ctrl-C."""
    console.print(console.say("cli.worker_ready"))
    work(console.database_url, once=once)
    console.result({"ended": True})


@click.group("jobs")
def jobs() -> None:
    """Long work: what runs, what ended how, and calling it off."""


@jobs.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@command
def list_jobs(console: Console, limit: int) -> None:
    """List the newest jobs of everybody."""
    with console.transaction() as session:
        rows = stored.list_jobs(session, limit=limit)
        lines = [_line(console, row) for row in rows]
        result = [_values(row) for row in rows]
    for line in lines:
        console.print(line)
    console.result({"jobs": result})


@jobs.command()
@click.argument("job_id", type=int)
@click.option("--by", default="cli", show_default=True, help="Who does it; stands in the log.")
@command
def cancel(console: Console, job_id: int, by: str) -> None:
    """Call JOB_ID off: at once when it waits, at its next stage when it runs."""
    with console.transaction() as session:
        job = service.cancel(session, job_id, by=by)
        state = job.state
    console.print(console.say("cli.job_cancelled", id=job_id, state=console.say(f"job_state.{state}")))
    console.result({"id": job_id, "state": state})


def _values(job: Job) -> dict[str, object]:
    names = ("id", "kind", "state", "stage", "done", "total", "asked_by", "county_code", "attempts")
    return {name: getattr(job, name) for name in (*names, "asked_at", "finished_at", "error_code")}


def _line(console: Console, job: Job) -> str:
    key = f"error.{job.error_code}"
    why = console.say(key, **(job.error_params or {})) if job.error_code and has_key(key) else job.error_code
    return console.say(
        "cli.job",
        id=job.id,
        kind=console.say(f"job_kind.{job.kind}"),
        state=console.say(f"job_state.{job.state}"),
        by=job.asked_by,
        at=f"{job.asked_at:%Y-%m-%d %H:%M}",
        why=why or "",
    ).rstrip()
