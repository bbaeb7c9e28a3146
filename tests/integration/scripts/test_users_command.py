"""``tenmin user`` from end to end: the first administrator, posts, access; passwords never as arguments."""

import json

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from geodata.accounts.signing_in import sign_in
from geodata.db import make_engine, transaction
from scripts.tenmin import main
from webmap.config import Settings


@pytest.fixture
def tenmin(database_url, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database_url)

    def run(*arguments: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(main, ["user", *arguments, "--json"], input=typed)

    return run


def last(result: Result) -> dict:
    return json.loads(result.stdout.strip().splitlines()[-1])


def opens(database_url: str, login: str, password: str) -> bool:
    engine = make_engine(database_url)
    lifetime = Settings(database_url=database_url).session_lifetime
    with transaction(engine) as session:
        opened = sign_in(session, login=login, password=password, address="x", lifetime=lifetime)
    engine.dispose()
    return opened is not None


def test_first_administrator_gets_a_password_made_and_printed_once(tenmin, database_url):
    made = tenmin("create", "root", "--name", "管理员", "--role", "admin")
    assert made.exit_code == 0, made.output
    password = last(made)["password"]
    assert password in made.stderr
    assert opens(database_url, "root", password)
    listed = last(tenmin("list"))["users"]
    held = [(row["login"], [post["role"] for post in row["posts"]]) for row in listed]
    assert held == [("root", ["admin"])]
    assert password not in tenmin("list").output


def test_password_is_read_from_standard_input_or_asked_for(tenmin, database_url):
    typed = "kettle-harbour-92-quince"
    made = tenmin("create", "root", "--name", "管理员", "--password-stdin", typed=f"{typed}\n")
    assert made.exit_code == 0, made.output
    assert typed not in made.output
    assert opens(database_url, "root", typed)
    asked = tenmin("create", "two", "--name", "乙", "--ask-password", typed=f"{typed}\n{typed}\n")
    assert asked.exit_code == 0, asked.output
    assert opens(database_url, "two", typed)


def test_common_password_and_taken_or_odd_login_are_refused(tenmin):
    common = tenmin("create", "root", "--name", "管理员", "--password-stdin", typed="password123\n")
    assert (common.exit_code, last(common)["error"]) == (1, "password_too_common")
    assert tenmin("create", "root", "--name", "管理员").exit_code == 0
    assert last(tenmin("create", "root", "--name", "管理员"))["error"] == "login_taken"
    assert last(tenmin("create", "ROOT!", "--name", "管理员"))["error"] == "login_invalid"


def test_password_is_no_option_of_any_command(tenmin):
    assert tenmin("create", "root", "--name", "x", "--password", "secret").exit_code == 2


def test_posts_are_given_and_ended_and_access_is_taken_and_given_back(tenmin, database_url):
    engine = make_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO grids (county_code, code) VALUES ('410103', 'G1')"))
    engine.dispose()
    first = last(tenmin("create", "wang", "--name", "王"))["password"]
    post = tenmin("post", "wang", "--role", "liaison", "--county", "410103", "--grid", "G1")
    assert post.exit_code == 0, post.output
    number = str(last(post)["post_id"])
    assert tenmin("post", "wang", "--end", number).exit_code == 0
    assert last(tenmin("post", "wang", "--end", "999"))["error"] == "post_not_found"
    assert last(tenmin("post", "wang", "--role", "liaison", "--grid", "G9"))["error"] == "grid_not_in_force"
    assert tenmin("post", "wang").exit_code == 2
    assert tenmin("disable", "wang").exit_code == 0
    assert not opens(database_url, "wang", first)
    assert tenmin("enable", "wang").exit_code == 0
    again = last(tenmin("reset-password", "wang"))["password"]
    assert not opens(database_url, "wang", first)
    assert opens(database_url, "wang", again)
    assert last(tenmin("disable", "nobody"))["error"] == "user_not_found"
