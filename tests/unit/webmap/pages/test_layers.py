"""The folium part and the static files: local only, nonces everywhere, no text of data near markup."""

import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from geodata.queries.map_choices import CountyChoice
from webmap.config import Settings
from webmap.pages import layers
from webmap.pages.choices import base_map, default_county
from webmap.pages.script_json import script_json

ROOT = Path(__file__).resolve().parents[4]
STATIC = ROOT / "webmap" / "static"
SCRIPTS = sorted((STATIC / "app").rglob("*.js"))
STYLES = sorted((STATIC / "css").rglob("*.css"))

WAYS_TO_MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment"
    r"|\beval\(|new Function|srcdoc|bindPopup|bindTooltip|setAttribute\(.(style|on)"
)


@pytest.fixture(scope="module")
def parts() -> layers.MapParts:
    return layers.build_map("word")


def test_map_asks_for_nothing_but_local_files(parts):
    markup = parts.head + parts.body + parts.script
    assert re.findall(r"https?://|//cdn", markup) == []
    assert set(re.findall(r'(?:src|href)="([^"]+)"', markup)) == {
        "/static/vendor/leaflet/leaflet.js",
        "/static/vendor/leaflet/leaflet.css",
    }


def test_every_script_and_style_of_folium_carries_the_nonce(parts):
    tags = re.findall(r"<(?:script|style)[^>]*>", parts.head + parts.body)
    assert tags
    assert all('nonce="word"' in tag for tag in tags)


def test_reader_may_zoom_the_page_to_200_percent(parts):
    assert "user-scalable" not in parts.head
    assert "maximum-scale" not in parts.head


def test_map_is_built_from_constants_alone():
    assert list(inspect.signature(layers.build_map).parameters) == ["nonce"]
    assert list(inspect.signature(layers.TenminTiles.__init__).parameters) == ["self"]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_of_ours_makes_markup_of_text(path):
    assert WAYS_TO_MARKUP.findall(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", SCRIPTS + STYLES, ids=lambda path: path.name)
def test_no_file_of_ours_names_another_host(path):
    text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
    assert re.findall(r"https?://|@import|url\(", text) == []


def test_vendored_files_are_what_the_manifest_says():
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "vendor"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "vendored files agree with the manifest")


def test_manifest_names_version_and_licence_of_each_library():
    manifest = json.loads((STATIC / "vendor" / "manifest.json").read_text("utf-8"))
    assert manifest
    for package in manifest.values():
        assert package["version"]
        assert package["licence"]
        assert any("LICENSE" in name for name in package["files"])


MODULES = sorted(path for path in STATIC.rglob("*.js") if path.name != "leaflet.js")
IMPORT = re.compile(r"""^(?:import\s*|(?:import|export)\b[^'";]*\bfrom\s*)['"]([^'"]+)['"]""", re.MULTILINE)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_import_is_the_address_of_a_file_we_serve(path):
    for target in IMPORT.findall(path.read_text("utf-8")):
        assert target.startswith(("./", "../"))
        assert (path.parent / target).resolve().is_relative_to(STATIC)
        assert (path.parent / target).is_file()


def test_vendored_libraries_are_the_ones_tiles_are_read_with():
    vendored = set(json.loads((STATIC / "vendor" / "manifest.json").read_text("utf-8")))
    assert vendored == {"leaflet", "pbf", "@mapbox/point-geometry", "@mapbox/vector-tile"}
    assert len((STATIC / "app" / "map" / "mvt.js").read_text("utf-8").splitlines()) <= 40


def test_settings_cannot_end_their_script_element():
    hostile = {"name": "</script><script>alert(1)</script><!--", "other": "a & b \u2028"}
    text = str(script_json(hostile))
    assert not re.search(r"[<>&\u2028]", text)
    assert json.loads(text) == hostile


def county(code: str, grids: int) -> CountyChoice:
    return CountyChoice(code, code, (0.0, 0.0, 1.0, 1.0), grids)


@pytest.mark.parametrize(
    ("counties", "wanted", "expected"),
    [
        ([], None, ""),
        ([county("410102", 1), county("410103", 5)], None, "410103"),
        ([county("410102", 1), county("410103", 5)], "410102", "410102"),
        ([county("410102", 1)], "999999", "410102"),
    ],
)
def test_first_county_is_the_offices_own_or_the_one_with_most_stations(counties, wanted, expected):
    assert default_county(counties, wanted) == expected


def test_base_map_is_named_only_when_the_office_chose_one():
    plain = Settings(database_url="postgresql://nowhere")
    chosen = Settings(
        database_url="postgresql://nowhere",
        base_map_url="https://t{s}.example/{z}/{x}/{y}?tk={key}",
        base_map_key="k",
        base_map_attribution="天地图",
        base_map_approval="GS(2026)1号",
    )
    assert base_map(plain.base_map) is None
    assert base_map(chosen.base_map) == {
        "layers": [{"url": "https://t{s}.example/{z}/{x}/{y}?tk=k", "subdomains": "01234567"}],
        "attribution": "天地图",
        "approval": "GS(2026)1号",
    }
