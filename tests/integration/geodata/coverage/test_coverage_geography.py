"""Our straight-line reach against the geography type of PostGIS: no difference allowed."""

import numpy as np
import pytest
import sqlalchemy as sa

from geodata.rules.reach import reach_matrix, reached_by_any
from tests.integration.geodata.coverage.small_county import away

EXISTS = sa.text(
    """
    WITH place AS (
        SELECT * FROM unnest(CAST(:lon AS float8[]), CAST(:lat AS float8[])) WITH ORDINALITY AS p (x, y, n)
    ),
    station AS MATERIALIZED (
        SELECT ST_MakePoint(x, y)::geography AS geog
        FROM unnest(CAST(:station_lon AS float8[]), CAST(:station_lat AS float8[])) AS s (x, y)
    )
    SELECT array_agg(
        (SELECT count(*) FROM station WHERE ST_DWithin(geog, ST_MakePoint(x, y)::geography, :limit_m))
        ORDER BY n)
    FROM place
    """
)


@pytest.fixture(scope="module")
def scattered():
    """1,500 places and 40 stations, many places within centimetres and millimetres of a limit of 667 m."""
    random = np.random.default_rng(11)
    stations = np.column_stack((random.uniform(113.55, 113.65, 40), random.uniform(34.65, 34.75, 40)))
    places = [
        tuple(each)
        for each in np.column_stack((random.uniform(113.5, 113.7, 900), random.uniform(34.6, 34.8, 900)))
    ]
    for step in (-0.05, -0.001, -0.00001, 0.00001, 0.001, 0.05):
        chosen = random.integers(0, 40, 100)
        places += [away(*stations[at], random.uniform(0, 360), 667 + step) for at in chosen]
    return np.array(places), stations


def test_reach_agrees_with_geography_to_the_last_place(session, scattered):
    places, stations = scattered
    values = {
        "lon": places[:, 0].tolist(),
        "lat": places[:, 1].tolist(),
        "station_lon": stations[:, 0].tolist(),
        "station_lat": stations[:, 1].tolist(),
        "limit_m": 667,
    }
    expected = np.array(session.execute(EXISTS, values).scalar_one())
    matrix = reach_matrix(places, stations, 667)
    assert np.flatnonzero(np.diff(matrix.indptr) != expected).tolist() == []
    assert np.flatnonzero(reached_by_any(places, stations, 667) != (expected > 0)).tolist() == []


def test_points_at_exactly_the_limit_lie_at_the_limit_for_geography_too(session):
    station = (113.6, 34.7)
    for azimuth in range(0, 360, 15):
        place = away(*station, azimuth, 667.0)
        metres = session.scalar(
            sa.text("SELECT ST_Distance(ST_MakePoint(:a, :b)::geography, ST_MakePoint(:c, :d)::geography)"),
            dict(zip("abcd", (*station, *place), strict=True)),
        )
        assert metres == pytest.approx(667, abs=1e-6)
        assert reached_by_any(np.array([place]), np.array([station]), 667).all()
