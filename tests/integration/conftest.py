"""One database as full as the demonstration fills it, for tests that need much of everything."""

import pytest
import sqlalchemy as sa

from geodata.assignment.service import assign_enterprises
from geodata.db import make_engine, transaction
from geodata.demo.service import load_demo
from geodata.models import LoginSession, User
from geodata.queries.tile_tables import refresh
from scripts.cluster import Cluster


@pytest.fixture(scope="session")
def demo_database(cluster: Cluster, template_database: str) -> str:
    """The name of a database with the demonstration, assigned, somebody signed in; no test writes to it.

    It can be copied (``create_database(template=...)``) while nobody is connected to it.
    """
    cluster.create_database("demonstration", template=template_database)
    engine = make_engine(cluster.url("demonstration"))
    with transaction(engine) as session:
        load_demo(session)
        assign_enterprises(session)
        refresh(session)
        user = session.scalars(sa.select(User).order_by(User.id)).first()
        session.add(
            LoginSession(
                user_id=user.id,
                token_hash=b"x" * 32,
                csrf_token="y",  # noqa: S106 - of a test
                expires_at=sa.func.now() + sa.text("'1 day'::interval"),
            )
        )
    engine.dispose()
    return "demonstration"
