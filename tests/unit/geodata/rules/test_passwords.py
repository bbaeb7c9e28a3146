"""Which passwords are taken, and how they are kept."""

import pytest

from geodata.errors import InvalidInput
from geodata.rules.passwords import check_password, hash_password, is_right, needs_rehash


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_too_short"),
        ("x" * 129, "password_too_long"),
        ("1234567890", "password_too_common"),
        ("password123", "password_too_common"),
        ("qwertyuiop", "password_too_common"),
        ("aaaaaaaaaaaa", "password_too_common"),
        ("mu.tang.2026", "password_too_common"),
        ("tenmintenmin", "password_too_common"),
    ],
)
def test_check_password_weak_is_refused(password, code):
    with pytest.raises(InvalidInput) as refused:
        check_password(password, login="mu.tang", name="穆棠")
    assert refused.value.code == code


@pytest.mark.parametrize("password", ["mai-mang-leng-lian-7", "槐荫网格的一百二十八家企业", "x7#kQ2!vLm9z"])
def test_check_password_sound_is_taken(password):
    check_password(password, login="mu.tang", name="穆棠")


def test_is_right_only_for_the_same_password_and_an_existing_hash():
    kept = hash_password("mai-mang-leng-lian-7")
    assert "mai-mang" not in kept
    assert is_right("mai-mang-leng-lian-7", kept)
    assert not is_right("mai-mang-leng-lian-8", kept)
    assert not is_right("nobody has this password", None)
    assert not is_right("anything", "not a hash")
    assert not needs_rehash(kept)
    assert hash_password("mai-mang-leng-lian-7") != kept
