"""Every code that an import raises has a sentence in both languages."""

import re
from pathlib import Path

from geodata.rules.file_fields import FIELDS
from webmap.i18n import has_key

ROOT = Path(__file__).parents[4] / "geodata"
RAISED = re.compile(
    r'(?:RefusedFile|InvalidInput|Unsound)\(\s*"([a-z_]+)"|notes\.(?:refuse|warn)\(\s*[^,()]+(?:\([^)]*\))?,\s*[^,]+,\s*"([a-z_]+)"'
)


def test_every_code_has_a_sentence():
    codes = set()
    for path in [
        *ROOT.glob("ingest/*.py"),
        *ROOT.glob("export/*.py"),
        *ROOT.glob("rules/*_text.py"),
        ROOT / "codes.py",
    ]:
        codes |= {a or b for a, b in RAISED.findall(path.read_text(encoding="utf-8"))}
    codes |= set(re.findall(r'"(geometry_[a-z_]+)"', (ROOT / "ingest" / "shapes.py").read_text()))
    codes |= {
        "coordinate_zero",
        "coordinates_swapped",
        "coordinate_out_of_range",
        "label_differs",
        "label_unknown",
    }
    assert len(codes) > 60
    assert {code for code in codes if not has_key(f"error.{code}")} == set()


def test_every_column_has_a_label():
    names = {item.name for fields in FIELDS.values() for item in fields}
    assert {name for name in names if not has_key(f"column.{name}")} == set()
