"""A liaison's day: cases overdue, due, new and in hand, with ordinary names and with ugly ones."""

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.models import Enterprise, FoundingCase, FoundingStep, Grid, Post, User, Visit
from geodata.queries.people import local_today
from geodata.vocab import CaseStep
from tests.browser.seeding import BIG, LONG_NAME, MARKUP_NAME, SMALL

CONTACT_PHONE = "13800130137"
OVERDUE, DUE_TODAY, RUNNING, FREE = "麦芒冷链配送站", "槐安里便民生鲜店", "织云手作服饰工坊", "半山烟火快餐"
NEW, SECOND_DUE, LAPSING, FOREIGN = "云脚书店", "松间茶点", "远岫汽修行", "隔岸五金店"

_STEPS = list(CaseStep)


def workday(today: date, n: int) -> date:
    """The n-th day from Monday to Friday after today, or before it."""
    day, step = today, 1 if n > 0 else -1
    while n:
        day += timedelta(days=step)
        n -= step if day.weekday() < 5 else 0
    return day


def fill(session: Session) -> None:
    """Turn the plain county of ``seeding`` into a working day of its liaison; ``many`` has 5,000."""
    today = local_today(session)
    people = {user.login: user.id for user in session.scalars(sa.select(User))}
    first, second = session.scalars(
        sa.select(Grid.id).where(Grid.county_code == SMALL).order_by(Grid.code).limit(2)
    )
    session.execute(sa.text("UPDATE assignments SET valid_from = valid_from - interval '60 days'"))
    chosen = _name(session, first, second)
    mine = people["liaison"]
    _case(session, chosen[OVERDUE], first, mine, step=4, due=workday(today, -2))
    _case(session, chosen[DUE_TODAY], first, mine, step=3, due=today)
    _case(session, chosen[SECOND_DUE], first, mine, step=2, due=today)
    _case(session, chosen[RUNNING], first, mine, step=3, due=workday(today, 2))
    _case(session, chosen[LAPSING], first, mine, step=1, due=None, until=today + timedelta(days=3))
    _case(session, chosen[MARKUP_NAME], first, mine, step=2, due=workday(today, 4))
    _case(session, chosen[LONG_NAME], first, mine, step=5, due=workday(today, 5))
    _visit(session, chosen[OVERDUE], mine, today - timedelta(days=13), "met", "缺批复文号")
    _visit(session, chosen[DUE_TODAY], mine, today - timedelta(days=6), "consented", None)
    _visit(session, chosen[RUNNING], mine, today - timedelta(days=7), "consented", "资料已收齐")
    session.execute(
        sa.text(
            "UPDATE assignments SET valid_from = now() - interval '2 days' "
            "WHERE enterprise_id = ANY(:ids) AND valid_to IS NULL"
        ),
        {"ids": [chosen[NEW], chosen[FREE]]},
    )
    _many(session)
    session.flush()


def _name(session: Session, first: int, second: int) -> dict[str, int]:
    trades = ("道路运输", "批发零售", "纺织服装", "餐饮", "批发零售", "餐饮", "汽车维修")
    names = (OVERDUE, DUE_TODAY, RUNNING, FREE, NEW, SECOND_DUE, LAPSING)
    counts = (32, 18, 64, 12, 7, 21, 30)
    ids = list(
        session.scalars(
            sa.text(
                "SELECT e.id FROM enterprises AS e "
                "JOIN assignments AS a ON a.enterprise_id = e.id AND a.valid_to IS NULL "
                "WHERE a.grid_id = :grid AND e.name LIKE '晨光%' "
                "AND e.organization_status = 'unorganized' ORDER BY e.id LIMIT 7"
            ),
            {"grid": first},
        )
    )
    chosen = dict(zip(names, ids, strict=True))
    for name, trade, count in zip(names, trades, counts, strict=True):
        _change(session, chosen[name], name=name, industry_line=trade, staff_count=count)
    foreign = session.scalars(
        sa.text(
            "SELECT enterprise_id FROM assignments WHERE grid_id = :grid AND valid_to IS NULL "
            "ORDER BY id DESC LIMIT 1"
        ),
        {"grid": second},
    ).one()
    _change(session, foreign, name=FOREIGN)
    odd = session.execute(
        sa.select(Enterprise.name, Enterprise.id).where(Enterprise.name.in_([MARKUP_NAME, LONG_NAME]))
    )
    for name, enterprise_id in odd:
        chosen[name] = enterprise_id
    return chosen


def _change(session: Session, enterprise_id: int, **values: object) -> None:
    contact = {
        "contact_name": "行政主管",
        "contact_phone": CONTACT_PHONE,
        "operating_address": "槐安路 18 号",
    }
    session.execute(sa.update(Enterprise).where(Enterprise.id == enterprise_id).values(**contact, **values))


def _case(
    session: Session,
    enterprise_id: int,
    grid_id: int,
    user_id: int,
    *,
    step: int,
    due: date | None,
    until: date | None = None,
) -> None:
    today = local_today(session)
    started = None if due is None else workday(due, -5)
    case = FoundingCase(
        enterprise_id=enterprise_id,
        grid_id=grid_id,
        county_code=SMALL,
        holder_id=user_id,
        claimed_at=sa.func.now() - sa.text("interval '8 days'"),
        claim_until=until or today + timedelta(days=22),
        step=_STEPS[step - 1],
        consent_on=started,
        clock_from=started,
        due_on=due,
    )
    session.add(case)
    session.flush()
    for number in range(step - 1):
        done = (started or today) + timedelta(days=number)
        approval = {"document_number": "槐工发〔2026〕12号", "document_on": done} if number == 3 else {}
        session.add(
            FoundingStep(case_id=case.id, step=_STEPS[number], done_on=done, done_by=user_id, **approval)
        )
    status = "in_progress" if due else "unorganized"
    session.execute(
        sa.update(Enterprise).where(Enterprise.id == enterprise_id).values(organization_status=status)
    )


def _visit(
    session: Session, enterprise_id: int, user_id: int, on: date, result: str, note: str | None
) -> None:
    session.add(
        Visit(
            enterprise_id=enterprise_id,
            user_id=user_id,
            client_id=f"seeded-{enterprise_id}",
            visited_on=on,
            result=result,
            channel="on_site",
            note=note,
        )
    )


def _many(session: Session) -> None:
    """A liaison of all four grids of the big county, with 5,000 enterprises."""
    user = User(login="many", name="褚千山", work_phone="0371-60010002")
    session.add(user)
    session.flush()
    for grid_id in session.scalars(sa.select(Grid.id).where(Grid.county_code == BIG)):
        session.add(Post(user_id=user.id, role="liaison", county_code=BIG, grid_id=grid_id))
