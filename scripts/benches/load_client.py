"""Simulated people in a process of their own: they read a plan from standard input and tell what they met.

Everybody keeps connections open, remembers what has an ETag and asks again with it, as a browser does. Writes
carry the session's token and a key of their own. Only the standard library, so that the driver costs little.
"""

import asyncio
import json
import random
import secrets
import sys
import time
from dataclasses import dataclass, field
from typing import Any

THINK_S = (0.5, 2.0)
RAMP_S = 3.0
TIMEOUT_S = 30.0
_KEPT_ANSWERS = 400


@dataclass
class Action:
    """One kind of request: its share of all, and what it asks with ``{words}`` of the person filled in."""

    kind: str
    method: str
    path: str
    body: dict[str, Any] | None = None
    based_on: str | None = None
    """Where to read the version that the write is based on; read first, and counted as a read."""


@dataclass
class Outcome:
    """What was met: kind, path pattern, status (0: no answer), milliseconds, bytes."""

    rows: list[tuple[str, str, int, float, int]] = field(default_factory=list)

    def note(self, action: Action, status: int, seconds: float, size: int) -> None:
        """Keep one answer."""
        self.rows.append((action.kind, f"{action.method} {action.path}", status, seconds * 1000, size))


class Connection:
    """One kept-alive HTTP/1.1 connection; opened again when the server has closed it."""

    def __init__(self, host: str, port: int) -> None:
        self._where = host, port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, head: bytes, body: bytes) -> tuple[int, dict[str, str], int]:
        """Send a request; returns status, headers and the size of the body.

        A kept connection that turns out to be closed is opened once more, as every browser does.
        """
        was_kept = self._writer is not None
        try:
            return await self._ask(head, body)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.close()
            if not was_kept:
                raise
            return await self._ask(head, body)

    async def _ask(self, head: bytes, body: bytes) -> tuple[int, dict[str, str], int]:
        if self._writer is None or self._reader is None:
            self._reader, self._writer = await asyncio.open_connection(*self._where)
        self._writer.write(head + body)
        await self._writer.drain()
        answered = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(answered[0].split()[1])
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in answered[1:])
        }
        size = await self._read_body(self._reader, status, headers)
        if headers.get("connection", "").lower() == "close":
            self.close()
        return status, headers, size

    @staticmethod
    async def _read_body(reader: asyncio.StreamReader, status: int, headers: dict[str, str]) -> int:
        if status in {204, 304}:
            return 0
        if "content-length" in headers:
            return len(await reader.readexactly(int(headers["content-length"])))
        size = 0
        while length := int(await reader.readline(), 16):
            size += len(await reader.readexactly(length))
            await reader.readline()
        await reader.readline()
        return size

    def close(self) -> None:
        """Forget the connection."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


class Person:
    """Somebody who waits, does something, and waits again."""

    def __init__(self, plan: dict[str, Any], person: dict[str, Any], number: int) -> None:
        self._host: str = plan["host"]
        self._connection = Connection(plan["host"], plan["port"])
        self._person = person
        self._random = random.Random(plan["seed"] * 100_003 + number)  # noqa: S311 - the same in every run
        self._shares: dict[str, float] = plan["shares"]
        self._actions = {
            kind: [Action(kind, *action) for action in actions] for kind, actions in person["actions"].items()
        }
        self._tags: dict[str, str] = {}

    async def live(self, begins: float, ends: float, outcome: Outcome) -> None:
        """Act until the end; what happens before the beginning is not counted."""
        await asyncio.sleep(self._random.uniform(0, RAMP_S))
        while time.monotonic() < ends:
            await self._act(self._choose(), begins, ends, outcome)
            await asyncio.sleep(self._random.uniform(*THINK_S))
        self._connection.close()

    async def _act(self, action: Action, begins: float, ends: float, outcome: Outcome) -> None:
        chosen = {name: values for name, values in self._person["words"].items() if values}
        words = {name: self._random.choice(values) for name, values in chosen.items()}
        words["unique"] = secrets.token_hex(16)
        if action.based_on:
            read = Action("reads", "GET", action.based_on)
            await self._timed(read, words, begins, ends, outcome)
        await self._timed(action, words, begins, ends, outcome)

    async def _timed(
        self, action: Action, words: dict[str, Any], begins: float, ends: float, outcome: Outcome
    ) -> None:
        started = time.monotonic()
        try:
            status, size = await asyncio.wait_for(self._do(action, words), TIMEOUT_S)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            status, size = 0, 0
            self._connection.close()
        if begins <= started < ends:
            outcome.note(action, status, time.monotonic() - started, size)

    def _choose(self) -> Action:
        kinds = [kind for kind in self._shares if self._actions.get(kind)]
        kind = self._random.choices(kinds, [self._shares[kind] for kind in kinds])[0]
        return self._random.choice(self._actions[kind])

    async def _do(self, action: Action, words: dict[str, Any]) -> tuple[int, int]:
        path = action.path.format(**words)
        body = b"" if action.body is None else json.dumps(_filled(action.body, words)).encode()
        status, headers, size = await self._connection.ask(self._head(action, path, words, body), body)
        if action.method == "GET" and "etag" in headers:
            if len(self._tags) >= _KEPT_ANSWERS:
                self._tags.pop(next(iter(self._tags)))
            self._tags[path] = headers["etag"]
        return status, size

    def _head(self, action: Action, path: str, words: dict[str, Any], body: bytes) -> bytes:
        lines = [
            f"{action.method} {path} HTTP/1.1",
            f"Host: {self._host}",
            f"Cookie: {self._person['cookie']}",
            "Accept-Encoding: gzip",
            "Accept-Language: zh-CN",
        ]
        if action.method == "GET":
            lines += [f"If-None-Match: {self._tags[path]}"] if path in self._tags else []
        else:
            lines += [
                "Content-Type: application/json",
                f"Content-Length: {len(body)}",
                f"X-CSRF-Token: {self._person['csrf']}",
                f"Idempotency-Key: {secrets.token_hex(16)}",
            ]
        if action.based_on:
            lines.append(f"If-Match: {self._tags.get(action.based_on.format(**words), '')}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _filled(value: Any, words: dict[str, Any]) -> Any:
    """A body with ``{words}`` filled in; a value that is only a word keeps the word's type."""
    if isinstance(value, dict):
        return {name: _filled(each, words) for name, each in value.items()}
    if isinstance(value, str) and value.startswith("{") and value.endswith("}"):
        return words[value[1:-1]]
    return value


async def _run(plan: dict[str, Any]) -> Outcome:
    begins = time.monotonic() + RAMP_S
    ends = begins + plan["seconds"]
    outcome = Outcome()
    people = [Person(plan, person, number) for number, person in enumerate(plan["people"])]
    await asyncio.gather(*(person.live(begins, ends, outcome) for person in people))
    return outcome


def main() -> None:
    """Read the plan, live it, write what was met."""
    json.dump(asyncio.run(_run(json.load(sys.stdin))).rows, sys.stdout)


if __name__ == "__main__":
    main()
