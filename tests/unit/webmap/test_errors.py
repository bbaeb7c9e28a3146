"""One status for each error of the domain, one sentence for each code."""

import pytest
import sqlalchemy.exc
from apiflask import APIFlask

from geodata import errors
from webmap.errors import HTTP_CODES, install, status_of
from webmap.i18n import has_key


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.NotFound(), 404),
        (errors.InvalidInput("bbox_invalid"), 400),
        (errors.RefusedFile(), 422),
        (errors.Conflict(), 409),
        (errors.BoundaryBlocked(), 409),
        (errors.Misconfigured(), 503),
        (errors.GeodataError(), 500),
    ],
)
def test_the_nearest_class_decides_the_status(error, status):
    assert status_of(error) == status


def test_a_new_kind_of_error_has_the_status_of_its_parent():
    class NoSuchWell(errors.NotFound):
        code = "no_such_well"

    assert status_of(NoSuchWell()) == 404


def test_every_code_of_http_has_a_sentence():
    codes = {*HTTP_CODES.values(), "internal", "request_refused", "database_unavailable", "database_too_slow"}
    assert [code for code in codes if not has_key(f"error.{code}")] == []


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (sqlalchemy.exc.TimeoutError("QueuePool limit"), 503, "database_unavailable"),
        (errors.Misconfigured("setting_unknown", names="WEBMAP_X"), 503, "setting_unknown"),
        (errors.Conflict("no_sentence_for_this"), 409, "no_sentence_for_this"),
        (errors.NotFound("station_not_found", wrong_parameter=1), 404, "station_not_found"),
        (sqlalchemy.exc.ProgrammingError("SELECT", {}, Exception("syntax")), 500, "internal"),
        (ZeroDivisionError("secret"), 500, "internal"),
    ],
)
def test_whatever_is_raised_is_a_problem_that_shows_nothing_inside(error, status, code):
    app = APIFlask("bare", json_errors=False, docs_path=None, spec_path=None)
    install(app)

    def view() -> str:
        raise error

    app.add_url_rule("/api/v1/raise", view_func=view)
    answer = app.test_client().get("/api/v1/raise")
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert answer.get_json()["detail"]
    assert "secret" not in answer.get_data(as_text=True)
    assert ("Retry-After" in answer.headers) == (status == 503)


def test_a_redirect_is_no_error():
    app = APIFlask("bare", json_errors=False, docs_path=None, spec_path=None)
    install(app)
    app.add_url_rule("/folder/", view_func=lambda: "in")
    answer = app.test_client().get("/folder")
    assert answer.status_code == 308
    assert answer.headers["Location"].endswith("/folder/")
