"""Settings: checked at start, nothing misspelt taken in silence."""

import pytest

from geodata.errors import Misconfigured
from webmap.config import Settings, read_settings

URL = "postgresql:///tenmin"
TILES = "https://t{s}.tianditu.gov.cn/vec?x={x}&y={y}&z={z}&tk={key}"

HIDDEN = "not to be shown"


def test_an_unknown_setting_is_refused_by_name():
    with pytest.raises(Misconfigured) as refused:
        read_settings({"DATABASE_URL": URL, "WEBMAP_DEFAULT_COUNTRY": "410103"})
    assert (refused.value.code, refused.value.params) == (
        "setting_unknown",
        {"names": "WEBMAP_DEFAULT_COUNTRY"},
    )


def test_other_programs_settings_are_none_of_ours():
    assert read_settings({"DATABASE_URL": URL, "FLASK_DEBUG": "1"}) == Settings(database_url=URL)


def test_without_a_database_there_is_nothing_to_show():
    with pytest.raises(Misconfigured, match="database_url_missing"):
        read_settings({})


def test_an_empty_value_is_no_value():
    assert read_settings({"DATABASE_URL": URL, "WEBMAP_BASE_MAP_URL": " "}).base_map_url is None


@pytest.mark.parametrize("county", ["4101", "410100", "410103001", "abc", "410103000000"])
def test_the_default_county_is_six_digits_of_a_county(county):
    with pytest.raises(Misconfigured, match="setting_invalid"):
        Settings(database_url=URL, default_county=county)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/{z}/{x}/{y}",
        "https://a.example/{z}/{x}",
        "https://a.example;script-src/{z}/{x}/{y}",
        "https://user@a.example/{z}/{x}/{y}",
        "javascript:{z}{x}{y}",
    ],
)
def test_a_base_map_that_could_widen_the_policy_is_refused(url):
    with pytest.raises(Misconfigured, match="setting_invalid"):
        Settings(database_url=URL, base_map_url=url)


def test_a_base_map_that_asks_for_a_key_needs_one():
    with pytest.raises(Misconfigured, match="BASE_MAP_KEY"):
        Settings(database_url=URL, base_map_url=TILES)


def test_the_source_of_the_base_map_is_its_host_alone():
    assert Settings(database_url=URL).base_map is None
    chosen = Settings(database_url=URL, base_map_url=TILES, base_map_key="k").base_map
    assert chosen is not None
    assert chosen.source == "https://*.tianditu.gov.cn"


@pytest.mark.parametrize(
    "given",
    [
        {"oidc_issuer": "https://sso.example"},
        {"oidc_label": "统一登录"},
        {"oidc_issuer": "http://sso.example", "oidc_client_id": "a", "oidc_client_secret": "b"},
        {"oidc_issuer": "https://", "oidc_client_id": "a", "oidc_client_secret": "b"},
        {"oidc_issuer": "https://u:p@sso.example", "oidc_client_id": "a", "oidc_client_secret": "b"},
        {"oidc_issuer": "https://[", "oidc_client_id": "a", "oidc_client_secret": "b"},
    ],
)
def test_half_or_unsafe_single_sign_on_is_refused(given):
    with pytest.raises(Misconfigured, match="setting_invalid"):
        Settings(database_url=URL, **given)


def test_single_sign_on_is_offered_when_all_of_it_is_set_and_its_secret_is_not_shown():
    chosen = Settings(
        database_url=URL, oidc_issuer="https://sso.example", oidc_client_id="a", oidc_client_secret=HIDDEN
    )
    assert chosen.has_sign_on
    assert HIDDEN not in repr(chosen)


def test_settings_do_not_change():
    with pytest.raises(AttributeError):
        Settings(database_url=URL).default_county = "410103"


def test_the_demonstrations_accounts_can_be_turned_off():
    assert read_settings({"DATABASE_URL": URL}).demo
    assert not read_settings({"DATABASE_URL": URL, "WEBMAP_DEMO": "0"}).demo
    with pytest.raises(Misconfigured, match="setting_invalid"):
        read_settings({"DATABASE_URL": URL, "WEBMAP_DEMO": "no"})
