"""A stored network comes back as it was written, all at once."""

import numpy as np
import pytest
import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.errors import NotFound
from geodata.queries import networks

ROWS = [
    (0, 1, 31, 40.0, [(114.0, 22.5), (114.001, 22.5)]),
    (1, 2, 1, None, [(114.001, 22.5), (114.001, 22.501), (114.002, 22.501)]),
    (2, 0, 11, 20.5, [(114.002, 22.501), (114.0, 22.501), (113.999, 22.5), (114.0, 22.5)]),
]


@pytest.fixture
def version_id(session: Session) -> int:
    version = networks.add_version(
        session,
        {
            "county_code": "440304",
            "label": "test",
            "source": "lines",
            "file_name": "streets.geojson",
            "file_sha256": "0" * 64,
            "datum": "wgs84",
            "nodes": 3,
            "edges": 3,
            "length_m": 600.0,
            "created_by": "tester",
        },
    )
    rows = [
        (
            version.id,
            number,
            start,
            end,
            uses,
            "residential",
            None,
            speed,
            False,
            False,
            100.0 * (number + 1),
            shapely.to_wkb(shapely.set_srid(shapely.LineString(line), 4326), hex=True, include_srid=True),
        )
        for number, (start, end, uses, speed, line) in enumerate(ROWS)
    ]
    networks.copy_edges(session, reversed(rows))  # the order of the rows is not theirs
    return version.id


def test_a_network_comes_back(session: Session, version_id: int) -> None:
    edges = networks.read_edges(session, version_id)
    assert edges.start.tolist() == [0, 1, 2]
    assert edges.end.tolist() == [1, 2, 0]
    assert edges.uses.tolist() == [31, 1, 11]
    np.testing.assert_array_equal(edges.speed_kmh, [40.0, np.nan, 20.5])
    assert edges.length_m.tolist() == [100.0, 200.0, 300.0]
    assert [shapely.get_coordinates(line).tolist() for line in edges.lines] == [
        [list(point) for point in line] for *_, line in ROWS
    ]
    network = networks.read_network(session, version_id)
    assert (network.nodes, len(network), network.srid) == (3, 3, 4547)


def test_no_network_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match="network_not_found"):
        networks.read_network(session, 999)


def test_a_version_without_edges_is_empty(session: Session, version_id: int) -> None:
    session.execute(sa.text("DELETE FROM network_edges"))
    edges = networks.read_edges(session, version_id)
    assert (len(edges.start), len(edges.lines)) == (0, 0)


def test_one_is_in_use(session: Session, version_id: int) -> None:
    assert networks.in_use(session, "440304") is None
    version = networks.lock_version(session, version_id)
    version.status = "in_use"
    session.flush()
    found = networks.in_use(session, "440304")
    assert found is not None
    assert found.id == version_id
    assert networks.counties_in_use(session) == ["440304"]
    assert [row.label for row in networks.list_versions(session, counties=["440304"])] == ["test"]
    assert networks.list_versions(session, counties=["410102"]) == []
