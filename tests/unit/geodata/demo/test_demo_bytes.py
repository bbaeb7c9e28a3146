"""The generated files are the same bytes on every machine and in every run."""

import hashlib
from pathlib import Path

from geodata.demo import files
from geodata.demo.demand import invent_demand
from geodata.demo.drafts import flawed_draft, shifted_draft
from geodata.demo.firms import Firm
from geodata.demo.grids import GridPlan
from geodata.demo.lattice import Lattice
from geodata.demo.scenery import draw_scenery
from geodata.demo.sources import read_counties
from geodata.demo.streets import cut_by_county, draw_streets

DIGESTS = {
    "demand": "d271c38e47f6",
    "enterprises": "6f0c5397e2f9",
    "flawed": "94c21d148ea7",
    "grids": "28f40382a052",
    "shifted": "69884139f47e",
    "streets": "0f50b2a75d6b",
    "towns": "1a81d7e91f8c",
}


def test_generated_files_have_the_known_digests(
    tmp_path: Path, lattice: Lattice, plan: GridPlan, firms: list[Firm]
) -> None:
    files.write_towns(tmp_path / "towns", plan.towns)
    files.write_grids(tmp_path / "grids", plan.grids)
    files.write_grids(tmp_path / "shifted", shifted_draft(lattice, plan))
    files.write_draft(tmp_path / "flawed", flawed_draft(plan))
    files.write_enterprises(tmp_path / "enterprises", firms)
    files.write_demand(tmp_path / "demand", invent_demand(lattice))
    lines = cut_by_county(draw_streets(lattice) + draw_scenery(lattice), read_counties())
    (tmp_path / "streets").write_text("\n".join(map(str, lines)), encoding="utf-8")
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in tmp_path.iterdir()}
    assert digests == DIGESTS
