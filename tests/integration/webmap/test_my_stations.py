"""The manager's pages: what is said, to whom, and nothing of anybody else's."""

import re

import pytest
import sqlalchemy as sa

from geodata.db import transaction
from geodata.models import Post, Station
from tests.office import sign_in
from webmap.config import Settings

PAGES = ["", "/hours", "/special-days", "/closure", "/services", "/access", "/visitors", "/photos", "/card"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_of_ones_own_station_is_there_in_both_languages(signed_in, page, language):
    answer = signed_in("manager").get(f"/my-stations/1{page}?lang={language}")
    assert answer.status_code == 200
    text = answer.get_data(as_text=True)
    assert "爱心驿站1号" in text
    # A key without a sentence would stand there as it is.
    seen = re.sub(r"<script.*?</script>|<[^>]*>", " ", text, flags=re.S)
    assert re.findall(r"\b(?:station\w*|access_method|closure_kind)\.[a-z_]+", seen) == []
    assert 'style="' not in text


@pytest.mark.parametrize("page", PAGES)
def test_a_foreign_station_has_no_page(signed_in, page):
    assert signed_in("manager").get(f"/my-stations/2{page}").status_code == 404


@pytest.mark.parametrize("login", ["liaison", "viewer", "auditor"])
def test_who_keeps_no_station_is_refused(signed_in, login):
    assert signed_in(login).get("/my-stations").status_code == 403


def test_who_is_not_signed_in_is_asked_to(anonymous):
    answer = anonymous.get("/my-stations/1")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login?next=/my-stations/1")


def test_who_has_one_station_goes_straight_to_it(signed_in):
    assert signed_in("manager").get("/my-stations").headers["Location"] == "/my-stations/1"


def test_a_planner_sees_all_stations_of_the_county_those_first_that_wait(signed_in):
    text = signed_in("planner").get("/my-stations").get_data(as_text=True)
    assert text.count("station-card") >= 5
    assert "爱心驿站5号" not in text  # retired


def test_the_page_says_what_the_public_sees_and_that_nobody_confirmed_lately(signed_in):
    text = signed_in("manager").get("/my-stations/1?lang=zh").get_data(as_text=True)
    assert "外面看到的是：" in text
    assert "天没确认了，外面会看到" in text
    assert text.count("data-tile=") == 8
    assert "一切如常，确认" in text


def test_the_name_of_a_station_cannot_become_markup(own_county):
    planner, engine = own_county
    with transaction(engine) as session:
        session.execute(sa.update(Station).where(Station.id == 1).values(name="</script><b>x</b>"))
    text = planner.get("/my-stations/1").get_data(as_text=True)
    assert "<b>x</b>" not in text
    assert "</script><b>" not in text


def test_the_card_leads_to_the_public_page_of_the_station(signed_in):
    text = signed_in("manager").get("/my-stations/1/card").get_data(as_text=True)
    assert "http://localhost/s/ZZ-001" in text
    assert "<svg" in text
    assert "0371-60000000" not in text


def test_the_card_takes_the_address_of_the_installation(own_county, make_client):
    _, engine = own_county
    url = engine.url.render_as_string(hide_password=False)
    client = make_client(Settings(database_url=url, public_url="https://map.example.cn/"))
    text = sign_in(client, engine, "manager").get("/my-stations/1/card?size=a4").get_data(as_text=True)
    assert "https://map.example.cn/s/ZZ-001" in text
    client.application.extensions["tenmin.engine"].dispose()


def test_a_manager_of_two_stations_gets_the_list_and_a_way_back(own_county):
    planner, engine = own_county
    with transaction(engine) as session:
        manager = session.scalars(sa.select(Post).where(Post.role == "station_manager")).one()
        session.add(Post(user_id=manager.user_id, role="station_manager", county_code="410103", station_id=2))
    client = sign_in(planner.application.test_client(), engine, "manager")
    assert client.get("/my-stations").status_code == 200
    assert 'href="/my-stations?all"' in client.get("/my-stations/2").get_data(as_text=True)
