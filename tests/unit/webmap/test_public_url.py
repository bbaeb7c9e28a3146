"""The address that printed codes lead to."""

import pytest

from geodata.errors import Misconfigured
from webmap.config import read_settings

DATABASE = {"DATABASE_URL": "postgresql:///x"}


@pytest.mark.parametrize("url", ["https://map.example.cn", "http://10.0.0.8:8000", "https://a.cn/tenmin/"])
def test_a_public_url_with_scheme_and_host_is_taken(url):
    assert read_settings(DATABASE | {"WEBMAP_PUBLIC_URL": url}).public_url == url


@pytest.mark.parametrize(
    "url", ["map.example.cn", "javascript:alert(1)", "https://a b.cn", "https://a.cn?x=1"]
)
def test_a_public_url_that_is_no_address_is_refused(url):
    with pytest.raises(Misconfigured, match="PUBLIC_URL"):
        read_settings(DATABASE | {"WEBMAP_PUBLIC_URL": url})
