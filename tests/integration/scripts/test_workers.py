"""Workers beside the web server: there while it is, there again when one dies, gone when it is."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import sqlalchemy as sa

from geodata.db import make_engine, transaction
from geodata.jobs import service
from geodata.vocab import JobKind
from scripts.processes import is_alive, processes_of
from scripts.workers import workers_beside

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 240
HOLD = """
import sys, time
from scripts.workers import workers_beside
with workers_beside(sys.argv[1], count=1):
    print("started", flush=True)
    time.sleep(600)
"""


def workers_of(parent: int) -> list[int]:
    wanted = f"scripts.workers\0{parent}\0".encode()
    return [pid for pid, line in processes_of(os.getuid()) if wanted in line and is_alive(pid)]


def wait_until(holds, what):
    deadline = time.monotonic() + PATIENCE_S
    while not (found := holds()):
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.05)
    return found


def job_is_done(engine, job_id):
    with engine.connect() as connection:
        state = connection.execute(sa.text("SELECT state FROM jobs WHERE id = :id"), {"id": job_id}).scalar()
    return state == "done"


def ask(engine):
    with transaction(engine) as session:
        return service.ask(session, JobKind.ASSIGN, {}, by="tester").id


def test_a_worker_that_dies_is_started_again_and_none_is_left(database_url):
    engine = make_engine(database_url)
    with workers_beside(database_url, count=1):
        first = ask(engine)
        wait_until(lambda: job_is_done(engine, first), "the first job done")
        (old,) = workers_of(os.getpid())
        os.kill(old, signal.SIGKILL)
        second = ask(engine)
        wait_until(lambda: job_is_done(engine, second), "the second job done")
        assert workers_of(os.getpid()) != [old]
    assert workers_of(os.getpid()) == []
    engine.dispose()


def test_workers_end_when_the_web_server_is_killed(database_url):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, database_url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout.readline() == "started\n"
        found = wait_until(lambda: workers_of(server.pid), "a worker")
        server.kill()
    wait_until(lambda: not any(is_alive(pid) for pid in found), "the worker gone")
