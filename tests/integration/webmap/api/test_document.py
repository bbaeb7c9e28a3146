"""The OpenAPI document holds, and hostile requests find nothing it does not say."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from webmap.auth import COOKIE

EXAMPLES = 25

# A box whose west lies east of its east fits the pattern and is refused all the same (400).
NOT_EXPRESSIBLE = [positive_data_acceptance]

PATHS = [
    f"/api/v1/{path}"
    for path in (
        "stations",
        "stations/{station_id}",
        "grids",
        "grids/{grid_id}",
        "enterprises",
        "enterprises/{enterprise_id}",
        "demand-points",
        "divisions",
        "assignments",
        "assignments/summary",
        "which-grid",
        "search",
        "overview",
        "overview/list",
        "overview/stations",
        "grids/people",
        "reviews",
        "enterprises/{enterprise_id}/owner-choices",
        "coverage",
        "coverage/runs/{run_id}",
        "coverage/streets",
        "coverage/stations/{station_id}/reach",
        "coverage/week",
        "coverage/longer-hours",
        "coverage/nearest",
        "coverage/difference",
        "barriers",
        "preflight",
        "rules",
        "tiles/{z}/{x}/{y}.mvt",
        "healthz",
        "my/today",
        "my/enterprises",
        "my/points",
        "enterprises/{enterprise_id}/work",
        "owners",
        "cases/waiting",
        "cases/assignees",
        "disputes",
        "calendar",
        "siting/{siting_id}",
        "candidates",
        "networks",
        "networks/{network_id}/drawing",
        "scenarios",
        "scenarios/compare",
        "scenarios/{scenario_id}",
    )
]


@pytest.mark.parametrize("path", PATHS)
def test_every_operation_answers_as_documented(app, path, client):
    session = client.get_cookie(COOKIE)
    operation = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)[path]["GET"]

    @given(case=operation.as_strategy())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def answers_as_documented(case):
        case.call_and_validate(cookies={COOKIE: session.value}, excluded_checks=NOT_EXPRESSIBLE)

    answers_as_documented()


def test_the_document_is_openapi_3_1_and_complete(client):
    document = client.get("/api/v1/openapi.json").get_json()
    assert document["openapi"].startswith("3.1")
    described = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert described >= {(path, "get") for path in PATHS}


def test_every_operation_documents_its_errors_as_problems(client):
    document = client.get("/api/v1/openapi.json").get_json()
    for methods in document["paths"].values():
        for method, operation in methods.items():
            needed = {"400", "401", "403", "404", "405", "422", "503"}
            needed |= {"304"} if method == "get" else {"409", "428", "429"}
            assert needed <= set(operation["responses"])
    for response in document["components"]["responses"].values():
        assert set(response["content"]) == {"application/problem+json"}


def test_nothing_of_the_document_comes_from_elsewhere(client):
    answer = client.get("/api/v1/openapi.json")
    assert "cdn" not in answer.get_data(as_text=True)
    assert client.get("/docs").status_code == 404
