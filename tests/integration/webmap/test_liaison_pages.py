"""The liaison's pages: whose they are, what they show of others, and that no telephone is in them."""

import json
import posixpath
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.office import sign_in
from webmap.permissions import GRANTS, Permission, Reach

COUNTY = "410103"
PHONE, MASKED = "13800138000", "138****8000"
MINE = ("/my-grid", "/my-grid/enterprises", "/my-grid/map", "/my-grid/print")
READERS = {"planner": True, "liaison": True, "liaison2": True, "cadre": True, "instructor": True}
OTHERS = ("manager", "viewer", "admin", "auditor", "nobody")


def owned_by(app, code, *, name="%"):
    """Ids of enterprises that a grid is responsible for, and no other grid has a say in."""
    with app.extensions["tenmin.engine"].connect() as connection:
        return list(
            connection.scalars(
                sa.text(
                    "SELECT e.id FROM enterprises e JOIN assignments a ON a.enterprise_id = e.id "
                    "AND a.valid_to IS NULL JOIN grids g ON g.id = a.grid_id WHERE g.code = :code "
                    "AND a.other_grid_id IS NULL AND e.removed_on IS NULL "
                    "AND e.organization_status = 'unorganized' AND e.name LIKE :name ORDER BY e.id"
                ),
                {"code": code, "name": name},
            )
        )


def page(client, path, status=200):
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == status, (path, answer.status_code)
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("path", [*MINE, "/lookup", "/work/enterprises/1"])
def test_page_without_a_session_asks_to_sign_in(anonymous, path):
    answer = anonymous.get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login?next=")


@pytest.mark.parametrize("login", [*READERS, *OTHERS])
@pytest.mark.parametrize("path", MINE)
def test_own_list_opens_for_those_who_work_cases_only(signed_in, login, path):
    works = {role for role, _ in GRANTS[Permission.CASES_WORK].items()}
    allowed = login in {"liaison", "liaison2", "cadre"}
    assert works == {"liaison", "supervising_cadre"}
    assert signed_in(login).get(path).status_code == (200 if allowed else 403)


@pytest.mark.parametrize("login", [*READERS, *OTHERS])
def test_look_up_opens_for_those_who_may_ask_for_owners(signed_in, login):
    assert signed_in(login).get("/lookup").status_code == (200 if login in READERS else 403)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", [*MINE, "/lookup?q=企业", "/lookup?lon=113.62&lat=34.72"])
def test_page_speaks_sentences_in_both_languages(signed_in, lang, path):
    text = page(signed_in("liaison"), f"{path}{'&' if '?' in path else '?'}lang={lang}")
    shown = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}"' in text
    assert re.findall(r">\s*(?:liaison|case|visit|staff_band)[._][a-z_.]+\s*<", shown) == []


def test_own_enterprise_shows_why_and_hides_the_number(signed_in, app):
    mine = owned_by(app, "G1")[0]
    text = page(signed_in("liaison"), f"/work/enterprises/{mine}")
    assert "由您负责" in text
    assert MASKED in text
    assert PHONE not in text
    assert f'data-send="POST /api/v1/enterprises/{mine}/claim"' in text


def test_enterprise_of_another_grid_shows_whom_to_ask_and_nothing_else(signed_in, app):
    theirs = owned_by(app, "G2")[0]
    text = page(signed_in("liaison"), f"/work/enterprises/{theirs}")
    assert "岑远" in text
    assert "0371-60010001" in text
    for secret in (PHONE, MASKED, "王秘密", "/claim", "visit-sheet"):
        assert secret not in text


@pytest.mark.parametrize(
    "path", ["/work/enterprises/999999999", "/work/enterprises/0", "/work/enterprises/x"]
)
def test_enterprise_that_is_not_there_is_not_found(signed_in, path):
    page(signed_in("liaison"), path, 404)


def test_enterprise_of_another_county_is_not_found(signed_in, app):
    theirs = owned_by(app, "G1")[0]
    assert GRANTS[Permission.OWNERS_LOOK_UP]["planner"] == Reach.OWN
    page(signed_in("neighbour"), f"/work/enterprises/{theirs}", 404)


def test_enterprise_shows_no_work_to_who_only_reads(signed_in, app):
    text = page(signed_in("planner"), f"/work/enterprises/{owned_by(app, 'G1')[0]}")
    assert "data-visit" not in text
    assert 'id="contact-show"' not in text
    assert PHONE not in text


@pytest.mark.parametrize("given", ["999999", "-1", "x", "１"])
def test_grid_that_is_not_mine_is_not_found(signed_in, given):
    page(signed_in("liaison"), f"/my-grid?grid={given}", 404)


@pytest.mark.parametrize(
    "query",
    ["page=999999", "page=-3", "page=x", "band=none", "step=9", "due=%00", "q=%00%27%22", "q=" + "长" * 500],
)
def test_odd_filter_is_answered_with_a_list(signed_in, query):
    assert "我的企业" in page(signed_in("liaison"), f"/my-grid/enterprises?lang=zh&{query}")


def test_filter_that_finds_nothing_says_so_in_words(signed_in):
    assert "没有找到企业" in page(signed_in("liaison"), "/my-grid/enterprises?lang=zh&q=没有这家")


