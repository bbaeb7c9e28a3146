"""The demonstration's passwords: random per database, kept in a file that only its owner can read."""

import json
import secrets
from hashlib import sha256
from pathlib import Path

from sqlalchemy.engine import make_url

from geodata.db import normalize_url
from geodata.demo.people import SIGN_INS
from scripts.cluster import ROOT

FILE = ROOT / "var" / "demo-accounts.json"
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without 0 O 1 l i
_GROUPS, _GROUP_LENGTH = 3, 4  # 59 bits


def read_or_make_passwords(url: str, file: Path = FILE) -> dict[str, str]:
    """The passwords of a database's demonstration by login; made now when the file does not tell them."""
    kept = _read(file)
    known = kept.get(_key(url), {})
    wanted = {login: known.get(login) or _make_password() for login in SIGN_INS}
    if wanted != known:
        _write(file, kept | {_key(url): wanted})
    return wanted


def _key(url: str) -> str:
    """Which database: without role or password, so that the file says nothing about it."""
    parsed = make_url(normalize_url(url))
    host = parsed.host or parsed.query.get("host", "")
    return sha256(f"{host}:{parsed.port or ''}/{parsed.database}".encode()).hexdigest()[:12]


def _make_password() -> str:
    def group() -> str:
        return "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH))

    return "-".join(group() for _ in range(_GROUPS))


def _read(file: Path) -> dict[str, dict[str, str]]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(file: Path, kept: dict[str, dict[str, str]]) -> None:
    """Replace the file in one step; it is never readable for others, not even while it is written."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    new.replace(file)
