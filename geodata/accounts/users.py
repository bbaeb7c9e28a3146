"""Accounts: made, corrected, disabled, given a new password. Never deleted, because the log names them."""

import re
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.errors import Conflict, Forbidden, InvalidInput
from geodata.models import User
from geodata.queries import audit, people, users
from geodata.queries.scopes import Scope
from geodata.queries.staleness import check_version
from geodata.rules.passwords import check_password, hash_password, make_password
from geodata.rules.work_phones import check_work_phone

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
KIND = "user"


@dataclass(frozen=True)
class Profile:
    """What an administrator says of a person."""

    name: str
    work_phone: str | None = None
    organisation: str | None = None


@dataclass(frozen=True)
class Created:
    """A new account, or a new password; ``password`` is told once and kept nowhere."""

    user_id: int
    login: str
    password: str
    version: int


def create_user(
    session: Session, *, login: str, profile: Profile, by: str, password: str | None = None
) -> Created:
    """Make an account; its password holds until the first sign-in, where it must be changed.

    Args:
        session: where.
        login: lower case; letters, digits, ``._-``; it names the person in the log for ever.
        profile: the person.
        by: who does it.
        password: one chosen by whoever installs; made here unless given.

    Raises:
        InvalidInput: ``login_invalid``, ``work_phone_invalid``, or what ``check_password`` refuses.
        Conflict: ``login_taken``.
    """
    if not _LOGIN.fullmatch(login):
        raise InvalidInput("login_invalid")
    _check_profile(profile)
    if password is not None:
        check_password(password, login=login, name=profile.name)
    secret = password or make_password()
    values = _columns(profile) | {"login": login, "password_hash": hash_password(secret)}
    try:
        with session.begin_nested():
            user = people.add_user(session, values | {"must_change_password": True})
    except sa.exc.IntegrityError as error:
        raise Conflict("login_taken", login=login) from error
    _note(session, by, "user_created", user, after={"login": login, "name": profile.name})
    return Created(user.id, login, secret, user.version)


def edit_user(
    session: Session, user_id: int, *, profile: Profile, version: int, scope: Scope, by: str
) -> int:
    """Correct a person's name, work phone or organisation; returns the new version.

    Raises:
        NotFound, Forbidden, Stale: see ``get_governed``.
        InvalidInput: ``work_phone_invalid``.
    """
    _check_profile(profile)
    user = get_governed(session, user_id, scope=scope, version=version)
    wanted = _columns(profile)
    before = {name: getattr(user, name) for name in wanted if getattr(user, name) != wanted[name]}
    if not before:
        return user.version
    for name, value in wanted.items():
        setattr(user, name, value)
    changed = {name: wanted[name] for name in before}
    _save(session, user)
    _note(session, by, "user_edited", user, before=_without_phone(before), after=_without_phone(changed))
    return user.version


def disable_user(
    session: Session, user_id: int, *, version: int, scope: Scope, by: str, by_user_id: int
) -> int:
    """Take somebody's access away: all sessions end at once, and the posts count as vacant.

    Raises:
        NotFound, Forbidden, Stale: see ``get_governed``; also ``own_account``: nobody locks themselves out.
    """
    if user_id == by_user_id:
        raise Forbidden("own_account")
    user = get_governed(session, user_id, scope=scope, version=version)
    if user.disabled_at is not None:
        return user.version
    user.disabled_at = session.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    people.end_sessions_of(session, user_id)
    _save(session, user)
    _note(session, by, "user_disabled", user, after={"disabled": True})
    return user.version


def enable_user(session: Session, user_id: int, *, version: int, scope: Scope, by: str) -> int:
    """Give access back; the posts that have not ended count again.

    Raises:
        NotFound, Forbidden, Stale: see ``get_governed``.
    """
    user = get_governed(session, user_id, scope=scope, version=version)
    if user.disabled_at is None:
        return user.version
    user.disabled_at = None
    _save(session, user)
    _note(session, by, "user_enabled", user, after={"disabled": False})
    return user.version


def reset_password(
    session: Session, user_id: int, *, version: int, scope: Scope, by: str, by_user_id: int
) -> Created:
    """Give somebody a one-time password, told once; every session of theirs ends.

    Raises:
        NotFound, Forbidden, Stale: see ``get_governed``; ``own_account``: one's own is changed, not reset.
    """
    if user_id == by_user_id:
        raise Forbidden("own_account")
    user = get_governed(session, user_id, scope=scope, version=version)
    secret = make_password()
    user.password_hash = hash_password(secret)
    user.must_change_password = True
    people.end_sessions_of(session, user_id)
    _save(session, user)
    _note(session, by, "password_reset", user)
    return Created(user.id, user.login, secret, user.version)


def link_sign_on(
    session: Session,
    user_id: int,
    *,
    subject: str | None,
    version: int,
    scope: Scope,
    by: str,
    by_user_id: int,
) -> int:
    """Say which subject of single sign-on is this user; None unlinks. All sessions of the user end.

    Whoever signs in there needs no password here, so a linked account has none; one that is unlinked gets a
    one-time password by ``reset_password``.

    Raises:
        NotFound, Forbidden, Stale: see ``get_governed``; also ``own_account``.
        Conflict: ``sso_subject_taken``.
    """
    if user_id == by_user_id:
        raise Forbidden("own_account")
    user = get_governed(session, user_id, scope=scope, version=version)
    if user.sso_subject == subject:
        return user.version
    was_linked = user.sso_subject is not None
    try:
        with session.begin_nested():
            user.sso_subject = subject
            if subject is not None:
                user.password_hash, user.must_change_password = None, False
            _save(session, user)
    except sa.exc.IntegrityError as error:
        raise Conflict("sso_subject_taken") from error
    people.end_sessions_of(session, user_id)
    _note(
        session,
        by,
        "sign_on_linked",
        user,
        before={"linked": was_linked},
        after={"linked": subject is not None},
    )
    return user.version


def get_governed(session: Session, user_id: int, *, scope: Scope, version: int) -> User:
    """The row of a user whom the asker may edit, locked.

    Raises:
        NotFound: ``user_not_found``, also when the user is not the asker's to see.
        Forbidden: ``user_of_others``: the user also works where the asker is no administrator.
        Stale: somebody saved it since.
    """
    user = users.lock_user(session, user_id)
    if not users.get_user(session, user_id, scope=scope).is_governed:
        raise Forbidden("user_of_others")
    check_version(session, stored=user.version, expected=version, subject_kind=KIND, subject_id=user_id)
    return user


def _check_profile(profile: Profile) -> None:
    if not profile.name.strip():
        raise InvalidInput("name_missing")
    if profile.work_phone:
        check_work_phone(profile.work_phone)


def _columns(profile: Profile) -> dict[str, Any]:
    return {
        "name": profile.name.strip(),
        "work_phone": (profile.work_phone or "").strip() or None,
        "organisation": (profile.organisation or "").strip() or None,
    }


def _without_phone(values: dict[str, Any]) -> dict[str, Any]:
    # The log says that the number changed, never which it was.
    return {name: bool(value) if name == "work_phone" else value for name, value in values.items()}


def _save(session: Session, user: User) -> None:
    user.version += 1
    user.updated_at = session.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    session.flush()


def _note(
    session: Session,
    by: str,
    action: str,
    user: User,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    audit.note(
        session, by=by, action=action, subject_kind=KIND, subject_id=user.id, before=before, after=after
    )
