"""Passwords: which are taken, how they are kept, whether one is right."""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from zxcvbn import zxcvbn

from geodata.errors import InvalidInput

MIN_LENGTH, MAX_LENGTH = 10, 128
_MIN_SCORE = 2  # of 0-4: "somewhat guessable", 10^6 to 10^8 guesses; argon2 and throttling do the rest
_JUDGED_LENGTH = 72  # zxcvbn's time grows with the square

# The estimator knows English habits; these are the Chinese ones, alone and with digits around them.
_CHINESE_FAVOURITES = (
    "tenmin",
    "gonghui",
    "zonggonghui",
    "shifenzhong",
    "woaini",
    "iloveyou",
    "aini",
    "520",
    "1314",
    "5201314",
    "1314520",
    "woaizhongguo",
    "zhongguo",
    "wangge",
    "lianluoyuan",
    "mima",
    "caonima",
    "laopo",
    "laogong",
    "baobei",
    "147258369",
    "159357",
    "zxc",
    "asd",
    "qaz",
    "qwe",
    "abc",
    "admin",
    "henan",
    "zhengzhou",
)

_hasher = PasswordHasher()
# Verified when there is no such user, so that both answers take the same time.
_NOBODY = _hasher.hash("nobody has this password")


def check_password(password: str, *, login: str, name: str) -> None:
    """Refuse a password that is short, common, or made of the user's own names.

    Raises:
        InvalidInput: ``password_too_short``, ``password_too_long``, ``password_too_common``.
    """
    if len(password) < MIN_LENGTH:
        raise InvalidInput("password_too_short", minimum=MIN_LENGTH)
    if len(password) > MAX_LENGTH:
        raise InvalidInput("password_too_long", maximum=MAX_LENGTH)
    judged = zxcvbn(password[:_JUDGED_LENGTH], user_inputs=[login, name, *_CHINESE_FAVOURITES])
    if judged["score"] < _MIN_SCORE or login.lower() in password.lower():
        raise InvalidInput("password_too_common")


def hash_password(password: str) -> str:
    """The argon2id hash to keep."""
    return _hasher.hash(password)


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether a password fits a kept hash. Without a hash it takes as long and is never right."""
    try:
        _hasher.verify(password_hash or _NOBODY, password[:MAX_LENGTH])
    except (Argon2Error, InvalidHashError):
        return False
    return password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Whether a kept hash is weaker than what is made today."""
    return _hasher.check_needs_rehash(password_hash)


_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is read as another on paper
_GROUPS, _GROUP_LENGTH = 4, 4


def make_password() -> str:
    """A one-time password that can be read aloud: four groups of four, about 79 bits."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)
