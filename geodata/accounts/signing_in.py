"""Signing in and out, and changing one's password."""

import hashlib
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from geodata.errors import InvalidInput, TooMany
from geodata.models import User
from geodata.queries import attempts, audit, people
from geodata.queries.map_choices import has_invented_rows
from geodata.rules.passwords import check_password, hash_password, is_right, needs_rehash

WINDOW = timedelta(minutes=5)
TRIES_PER_USER, TRIES_PER_ADDRESS = 5, 10
_TOKEN_BYTES = 32


@dataclass(frozen=True)
class Opened:
    """A new session: the secret for the browser, told only now."""

    token: str
    user_id: int
    login: str
    must_change_password: bool


def hash_token(token: str) -> bytes:
    """What is kept of a session's secret."""
    return hashlib.sha256(token.encode()).digest()


def count_try(session: Session, *, login: str, address: str) -> int:
    """Count a log-in, per user and per address; returns the seconds to wait, 0 when it may be tried.

    The caller commits before the password is looked at, so that the count stands whatever follows.
    """
    waits = [
        attempts.count_try(session, _user_key(login), limit=TRIES_PER_USER, window=WINDOW),
        attempts.count_try(session, _address_key(address), limit=TRIES_PER_ADDRESS, window=WINDOW),
    ]
    return max(waits)


def sign_in(
    session: Session, *, login: str, password: str, address: str, lifetime: timedelta, demo: bool = True
) -> Opened | None:
    """Open a session for who knows the password; ``None`` otherwise, for unknown users in the same time.

    Either way the log has an entry when this is committed. Invented accounts are unknown where the
    installation shows no demonstration (``demo``), or its rows are gone.
    """
    user = people.find_user(session, login)
    usable = user is not None and user.disabled_at is None and _is_real_here(session, user, demo=demo)
    right = is_right(password, user.password_hash if user is not None and usable else None)
    if user is None or not right:
        _note_failure(session, user, address)
        return None
    if user.password_hash and needs_rehash(user.password_hash):
        user.password_hash = hash_password(password)
    attempts.forget_tries(session, _user_key(login))
    attempts.give_back_try(session, _address_key(address), window=WINDOW)
    return open_session(session, user, lifetime=lifetime)


def _is_real_here(session: Session, user: User, *, demo: bool) -> bool:
    """Whether an account is somebody's: an invented one only is within a demonstration."""
    return not user.is_invented or (demo and has_invented_rows(session))


def sign_in_by_subject(session: Session, *, subject: str, address: str, lifetime: timedelta) -> Opened | None:
    """Open a session for the user linked to a subject of single sign-on; nobody is ever made by this.

    ``None`` when no enabled user is linked; the log has an entry either way.
    """
    user = people.find_user_by_subject(session, subject)
    if user is None or user.disabled_at is not None:
        _note_failure(session, user, address)
        return None
    return open_session(session, user, lifetime=lifetime, via="sso")


def _note_failure(session: Session, user: User | None, address: str) -> None:
    """Log a failed sign-in. A name that is nobody's may well be a password typed too early: left out."""
    audit.note(
        session,
        by=user.login if user else "-",
        action="sign_in_failed",
        subject_kind="user",
        subject_id=user.id if user else "-",
        after={"address": address},
    )


def count_password_try(session: Session, user_id: int) -> int:
    """Count a check of one's own password, so that a stolen session cannot guess it; seconds to wait, or 0.

    The caller commits before the password is looked at.
    """
    return attempts.count_try(session, f"password:user:{user_id}", limit=TRIES_PER_USER, window=WINDOW)


def open_session(session: Session, user: User, *, lifetime: timedelta, via: str = "password") -> Opened:
    """Give a user whose identity is proven a session of their own, with a secret never used before."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    people.open_session(
        session,
        user_id=user.id,
        token_hash=hash_token(token),
        csrf_token=secrets.token_urlsafe(_TOKEN_BYTES),
        lifetime=lifetime,
    )
    audit.note(
        session,
        by=user.login,
        action="signed_in",
        subject_kind="user",
        subject_id=user.id,
        after={"via": via},
    )
    return Opened(token, user.id, user.login, user.must_change_password)


def sign_out(session: Session, *, session_id: int, user_id: int, login: str) -> None:
    """End a session on the server: the secret is worth nothing from now on."""
    people.end_session(session, session_id)
    audit.note(session, by=login, action="signed_out", subject_kind="user", subject_id=user_id)


def change_own_password(
    session: Session, *, user_id: int, session_id: int, current: str, wanted: str
) -> None:
    """Change one's password; every other session of the user ends.

    Raises:
        InvalidInput: ``password_wrong``, or what ``check_password`` refuses, or ``password_unchanged``.
    """
    user = session.get_one(User, user_id, with_for_update=True)
    if not is_right(current, user.password_hash):
        raise InvalidInput("password_wrong")
    if current == wanted:
        raise InvalidInput("password_unchanged")
    check_password(wanted, login=user.login, name=user.name)
    user.password_hash = hash_password(wanted)
    user.must_change_password = False
    user.version += 1
    people.end_sessions_of(session, user_id, but=session_id)
    audit.note(session, by=user.login, action="password_changed", subject_kind="user", subject_id=user_id)
    session.flush()


def require_no_wait(seconds: int) -> None:
    """Refuse while somebody must wait.

    Raises:
        TooMany: ``sign_in_too_often`` with ``retry_after_s``.
    """
    if seconds:
        raise TooMany("sign_in_too_often", retry_after_s=seconds)


def _user_key(login: str) -> str:
    return f"login:user:{login.strip().lower()[:40]}"


def _address_key(address: str) -> str:
    """One line of a house is one address: of IPv6 a whole /64, which its owner may use freely."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return f"login:address:{address[:64]}"
    if parsed.version == 6 and parsed.ipv4_mapped is not None:  # noqa: PLR2004
        parsed = parsed.ipv4_mapped
    if parsed.version == 6:  # noqa: PLR2004
        return f"login:address:{ipaddress.ip_network((parsed, 64), strict=False)}"
    return f"login:address:{parsed}"
