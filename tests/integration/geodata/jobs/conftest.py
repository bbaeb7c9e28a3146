"""A committed county, somebody who asks, and real workers."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import shapely
import sqlalchemy as sa

from geodata.db import make_engine, transaction
from geodata.ingest.service import import_file
from geodata.jobs import files, service
from geodata.jobs.worker import run_worker
from geodata.models import Job, User
from geodata.queries import stored_files
from geodata.vocab import Datum, ImportKind, JobKind
from tests.integration.geodata.ingest.files import SOUTH, WEST, csv_file, geojson_file
from webmap.i18n import translate

COUNTY = "410103"
ODD_WORKER = Path(__file__).parent / "odd_worker.py"
ROOT = Path(__file__).resolve().parents[4]
HEADER = ["企业名称", "经营地址", "经度", "纬度", "职工人数"]
PATIENCE_S = 240


def enterprise_rows(count: int, *, first: int = 0) -> list[list[object]]:
    return [
        [
            f"郑州晨光{number}商贸有限公司",
            f"陇海路{number}号",
            WEST + 0.001 + (number % 300) * 0.0003,
            SOUTH + 0.001 + (number // 300) * 0.0003,
            number % 200,
        ]
        for number in range(first, first + count)
    ]


class Office:
    """A database with one county and one planner, to ask for jobs and look at what became of them."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.engine = make_engine(url)
        with transaction(self.engine) as session:
            user = User(login="planner", name="规划甲")
            session.add(user)
            session.flush()
            self.user_id = user.id
            path = geojson_file(
                folder / "county.geojson",
                (shapely.box(WEST, SOUTH, WEST + 0.1, SOUTH + 0.1), {"code": COUNTY, "name": "二七区"}),
            )
            import_file(session, ImportKind.DIVISIONS, path, datum=Datum.WGS84, by="tester")

    def upload(self, *rows: list[object], header: list[str] = HEADER) -> int:
        """A csv as somebody sent it."""
        path = csv_file(self.folder / "register.csv", header, *rows)
        content = path.read_bytes()
        with transaction(self.engine) as session:
            upload_id = files.begin_upload(session, name="名单.csv", user_id=self.user_id)
            pieces = [content[at : at + 65536] for at in range(0, len(content), 65536)]
            size, digest = files.keep_pieces(session, upload_id, pieces)
            stored_files.complete(session, upload_id, size_bytes=size, sha256=digest)
        return upload_id

    def ask(self, kind: JobKind = JobKind.ASSIGN, /, **params: object) -> int:
        """Ask for a job and commit."""
        with transaction(self.engine) as session:
            return service.ask(session, kind, params, by="planner", user_id=self.user_id).id

    def ask_import(self, upload_id: int, *, kind: JobKind = JobKind.IMPORT_SAVE, **params: object) -> int:
        wanted = {"kind": "enterprises", "datum": "wgs84", "county": COUNTY} | params
        return self.ask(kind, upload_id=upload_id, **wanted)

    def job(self, job_id: int) -> Job:
        with transaction(self.engine) as session:
            job = session.get_one(Job, job_id)
            session.expunge(job)
            return job

    def count(self, table: str, condition: str = "true") -> int:
        with self.engine.connect() as connection:
            statement = f"SELECT count(*) FROM {table} WHERE {condition}"  # noqa: S608 - words of these tests
            return connection.execute(sa.text(statement)).scalar()

    def work_once(self) -> None:
        """Let a worker of this process do what is waiting."""
        run_worker(self.url, say_in=lambda language: partial(translate, language), once=True)

    def wait_until(self, holds: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < deadline, f"never: {what}"
            time.sleep(0.02)

    def wait_for(self, job_id: int, *states: str) -> Job:
        self.wait_until(lambda: self.job(job_id).state in states, f"job {job_id} {states}")
        return self.job(job_id)


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    made = Office(database_url, tmp_path)
    yield made
    made.engine.dispose()


@pytest.fixture
def start_worker(office: Office) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts real worker processes; all are ended after the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("WEBMAP_")}
        process = subprocess.Popen(
            [sys.executable, str(ODD_WORKER), office.url],
            cwd=ROOT,
            env=environment | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.send_signal(signal.SIGKILL)
        process.wait()
