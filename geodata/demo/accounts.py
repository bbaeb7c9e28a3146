"""Passwords of the demonstration's accounts: given by whoever shows it, never kept in the program."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from geodata.demo.people import SIGN_INS
from geodata.queries import audit, people
from geodata.queries import demo as stored
from geodata.rules.passwords import hash_password, is_right


def has_accounts(session: Session) -> bool:
    """Whether any account of the demonstration is there to sign in with."""
    return bool(stored.list_demo_users(session, SIGN_INS))


def set_passwords(session: Session, passwords: Mapping[str, str], *, by: str) -> dict[str, str]:
    """Give the demonstration's accounts these passwords; real accounts of the same login are left alone.

    An account whose password changes is signed out everywhere. Does nothing when all passwords fit.

    Returns:
        The name of each account that can sign in with its password, by login.
    """
    users = stored.list_demo_users(session, list(passwords))
    for user in users:
        if is_right(passwords[user.login], user.password_hash):
            continue
        user.password_hash = hash_password(passwords[user.login])
        user.must_change_password = False
        user.version += 1
        people.end_sessions_of(session, user.id)
        audit.note(session, by=by, action="password_reset", subject_kind="user", subject_id=user.id)
    session.flush()
    return {user.login: user.name for user in users}
