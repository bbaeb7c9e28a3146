"""The demonstration's passwords are random, kept for their owner only, and made again when lost."""

import json

from geodata.demo.people import SIGN_INS
from geodata.rules.passwords import check_password
from scripts.demo_accounts import read_or_make_passwords

URL = "postgresql+psycopg://tenmin:secret@db.example/tenmin"


def test_passwords_are_kept_between_starts_and_for_the_owner_only(tmp_path):
    file = tmp_path / "var" / "demo-accounts.json"
    made = read_or_make_passwords(URL, file)
    assert set(made) == set(SIGN_INS)
    assert len(set(made.values())) == len(SIGN_INS)
    assert file.stat().st_mode & 0o777 == 0o600
    assert read_or_make_passwords(URL, file) == made


def test_passwords_pass_our_own_rule(tmp_path):
    for login, password in read_or_make_passwords(URL, tmp_path / "a.json").items():
        check_password(password, login=login, name="岑远")


def test_each_database_has_passwords_of_its_own(tmp_path):
    file = tmp_path / "a.json"
    first = read_or_make_passwords(URL, file)
    second = read_or_make_passwords(URL + "2", file)
    assert not set(first.values()) & set(second.values())
    assert read_or_make_passwords(URL, file) == first


def test_a_lost_or_damaged_file_means_new_passwords(tmp_path):
    file = tmp_path / "a.json"
    first = read_or_make_passwords(URL, file)
    file.write_text("{", encoding="utf-8")
    assert read_or_make_passwords(URL, file) != first
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_file_says_nothing_about_the_database(tmp_path):
    file = tmp_path / "a.json"
    read_or_make_passwords(URL, file)
    text = file.read_text(encoding="utf-8")
    assert "secret" not in text
    assert "example" not in text
    assert json.loads(text)
