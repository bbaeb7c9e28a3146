"""Invented union work of the main county: a case in every state, so that every page has something to show.

The acts go through the workflows like anybody's; only their days are then moved into the past, counted back
from the day of loading. Nobody and nothing here exists.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from geodata.assignment.service import decide as decide_owner
from geodata.demo.people import LIAISON_GRID
from geodata.demo.sources import MAIN_COUNTY
from geodata.founding import claims, disputes, endings, pauses, steps, sweeps, visits
from geodata.founding.acts import Actor
from geodata.queries import calendar, demo_cases, grid_people
from geodata.queries.demo_cases import Workable
from geodata.queries.founding_cases import CaseRow, find_case_of
from geodata.queries.grid_people import Colleague, GridPeople
from geodata.queries.people import local_today
from geodata.queries.scopes import Scope
from geodata.rules.founding import STEPS, Evidence
from geodata.rules.workdays import WorkCalendar
from geodata.vocab import (
    CaseEnd,
    CaseStep,
    DisputeKind,
    FoundingForm,
    FoundingRoute,
    StuckReason,
    VisitChannel,
    VisitResult,
)

NEIGHBOUR_GRID = "410102G010"
_EVERYWHERE = Scope(everything=True)
_UNION = "演示商圈联合工会"
_MET, _AGREED, _AWAY = VisitResult.MET, VisitResult.CONSENTED, VisitResult.NOT_MET


@dataclass(frozen=True)
class Told:
    """How far one case is.

    Attributes:
        claimed: days ago.
        used: working days since the employer's consent; ``None`` without one.
        done: finished steps.
        visit: result, note and days ago of the last visit.
        next_in: days until the next visit.
        then: what happened after that.
    """

    claimed: int
    used: int | None = None
    done: int = 0
    visit: tuple[VisitResult, str, int] | None = None
    next_in: int | None = None
    form: FoundingForm | None = None
    route: FoundingRoute | None = FoundingRoute.ATTRACT
    then: str = ""


STORY = (
    Told(16, 7, 3, (_MET, "缺批复文号，街道在催", 6), form=FoundingForm.SINGLE),
    Told(9, 5, 2, (_MET, "老板出差，月底回", 3), form=FoundingForm.SINGLE),
    Told(8, 5, 3, (_MET, "资料已交街道", 2), form=FoundingForm.JOINT),
    Told(7, 3, 2, (_AGREED, "同意筹建，资料已收齐", 4), 2, form=FoundingForm.SINGLE),
    Told(4, 1, 1, (_AGREED, "愿意和隔壁一起建", 1), 4, form=FoundingForm.JOINT),
    Told(12, None, 0, (_AWAY, "门关着，邻居说下午开", 5), 0),
    Told(6, None, 0, None),
    Told(20, 3, 1, (_MET, "总部下月开会定", 8), form=FoundingForm.SINGLE, then="paused"),
    Told(10, 2, 1, (_MET, "要等区域经理点头", 2), route=FoundingRoute.PUSH, then="pause_wanted"),
    Told(18, 4, 5, form=FoundingForm.SINGLE, then="to_verify"),
    Told(15, None, 0, (VisitResult.CLOSED_DOWN, "卷帘门上贴了转让", 1), then="closed_down"),
    Told(
        40, None, 0, (VisitResult.REFUSED, "老板说人太少没必要", 9), route=FoundingRoute.PUSH, then="refused"
    ),
    Told(45, 4, 5, form=FoundingForm.ABSORBED, route=FoundingRoute.CATCH_ALL, then="founded"),
    Told(27, None, 0, None, then="lapsing"),
    Told(35, None, 0, None, then="lapsed"),
    Told(14, None, 1, (_MET, "人手排不开，先退回", 3), then="given_back"),
    Told(5, None, 0, (_MET, "店门开在马路对面", 1), then="dispute"),
)
"""The cases of the liaison who is shown."""

ELSEWHERE = (
    Told(11, 4, 2, (_AGREED, "同意筹建", 5), form=FoundingForm.SINGLE),
    Told(15, 6, 3, (_MET, "等街道批复", 4), form=FoundingForm.JOINT),
    Told(30, 4, 5, form=FoundingForm.JOINT, then="founded"),
    Told(3, None, 0, (_MET, "约了下周细谈", 2), 5),
)
"""Each other grid gets the first two of these, beginning with another one from grid to grid."""


def add_demo_work(session: Session) -> int:
    """Add the invented union work to an assigned demonstration; returns the number of cases.

    Does nothing when there is a case already, or no invented liaison.
    """
    places = _by_grid(demo_cases.list_workable(session, MAIN_COUNTY))
    people = grid_people.list_people(session, [found[0].grid_id for found in places.values()])
    if demo_cases.has_cases(session) or LIAISON_GRID not in places:
        return 0
    if people[places[LIAISON_GRID][0].grid_id].liaison is None:
        return 0
    told = _Telling(
        session,
        people,
        calendar.read_calendar(session),
        local_today(session),
        demo_cases.list_logins(session),
    )
    count = 0
    for number, (code, found) in enumerate(sorted(places.items())):
        stories = STORY if code == LIAISON_GRID else (ELSEWHERE * 2)[number % 4 : number % 4 + 2]
        for place, story in zip(found, stories, strict=False):
            told.tell(place, story)
            count += 1
    told.bring_news(places)
    sweeps.sweep(session)
    demo_cases.mark_work_invented(session)
    session.flush()
    return count


def _by_grid(places: list[Workable]) -> dict[str, list[Workable]]:
    found: dict[str, list[Workable]] = {}
    for place in places:
        found.setdefault(place.grid_code, []).append(place)
    return found


@dataclass
class _Telling:
    """Lets stories happen to enterprises."""

    session: Session
    people: dict[int, GridPeople]
    calendar: WorkCalendar
    today: date
    logins: dict[int, str]

    def tell(self, place: Workable, story: Told) -> None:
        """Claim, visit, work and end one case, and move its days into the past."""
        actor = self._worker(place)
        claims.claim(self.session, place.enterprise_id, actor=actor)
        self._visit(place, story, actor)
        case = self._case(place)
        if story.used is not None:
            on = self._workdays_ago(story.used)
            case = steps.record_consent(self.session, case.id, version=case.version, on=on, actor=actor)
        union = None if story.form in (None, FoundingForm.SINGLE) else _UNION
        plan = steps.Plan(story.route, story.form, union)
        case = steps.plan(self.session, case.id, version=case.version, wanted=plan, actor=actor)
        case = self._work(case, story, actor)
        self._then(case, story, actor)
        until = {"lapsing": self.today + timedelta(3), "lapsed": self.today - timedelta(2)}.get(story.then)
        demo_cases.backdate_case(self.session, case.id, days=story.claimed, claim_until=until)

    def bring_news(self, places: dict[str, list[Workable]]) -> None:
        """Two enterprises that came to the shown grid today, and a dispute from the other side."""
        neighbours = places[NEIGHBOUR_GRID][-3:]
        cadre = self._cadre_of(places[LIAISON_GRID][0].grid_id)
        for place in neighbours[:2]:
            decide_owner(
                self.session,
                place.enterprise_id,
                by=cadre.by,
                reason="门牌在路这边（演示）",
                grid_code=LIAISON_GRID,
            )
        inbound = disputes.open_dispute(
            self.session,
            neighbours[2].enterprise_id,
            kind=DisputeKind.NOT_IN_MY_GRID,
            proposed_grid_id=places[LIAISON_GRID][0].grid_id,
            why="注册在我这边，实际在槐荫那边经营",
            actor=self._worker(neighbours[2]),
        )
        demo_cases.set_decide_by(self.session, inbound.id, self.today - timedelta(1))

    def _case(self, place: Workable) -> CaseRow:
        case = find_case_of(self.session, place.enterprise_id)
        assert case is not None  # noqa: S101 - just claimed
        return case

    def _visit(self, place: Workable, story: Told, actor: Actor) -> None:
        if story.visit is None:
            return
        result, words, days_ago = story.visit
        on = self.today - timedelta(days_ago)
        later = None if story.next_in is None else self.today + timedelta(story.next_in)
        visit = visits.NewVisit(
            client_id=f"demo-{place.enterprise_id}",
            visited_on=on,
            result=result,
            channel=VisitChannel.ON_SITE if place.enterprise_id % 3 else VisitChannel.PHONE,
            next_on=later if later is None or later > on else None,
            note=words,
        )
        visits.add_visit(self.session, place.enterprise_id, visit, actor=actor)

    def _work(self, case: CaseRow, story: Told, actor: Actor) -> CaseRow:
        for step, days_ago in zip(STEPS, _days_back(story), strict=False):
            on = self.today - timedelta(days_ago)
            number = "（演示）工〔2026〕17 号" if step == CaseStep.APPLICATION_APPROVAL else None
            evidence = Evidence(on, None, number, on if number else None)
            case = steps.finish_step(
                self.session, case.id, step, version=case.version, evidence=evidence, actor=actor
            )
        return case

    def _then(self, case: CaseRow, story: Told, actor: Actor) -> None:
        session, version = self.session, case.version
        if story.then in ("paused", "pause_wanted"):
            self._pause(case, actor, is_approved=story.then == "paused")
        elif story.then == "given_back":
            claims.give_back(session, case.id, version=version, note="人手排不开", actor=actor)
        elif story.then == "dispute":
            self._dispute(case, actor)
        elif story.then in ("closed_down", "refused"):
            note = story.visit[1] if story.visit else ""
            on = self.today - timedelta(1)
            case = endings.end(
                session, case.id, version=version, wanted=CaseEnd(story.then), on=on, note=note, actor=actor
            )
        if story.then in ("refused", "founded"):
            endings.verify(
                session, case.id, version=case.version, note="已核", actor=self._cadre_of(case.grid_id)
            )

    def _pause(self, case: CaseRow, actor: Actor, *, is_approved: bool) -> None:
        case = pauses.request_pause(
            self.session,
            case.id,
            version=case.version,
            reason=StuckReason.HQ_DECIDES,
            note="等总部答复",
            actor=actor,
        )
        if not is_approved:
            return
        cadre = self._cadre_of(case.grid_id)
        pauses.decide_pause(
            self.session, case.id, version=case.version, is_approved=True, note="同意", actor=cadre
        )
        demo_cases.set_pause_since(self.session, case.id, self.today - timedelta(3))

    def _dispute(self, case: CaseRow, actor: Actor) -> None:
        codes = demo_cases.list_workable(self.session, MAIN_COUNTY)
        other = next(place.grid_id for place in codes if place.grid_code == NEIGHBOUR_GRID)
        opened = disputes.open_dispute(
            self.session,
            case.enterprise_id,
            kind=DisputeKind.NOT_IN_MY_GRID,
            proposed_grid_id=other,
            why="店门开在马路对面，归对面网格",
            actor=actor,
        )
        demo_cases.set_decide_by(self.session, opened.id, self.calendar.add_workdays(self.today, 2))

    def _workdays_ago(self, used: int) -> date:
        """The latest day from which ``used`` working days lead to today, or to the next working day."""
        end = (
            self.today if self.calendar.is_workday(self.today) else self.calendar.add_workdays(self.today, 1)
        )
        day = self.today
        while self.calendar.workdays_between(day, end) < used:
            day -= timedelta(1)
        return day

    def _worker(self, place: Workable) -> Actor:
        """The liaison of a grid, or the cadre who acts."""
        people = self.people[place.grid_id]
        return self._actor(people.liaison or people.cadre)

    def _cadre_of(self, grid_id: int | None) -> Actor:
        return self._actor(self.people[grid_id or 0].cadre)

    def _actor(self, who: Colleague | None) -> Actor:
        assert who is not None  # noqa: S101 - every grid of the demonstration has its cadre
        return Actor(who.id, self.logins[who.id], _EVERYWHERE)


def _days_back(story: Told) -> Iterator[int]:
    """Days ago on which each finished step was done, the last one yesterday at the latest."""
    for number in range(story.done):
        yield max(1, story.claimed - 1 - number * max(1, (story.claimed - 2) // 5))
