"""Answers that page and API both show: computed once for a state of the data, then kept.

The hours of a week, ways, longer opening, and both measures side by side.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geodata.coverage.difference import answer_difference
from geodata.coverage.longer import propose_longer_hours
from geodata.coverage.question import SUBJECTS
from geodata.coverage.ways import answer_ways
from geodata.coverage.week import WeekQuestion, answer_week
from geodata.planning.preflight import run_preflight, summary_of
from geodata.queries.state import data_version
from geodata.vocab import Measure
from webmap import requests
from webmap.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from geodata.coverage.question import CoverageQuestion

WEEK_SUBJECTS = (*SUBJECTS, "calendar")
"""What such answers depend on: which days are holidays, too."""

_MEMORY_BYTES = 32 * 1024 * 1024
_GZIP_LEVEL = 5
_memory = Memory(_MEMORY_BYTES)


def week_of(question: WeekQuestion) -> bytes:
    """The 24 x 7 picture as gzipped JSON."""
    question = question.normalized()
    return _kept(("week", question), lambda: answer_week(requests.session(), question))


def ways_of(question: CoverageQuestion) -> bytes:
    """The ways to the nearest station as gzipped JSON."""
    question = question.normalized()
    return _kept(("ways", question), lambda: answer_ways(requests.session(), question))


def longer_hours_for(question: CoverageQuestion, *, count: int, all_night: bool) -> bytes:
    """The stations to open longer as gzipped JSON."""
    question = question.normalized()
    return _kept(
        ("longer", question, count, all_night),
        lambda: propose_longer_hours(requests.session(), question, count=count, all_night=all_night),
    )


def difference_of(question: CoverageQuestion) -> bytes:
    """Straight line and streets side by side as gzipped JSON."""
    question = replace(question, measure=Measure.STREETS).normalized()
    return _kept(("difference", question), lambda: answer_difference(requests.session(), question))


def preflight_of(question: CoverageQuestion) -> bytes:
    """The preflight of a county as gzipped JSON, not yet in words."""
    question = question.normalized()
    return _kept(("preflight", question), lambda: run_preflight(requests.session(), question))


def preflight_summary(question: CoverageQuestion) -> dict[str, Any]:
    """How many stations and places of a county are unusable, and how many doubtful."""
    # The hour does not matter to it, so all hours of a day share one.
    question = replace(question, minute=None, services=()).normalized()
    return unpack(_kept(("preflight summary", question), lambda: summary_of(requests.session(), question)))


def version() -> str:
    """The state of the data that these answers come from."""
    return data_version(requests.session(), WEEK_SUBJECTS)


def unpack(answer: bytes) -> dict[str, Any]:
    """The values of a kept answer."""
    values: dict[str, Any] = json.loads(gzip.decompress(answer))
    return values


def _kept(question: Hashable, make: Callable[[], dict[str, Any]]) -> bytes:
    def packed() -> bytes:
        text = json.dumps(make(), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return gzip.compress(text.encode(), _GZIP_LEVEL, mtime=0)

    return _memory.get((str(requests.engine().url), question, version()), packed)
