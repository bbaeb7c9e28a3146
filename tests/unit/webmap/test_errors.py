"""One status for each error of the domain, one sentence for each code."""

import pytest

from geodata import errors
from webmap.errors import HTTP_CODES, status_of
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
