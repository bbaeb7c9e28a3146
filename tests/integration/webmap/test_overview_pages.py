"""The overview in the browser's words: who sees it, figures as links, lists of the same length, files."""

import csv
import io
import re

import pytest
from python_calamine import CalamineWorkbook

COUNTY = "410103"
LINK = re.compile(r'<a class="figure-link[^"]*" href="([^"]+)"[^>]*>([\d,]+)</a>')


def links(page: str) -> dict[str, int]:
    return {href.replace("&amp;", "&"): int(n.replace(",", "")) for href, n in LINK.findall(page)}


def test_every_linked_figure_of_the_page_opens_a_list_of_that_length(signed_in):
    client = signed_in("planner")
    found = links(client.get("/overview?lang=zh").get_data(as_text=True))
    assert len(found) > 20
    for href, count in found.items():
        answer = client.get(href)
        assert answer.status_code == 200, href
        assert f'data-total="{count}"' in answer.get_data(as_text=True), href
        told = client.get("/api/v1" + href).get_json()
        assert told["total"] == count


def test_api_and_page_tell_the_same_sums(signed_in):
    client = signed_in("planner")
    told = client.get(f"/api/v1/overview?county={COUNTY}").get_json()
    whole = client.get(f"/api/v1/assignments/summary?county={COUNTY}").get_json()
    check = told["sum_check"]
    assert check["adds_up"]
    assert (
        check["enterprises"]
        == whole["enterprises"]
        == check["assigned"] + check["fallback"] + check["out_of_county"]
    )
    page = client.get("/overview?lang=zh").get_data(as_text=True)
    assert f"应管 {check['enterprises']}" in page
    assert "✓ 相符" in page


def test_a_viewer_reads_counts_and_opens_no_list(signed_in):
    client = signed_in("viewer")
    page = client.get("/overview?lang=zh").get_data(as_text=True)
    assert "/overview/list" not in page
    assert "晨光" not in page
    assert client.get("/overview/list").status_code == 403
    assert client.get("/api/v1/overview/list").status_code == 403
    assert client.get("/api/v1/overview/export").status_code == 403
    assert client.get("/api/v1/overview").get_json()["totals"]["enterprises"] > 0


@pytest.mark.parametrize("login", ["liaison", "instructor", "manager", "admin", "auditor", "nobody"])
def test_who_plans_nothing_has_no_overview(signed_in, login):
    client = signed_in(login)
    assert client.get("/overview").status_code == 403
    assert client.get("/api/v1/overview").status_code == 403


def test_the_public_is_asked_to_sign_in(anonymous):
    assert anonymous.get("/overview").status_code == 302
    assert anonymous.get("/api/v1/overview").status_code == 401


def test_another_county_is_not_there(signed_in):
    stranger = signed_in("neighbour")
    for path in ("/overview", "/overview/list", "/overview/stations"):
        for prefix in ("", "/api/v1"):
            assert stranger.get(f"{prefix}{path}?county={COUNTY}").status_code == 404
    assert signed_in("planner").get("/overview?county=410102").status_code == 404
    assert signed_in("planner").get("/overview?county=999999").status_code == 404


def test_an_instructor_lists_the_own_line_only(signed_in):
    client = signed_in("instructor")
    told = client.get("/api/v1/overview/list?limit=200").get_json()
    assert {row["industry_line"] for row in told["enterprises"]} == {"catering"}
    assert told["total"] == len(told["enterprises"]) > 0
    assert client.get("/overview/list").status_code == 200


def test_a_liaison_lists_the_own_grid_only(signed_in):
    told = signed_in("liaison").get("/api/v1/overview/list?limit=200").get_json()
    whole = signed_in("planner").get("/api/v1/overview/list?limit=200").get_json()
    assert 0 < told["total"] < whole["total"]


def test_no_page_or_file_holds_a_contact(signed_in):
    client = signed_in("planner")
    pages = ("/overview", "/overview/list", "/api/v1/overview/list?limit=200")
    files = ("/api/v1/overview/export?format=csv", "/api/v1/overview/list/export?format=csv")
    for path in (*pages, *files):
        text = client.get(path).get_data(as_text=True)
        assert "王秘密" not in text
        assert "13800138000" not in text


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_exported_table_holds_the_figures_of_the_page(signed_in, format):
    client = signed_in("planner")
    answer = client.get(f"/api/v1/overview/export?format={format}&lang=zh")
    rows = read(answer.data, format)
    told = client.get("/api/v1/overview").get_json()
    assert len(rows) == len(told["rows"]) + 2
    header, last = rows[0], rows[-1]
    for key, label in (("enterprises", "企业"), ("overdue", "超期"), ("stations_unconfirmed", "未确认")):
        assert int(float(last[header.index(label)])) == told["totals"][key]
    assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_exported_list_holds_every_row_of_the_list(signed_in, format):
    client = signed_in("planner")
    total = client.get("/api/v1/overview/list?figure=unorganized").get_json()["total"]
    answer = client.get(f"/api/v1/overview/list/export?figure=unorganized&format={format}&page=2&limit=1")
    assert len(read(answer.data, format)) == total + 1


def read(data: bytes, format: str) -> list[list[str]]:
    if format == "csv":
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


@pytest.mark.parametrize(
    "query",
    ["sort=name", "dir=left", "only=me", "page=0", "page=x", "page=9999999999", "sort=overdue&dir=1"],
)
def test_an_unreadable_question_is_told(signed_in, query):
    assert signed_in("planner").get(f"/overview?{query}").status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "figure=nothing",
        "row=grid:x",
        "row=x",
        "held=maybe",
        "sort=1",
        "page=-1",
        "band=1-2",
        "q=%00",
        "line=%07",
    ],
)
def test_an_unreadable_list_question_is_told(signed_in, query):
    client = signed_in("planner")
    assert client.get(f"/overview/list?{query}").status_code == 400
    assert client.get(f"/api/v1/overview/list?{query}").status_code in {400, 422}


def test_a_row_of_another_county_has_no_list(signed_in):
    assert signed_in("planner").get("/overview/list?row=union:410102001").status_code == 404
    assert signed_in("planner").get("/overview/list?row=grid:99999").status_code == 404


def test_sorting_keeps_all_rows_and_puts_the_largest_first(signed_in):
    client = signed_in("planner")
    keys = re.compile(r'<tr data-key="([^"]+)">')
    by_code = keys.findall(client.get("/overview").get_data(as_text=True))
    by_count = keys.findall(client.get("/overview?sort=enterprises").get_data(as_text=True))
    assert sorted(by_code) == sorted(by_count)
    told = {
        row["key"]: row["figures"]["enterprises"] for row in client.get("/api/v1/overview").get_json()["rows"]
    }
    counts = [told[key] for key in by_count if key.startswith("grid:")]
    assert counts == sorted(counts, reverse=True)


def test_page_beyond_the_last_shows_the_last(signed_in):
    client = signed_in("planner")
    assert client.get("/overview?page=99").status_code == 200
    page = client.get("/overview/list?page=99").get_data(as_text=True)
    assert page.count("<tr data-enterprise=") > 0
