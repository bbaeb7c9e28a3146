"""A large import, its assignment and a coverage run beside the crowd, as an administrator starts them."""

import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from scripts.benches.province import SOUTH, WEST

_SPREAD_DEGREES = 0.4
_COMMANDS = (
    ("import", "enterprises", "{file}", "--datum", "wgs84", "--by", "bench"),
    ("assign",),
    ("coverage", "--time", "15:00"),
)


@contextmanager
def importing(engine: sa.Engine, *, rows: int, seed: int) -> Iterator[Callable[[], dict[str, int]]]:
    """Run the commands one after the other while the block lasts; the value tells how many are done.

    What is still under way when the block ends is ended.
    """
    with tempfile.TemporaryDirectory(prefix="tenmin-bench-") as folder:
        file = Path(folder) / "large.csv"
        _write(file, rows=rows, seed=seed)
        url = engine.url.render_as_string(hide_password=False)
        steps = [[part.format(file=file) for part in command] for command in _COMMANDS]
        script = Path(folder) / "steps"
        lines = ["set -e", *(f'"$PYTHON" -m scripts.tenmin {" ".join(step)}; echo done' for step in steps)]
        script.write_text("\n".join(lines), encoding="utf-8")
        done = Path(folder) / "done"
        with done.open("wb") as told:
            process = subprocess.Popen(  # noqa: S603 - our own commands
                ["/bin/sh", str(script)],
                env=os.environ | {"DATABASE_URL": url, "PYTHON": sys.executable},
                stdout=told,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        started = time.monotonic()
        try:
            yield lambda: {
                "import_rows": rows,
                "import_steps_done": done.read_text(encoding="utf-8").count("done\n"),
                "import_steps": len(steps),
                "import_seconds": round(time.monotonic() - started),
            }
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, 15)
        process.wait()


def _write(file: Path, *, rows: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    places = random.uniform((WEST, SOUTH), (WEST + _SPREAD_DEGREES, SOUTH + _SPREAD_DEGREES), (rows, 2))
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["企业名称", "经度", "纬度", "经营地址", "定位级别"])
        for number, (lon, lat) in enumerate(places.tolist()):
            writer.writerow(
                [f"导入企业{number}", f"{lon:.6f}", f"{lat:.6f}", f"导入路{number}号", "building"]
            )
