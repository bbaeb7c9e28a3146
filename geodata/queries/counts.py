"""How much there is of everything, for summaries."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

_COUNTS = sa.text(
    """
    SELECT (SELECT count(*) FROM stations) AS stations,
           (SELECT count(*) FROM grid_boundaries AS b
              JOIN boundary_versions AS v ON v.id = b.version_id WHERE v.status = 'effective') AS grids,
           (SELECT count(*) FROM enterprises WHERE removed_on IS NULL) AS enterprises,
           (SELECT count(*) FROM demand_points) AS demand_points
    """
)


def count_all(session: Session) -> dict[str, int]:
    """Stations, grids in force, enterprises still listed, and demand points."""
    return dict(session.execute(_COUNTS).mappings().one())
