"""Bounded memory: each answer made once at a time, the oldest given up first."""

import threading

import pytest

from webmap.memory import Memory


def test_an_answer_is_made_once():
    memory, made = Memory(100), []
    for _ in range(3):
        assert memory.get("a", lambda: made.append(1) or b"text") == b"text"
    assert len(made) == 1


def test_an_empty_answer_is_remembered_too():
    memory, made = Memory(100), []
    for _ in range(2):
        assert memory.get("a", lambda: made.append(1) or b"") == b""
    assert len(made) == 1


def test_the_least_recently_used_goes_when_there_are_too_many_bytes():
    memory = Memory(10)
    memory.get("a", lambda: b"12345")
    memory.get("b", lambda: b"12345")
    memory.get("a", lambda: pytest.fail("still kept"))
    memory.get("c", lambda: b"12345")
    memory.get("a", lambda: pytest.fail("used again, so kept"))
    assert memory.get("b", lambda: b"new") == b"new"


def test_an_answer_larger_than_the_memory_is_given_but_not_kept():
    memory = Memory(3)
    assert memory.get("a", lambda: b"12345") == b"12345"
    assert memory.get("a", lambda: b"other") == b"other"


def test_a_failure_is_raised_and_not_remembered():
    memory = Memory(10)
    with pytest.raises(ZeroDivisionError):
        memory.get("a", lambda: b"" * (1 // 0))
    assert memory.get("a", lambda: b"ok") == b"ok"


def test_threads_that_want_the_same_answer_wait_for_the_first():
    memory, made, begun, go = Memory(100), [], threading.Event(), threading.Event()

    def make() -> bytes:
        made.append(1)
        begun.set()
        assert go.wait(5)
        return b"text"

    results: list[bytes] = []
    threads = [threading.Thread(target=lambda: results.append(memory.get("a", make))) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert begun.wait(5)
    go.set()
    for thread in threads:
        thread.join(5)
    assert results == [b"text"] * 4
    assert len(made) == 1
