"""A real worker in which some jobs do odd things when asked: kill their process, or take their time."""

import os
import signal
import sys
import time

from geodata.jobs import running
from geodata.jobs.task import Task
from geodata.vocab import JobKind
from scripts.workers import work

real = dict(running.WORKS)


def odd(kind: JobKind):
    def do(task: Task):
        if task.params.get("odd") == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        for step in range(task.params.get("steps", 0)):
            task.progress("assign_cover", step, 1000)
            time.sleep(0.05)
        result = real[kind](task)
        if task.params.get("odd") == "dies_late":
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return do


running.WORKS.update({kind: odd(kind) for kind in real})  # type: ignore[attr-defined]
work(sys.argv[1])
