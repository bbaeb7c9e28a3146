"""A county of three grids and a few people, for tests of accounts."""

from datetime import date, timedelta
from types import SimpleNamespace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.accounts import posts, users
from geodata.accounts.users import Profile
from geodata.models import AuditEntry, BoundaryVersion, Division, Grid, GridBoundary, Post, Station
from geodata.queries import people
from geodata.queries.scopes import Scope
from geodata.rules.posts import PostWanted
from geodata.vocab import Role

COUNTY, NEIGHBOUR = "410103", "410102"
EVERYTHING = Scope(everything=True)
HERE = Scope(county_codes=frozenset({COUNTY}))
ADMIN_ID = 2**40
WIDE = 0.05


def square(number: int) -> str:
    west, east = 113.6 + WIDE * number, 113.6 + WIDE * (number + 1)
    return f"SRID=4326;MULTIPOLYGON((({west} 34.7,{east} 34.7,{east} 34.8,{west} 34.8,{west} 34.7)))"


class Staff:
    """The county, and short ways to put people into it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.today = people.local_today(session)
        self.tomorrow = self.today + timedelta(days=1)
        self.grids = [self._grid(COUNTY, number) for number in range(3)] + [self._grid(NEIGHBOUR, 3)]
        for code, name in ((COUNTY, "二七区"), (NEIGHBOUR, "中原区")):
            session.add(Division(code=code, level="county", name=name, geom=square(0)))
        self.station = Station(code="ZZ-1", name="爱心驿站", county_code=COUNTY)
        session.add(self.station)
        session.flush()

    def _grid(self, county: str, number: int) -> int:
        version = self.session.scalars(
            sa.select(BoundaryVersion).where(BoundaryVersion.county_code == county)
        ).first()
        if version is None:
            version = BoundaryVersion(
                county_code=county,
                label="2026",
                status="effective",
                effective_from=date(2026, 1, 1),
                created_by="planner",
            )
        grid = Grid(county_code=county, code=f"G{number}")
        self.session.add_all([version, grid])
        self.session.flush()
        self.session.add(
            GridBoundary(
                version_id=version.id, grid_id=grid.id, name=f"{number}号", kind="grid", geom=square(number)
            )
        )
        self.session.flush()
        return grid.id

    def user(self, login: str, name: str | None = None, phone: str | None = "0371-66660000") -> int:
        made = users.create_user(self.session, login=login, profile=Profile(name or login, phone), by="admin")
        return made.user_id

    def give(self, user_id: int, role: Role, scope: Scope = EVERYTHING, **scope_of_post: object) -> int:
        wanted = PostWanted(role=role, **scope_of_post)  # type: ignore[arg-type]
        return posts.add_post(self.session, user_id, wanted, scope=scope, by="admin", by_user_id=ADMIN_ID)

    def backdate(self, post_id: int, days: int = 30) -> None:
        """Let a post have begun long ago."""
        self.session.get_one(Post, post_id).valid_from = self.today - timedelta(days=days)
        self.session.flush()

    def posts_of(self, user_id: int) -> list[SimpleNamespace]:
        rows = self.session.execute(
            sa.text("SELECT * FROM posts WHERE user_id = :u ORDER BY id"), {"u": user_id}
        ).mappings()
        return [SimpleNamespace(**row) for row in rows]

    def log(self) -> list[AuditEntry]:
        return list(self.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)))
