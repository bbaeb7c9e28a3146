"""Accounts of a demonstration open nothing once there is no demonstration."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from geodata.accounts.signing_in import hash_token, sign_in
from geodata.demo.accounts import set_passwords
from geodata.demo.people import SIGN_INS
from geodata.models import Enterprise, User
from geodata.queries.people import find_signed_in
from geodata.rules.passwords import hash_password, is_right

PASSWORD = "fkzw-2r7m-9dqh"  # noqa: S105 - of a test
LOGIN = SIGN_INS[0]


@pytest.fixture
def invented(session):
    session.add(Enterprise(name="虚构店", is_invented=True))
    user = User(login=LOGIN, name="岑远", is_invented=True, password_hash=hash_password(PASSWORD))
    session.add(user)
    session.flush()
    return user


def enter(session, **options):
    opened = sign_in(
        session, login=LOGIN, password=PASSWORD, address="-", lifetime=timedelta(hours=1), **options
    )
    return opened and opened.token


def holder(session, token, **options):
    return find_signed_in(session, hash_token(token), idle=timedelta(hours=1), **options)


def test_an_invented_account_signs_in_within_a_demonstration(session, invented):
    assert holder(session, enter(session)).login == LOGIN


def test_an_invented_account_is_unknown_once_no_row_is_invented(session, invented):
    token = enter(session)
    session.execute(sa.update(Enterprise).values(is_invented=False))
    assert enter(session) is None
    assert holder(session, token) is None


def test_an_invented_account_is_unknown_where_the_demonstration_is_turned_off(session, invented):
    token = enter(session)
    assert enter(session, demo=False) is None
    assert holder(session, token, demo=False) is None


def test_a_real_account_needs_no_demonstration(session, invented):
    invented.is_invented = False
    session.execute(sa.update(Enterprise).values(is_invented=False))
    assert holder(session, enter(session, demo=False), demo=False).login == LOGIN


def test_a_real_account_of_the_same_login_keeps_its_password(session, invented):
    invented.is_invented = False
    session.flush()
    assert set_passwords(session, {LOGIN: "another-2r7m-9dqh"}, by="test") == {}
    assert is_right(PASSWORD, invented.password_hash)


def test_a_new_password_ends_what_was_open(session, invented):
    token = enter(session)
    set_passwords(session, {LOGIN: "another-2r7m-9dqh"}, by="test")
    assert holder(session, token) is None
