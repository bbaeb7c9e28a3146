"""Both languages say everything, with the same parameters."""

import ast
import re
from enum import StrEnum
from inspect import getmembers, isclass
from pathlib import Path
from string import Formatter

import pytest

from geodata import errors, vocab
from webmap.i18n import LOCALES, catalogue, choose_locale

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("geodata", "webmap", "scripts")
PLURAL_WORDS = re.compile(r"(?<!^)(?=[A-Z])")


def parameters(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_both_locales_have_the_same_keys():
    zh, en = (set(catalogue(locale)) for locale in LOCALES)
    assert zh - en == set()
    assert en - zh == set()


def test_both_locales_use_the_same_parameters():
    zh, en = (catalogue(locale) for locale in LOCALES)
    different = {
        key: (parameters(zh[key]), parameters(en[key]))
        for key in zh
        if parameters(zh[key]) != parameters(en[key])
    }
    assert different == {}


@pytest.mark.parametrize("locale", LOCALES)
def test_no_message_is_empty(locale):
    assert [key for key, sentence in catalogue(locale).items() if not sentence.strip()] == []


def test_every_word_of_the_vocabulary_has_a_label():
    unlabelled = {"ImportKind", "Severity", "Datum"}
    missing = []
    for name, kind in getmembers(vocab, isclass):
        if issubclass(kind, StrEnum) and kind is not StrEnum and name not in unlabelled:
            prefix = PLURAL_WORDS.sub("_", name).lower()
            missing += [f"{prefix}.{value}" for value in kind if f"{prefix}.{value}" not in catalogue("zh")]
    assert missing == []


def test_every_base_error_has_a_sentence():
    codes = {kind.code for _, kind in getmembers(errors, isclass) if issubclass(kind, errors.GeodataError)}
    assert {code for code in codes if f"error.{code}" not in catalogue("zh")} == set()


@pytest.mark.parametrize(
    ("wanted", "accepted", "expected"),
    [
        (None, None, "zh"),
        ("en", "zh-CN", "en"),
        ("fr", "fr,en;q=0.8", "en"),
        (None, "zh-CN,zh;q=0.9", "zh"),
        ("<b>", "", "zh"),
    ],
)
def test_choose_locale(wanted, accepted, expected):
    assert choose_locale(wanted, accepted) == expected


def raised_errors():
    """Every error raised with a code written out: where, its code, the names of its parameters."""
    kinds = {name for name, kind in getmembers(errors, isclass) if issubclass(kind, errors.GeodataError)}
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in kinds):
                continue
            if node.args and isinstance(node.args[0], ast.Constant):
                given = {keyword.arg for keyword in node.keywords}
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.args[0].value, given


def test_every_error_raised_has_a_sentence_and_gives_what_it_names():
    sentences = catalogue("zh")
    wrong = [
        (place, code)
        for place, code, given in raised_errors()
        if f"error.{code}" not in sentences
        or (None not in given and not parameters(sentences[f"error.{code}"]) <= given)
    ]
    assert wrong == []
