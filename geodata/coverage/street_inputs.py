"""The streets of a question: the network in use in the county, cut by the barriers of the day.

Networks never change, so they are kept in memory by version, and so are streets by version, barriers and
traveller. What is kept is named by contents, never by age.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from sqlalchemy.orm import Session

from geodata.coverage.along_streets import AlongStreets, StreetMap
from geodata.coverage.question import CoverageQuestion
from geodata.coverage.shelf import Shelf
from geodata.errors import InvalidInput
from geodata.models import NetworkVersion
from geodata.network.edits import cut
from geodata.network.graph import Network, make_streets, to_zone
from geodata.queries import networks
from geodata.queries.barriers import BarrierRow, list_in_force
from geodata.vocab import Profile

METHOD = "streets/1"
"""Name of the method; a new number makes stored answers of the old one no longer the answer of today."""

KEPT_EDGES = 1_500_000
"""How many edges are kept in memory between questions: some counties, or one province town by town."""

_networks: Shelf[Network] = Shelf(KEPT_EDGES, len)
_maps: Shelf[StreetMap] = Shelf(KEPT_EDGES, lambda kept: len(kept.streets.row))


@dataclass(frozen=True, eq=False)
class StreetInputs:
    """What an answer along streets is computed from besides the stations and places.

    ``network`` is the one in use as loaded, ``walls`` the barriers of the day in its zone, ``way`` the
    streets cut by them, for the traveller and the limit of the rule.
    """

    version: dict[str, Any]
    barriers: Sequence[BarrierRow]
    network: Network
    walls: Sequence[shapely.Geometry]
    way: AlongStreets

    def describe(self) -> dict[str, Any]:
        """What to keep with an answer, and what its fingerprint is made of."""
        names = ("id", "name", "kind")
        return {
            "network": self.version,
            "barriers": [
                {**{name: getattr(each, name) for name in names}, "sha256": _digest([each])}
                for each in self.barriers
            ],
        }

    def tell(self) -> dict[str, Any]:
        """What stands beside a figure along streets: whose streets, which version, how many barriers."""
        names = ("version_id", "label", "source", "credit", "is_invented")
        return {name: self.version[name] for name in names} | {"barriers": len(self.barriers)}


def read_streets(session: Session, question: CoverageQuestion, rule: dict[str, Any]) -> StreetInputs:
    """The streets of a question about one county.

    Args:
        session: where to read.
        question: normalized, along streets.
        rule: with ``street_limit_s``, ``speed_mps``, ``profile`` and ``access_cap_m``.

    Raises:
        InvalidInput: ``no_network`` when no network is in use in the county.
    """
    county = question.county_code or ""
    version = networks.in_use(session, county)
    if version is None:
        raise InvalidInput("no_network", county=county)
    barriers = list_in_force(session, county, question.as_of)
    network = load_network(session, version)
    walls = [to_zone(each.shape, network.srid) for each in barriers]
    profile, pace = Profile(rule["profile"]), float(rule["speed_mps"])
    key = (*_name(version), _digest(barriers), profile, pace)
    kept = _maps.get(key, lambda: StreetMap(make_streets(cut(network, walls), profile, pace, walls=walls)))
    return StreetInputs(
        version=_told(version),
        barriers=barriers,
        network=network,
        walls=walls,
        way=AlongStreets(kept, float(rule["street_limit_s"]), float(rule["access_cap_m"])),
    )


def load_network(session: Session, version: NetworkVersion) -> Network:
    """The network of a version, from memory when it is there."""
    return _networks.get(_name(version), lambda: networks.read_network(session, version.id))


def _name(version: NetworkVersion) -> tuple[Any, ...]:
    """Names the contents of a version among all databases of this process."""
    return version.id, version.file_sha256, version.edges, version.length_m, version.created_at


def _told(version: NetworkVersion) -> dict[str, Any]:
    return {
        "version_id": version.id,
        "label": version.label,
        "source": version.source,
        "file_sha256": version.file_sha256,
        "nodes": version.nodes,
        "edges": version.edges,
        "credit": version.credit,
        "is_invented": version.is_invented,
    }


def _digest(barriers: Sequence[BarrierRow]) -> str:
    sha = hashlib.sha256()
    for each in barriers:
        sha.update(shapely.to_wkb(each.shape))
    return sha.hexdigest()
