"""Columns of street lines: published, unambiguous, turned into OpenStreetMap's tags."""

from pathlib import Path

import pytest

from geodata.ingest.columns import read_header
from geodata.network.ways import BY_CLASS
from geodata.rules import street_words as words
from geodata.vocab import NetworkSource

PUBLISHED = (Path(__file__).parents[4] / "docs" / "networks.md").read_text(encoding="utf-8")
LISTS = (words.CLASS_WORDS, words.ONEWAY_WORDS, words.DIRECTION_WORDS, words.FLAG_WORDS)


def test_every_header_and_word_is_published() -> None:
    for item in words.STREET_FIELDS:
        assert f"| `{item.name}` | {'、'.join(item.labels)} |" in PUBLISHED, item.name
    for listed in LISTS:
        for code, synonyms in listed.items():
            assert f"| `{code}` | {'、'.join(synonyms)} |" in PUBLISHED, code


def test_no_header_means_two_fields_and_no_word_two_codes() -> None:
    for item in words.STREET_FIELDS:
        for label in (item.name, *item.labels):
            assert read_header(NetworkSource.LINES, [label], {}).fields == (item.name,), label
    for listed in LISTS:
        every = [word for code, synonyms in listed.items() for word in {code, *synonyms}]
        assert len(every) == len(set(every))
        assert all(word == words.tidy(word) for word in every)


@pytest.mark.parametrize(
    ("cells", "tags"),
    [
        ({}, {"highway": "road"}),
        ({"road_class": "主干道"}, {"highway": "primary"}),
        ({"road_class": "living_street"}, {"highway": "living_street"}),
        ({"road_class": "人行天桥"}, {"highway": "footway", "bridge": "yes"}),
        ({"oneway": "F"}, {"highway": "road", "oneway": "yes"}),
        ({"oneway": "T"}, {"highway": "road", "oneway": "-1"}),
        ({"oneway": 1.0}, {"highway": "road", "oneway": "yes"}),
        ({"oneway": True}, {"highway": "road", "oneway": "yes"}),
        ({"direction": "1"}, {"highway": "road", "oneway": "no"}),
        ({"direction": "3"}, {"highway": "road", "oneway": "-1"}),
        ({"is_bridge": "T", "is_tunnel": "F"}, {"highway": "road", "bridge": "yes", "tunnel": "no"}),
        ({"access": "私有"}, {"highway": "road", "access": "private"}),
        ({"foot": "禁止"}, {"highway": "road", "foot": "no"}),
        ({"speed_kmh": 60.0}, {"highway": "road", "maxspeed": "60"}),
    ],
)
def test_tags(cells: dict[str, object], tags: dict[str, str]) -> None:
    assert words.read_tags(cells, BY_CLASS) == (tags, [])


def test_what_is_not_understood_is_named() -> None:
    cells = {"road_class": "没听说过", "oneway": "有时", "foot": "?"}
    assert words.read_tags(cells, BY_CLASS) == ({"highway": "road"}, ["road_class", "oneway", "foot"])


@pytest.mark.parametrize(
    ("cell", "level"), [(None, 0), ("", 0), ("2", 2), (-1.0, -1), ("1.5", None), ("B1", None), ("99", None)]
)
def test_level(cell: object, level: int | None) -> None:
    assert words.read_level(cell) == level