def test_printed_list_holds_no_telephone_and_tells_its_origin(signed_in):
    text = page(signed_in("liaison"), "/my-grid/print?lang=zh")
    shown = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert "内部工作用图" in shown
    assert "边界版本 2026" in shown
    assert re.findall(r"1\d{2}[\d*]{4}\d{4}", shown) == []
    assert "王秘密" not in shown


def test_look_up_by_name_code_and_place_names_the_grid_never_the_contact(signed_in, app):
    client = signed_in("liaison")
    with app.extensions["tenmin.engine"].connect() as connection:
        name, code = connection.execute(
            sa.text(
                "SELECT name, uscc FROM enterprises WHERE uscc IS NOT NULL AND removed_on IS NULL LIMIT 1"
            )
        ).one()
    for query in (f"q={name}", f"q={code.lower()}", "lon=113.62&lat=34.72"):
        text = page(client, f"/lookup?{query}")
        assert "answer-card" in text
        assert PHONE not in text
        assert "王秘密" not in text


@pytest.mark.parametrize("query", ["lon=nan&lat=inf", "lon=999&lat=0", "lon=1", "q=x"])
def test_look_up_with_an_odd_place_is_no_failure(signed_in, query):
    page(signed_in("liaison"), f"/lookup?{query}")


def test_hostile_name_stays_text(own_county, signed_in):
    client, engine = own_county
    name = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
    with engine.begin() as connection:
        enterprise_id = connection.scalar(
            sa.text(
                "UPDATE enterprises SET name = :name, operating_address = :name WHERE id = ("
                "SELECT min(a.enterprise_id) FROM assignments a JOIN grids g ON g.id = a.grid_id "
                "WHERE g.code = 'G1' AND a.valid_to IS NULL) RETURNING id"
            ),
            {"name": name},
        )
    sign_in(client, engine, "liaison")
    for path in (
        "/my-grid/enterprises",
        "/my-grid/print",
        f"/work/enterprises/{enterprise_id}",
        "/lookup?q=alert",
    ):
        text = page(client, path)
        assert "<script>alert(1)" not in text
        assert "<img src=x" not in text
        assert "alert(1)" in text


def test_five_thousand_enterprises_come_in_pages(own_county):
    client, engine = own_county
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "WITH added AS (INSERT INTO enterprises (name, county_code, staff_count, location_level) "
                "SELECT repeat('长', 60) || n, :county, n % 300, 'none' "
                "FROM generate_series(1, 5000) AS n RETURNING id) "
                "INSERT INTO assignments (enterprise_id, grid_id, method, status) "
                "SELECT added.id, (SELECT id FROM grids WHERE code = 'G1'), 'community_code', "
                "'location_pending' FROM added"
            ),
            {"county": COUNTY},
        )
    sign_in(client, engine, "liaison")
    first = page(client, "/my-grid/enterprises?lang=zh")
    assert first.count("/work/enterprises/") == 50
    total = int(re.search(r"共 ([\d,]+) 家", first)[1].replace(",", ""))
    assert total > 5000
    last = -(-total // 50)
    assert "/work/enterprises/" in page(client, f"/my-grid/enterprises?page={last}")
    assert (
        "/work/enterprises/"
        not in page(client, f"/my-grid/enterprises?page={last + 1}").split("thumb-tabs")[0]
    )
    printed = page(client, "/my-grid/print?lang=zh")
    assert printed.count("by-hand") == 1000
    assert "只印前 1,000 家" in printed


def test_liaison_with_nothing_to_do_is_told_what_to_do_next(own_county):
    client, engine = own_county
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE enterprises SET organization_status = 'own_union'"))
    sign_in(client, engine, "liaison")
    text = page(client, "/my-grid?lang=zh")
    assert "今天没有要办的" in text
    assert "没有未建会的企业" in text


def test_worker_lists_files_that_are_there_and_is_not_cached(anonymous):
    answer = anonymous.get("/worker.js")
    release = json.loads(re.match(r"self\.RELEASE = (\{.*?\});\n", answer.get_data(as_text=True))[1])
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.mimetype == "text/javascript"
    assert "/static/work/worker.js" not in release["shell"]
    for path in release["shell"]:
        with anonymous.get(path) as file:
            assert (path, file.status_code) == (path, 200)


def test_phone_keeps_every_file_that_the_list_and_an_enterprise_need(signed_in, app):
    client = signed_in("liaison")
    answer = client.get("/worker.js").get_data(as_text=True)
    shell = set(json.loads(re.match(r"self\.RELEASE = (\{.*?\});\n", answer)[1])["shell"])
    wanted = set()
    for path in ("/my-grid", f"/work/enterprises/{owned_by(app, 'G1')[0]}"):
        wanted |= set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page(client, path)))
    static = Path(app.static_folder)
    for path in [path for path in wanted if path.endswith(".js")]:
        follow(static, path, wanted)
    assert wanted - shell == set()


def follow(static, path, found):
    """Add what a script imports, and what that imports."""
    text = (static / path.removeprefix("/static/")).read_text("utf-8")
    for name in re.findall(r'^import .*?"(\.[^"]+)";', text, re.MULTILINE):
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
        if target not in found:
            found.add(target)
            follow(static, target, found)


def test_page_for_what_is_not_kept_names_nobody(anonymous, signed_in):
    assert page(anonymous, "/offline") == page(signed_in("liaison"), "/offline")
