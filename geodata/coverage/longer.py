"""Which stations, opened longer, would change most at one hour: a proposal with the gain of each."""

from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from geodata.coverage.ground import survey
from geodata.coverage.question import CoverageQuestion
from geodata.errors import InvalidInput
from geodata.rules.coverage import CROSS, ONE
from geodata.rules.longer_hours import UNTIL_MIN, Wish, find_candidates, pick_greedily
from geodata.rules.week import find_states, mask_stations

MAX_PICKS = 20


def propose_longer_hours(
    session: Session, question: CoverageQuestion, *, count: int, all_night: bool = True
) -> dict[str, Any]:
    """The ``count`` stations whose longer hours newly cover most people at the moment asked; writes nothing.

    Chosen one after the other, each the best then, equal ones by lowest id. Only stations known to be shut
    at that moment that would count if they were open are proposed.

    Args:
        session: where to look.
        question: of one county, at an hour.
        count: how many stations at most.
        all_night: 24-hour opening, else open until 23:00.

    Raises:
        InvalidInput: ``hour_needed`` for any hour, ``count_invalid``, ``county_needed``, and what
            ``answer_question`` raises.
        NotFound: what ``answer_question`` raises.
    """
    question = question.normalized()
    if question.minute is None:
        raise InvalidInput("hour_needed")
    if not 1 <= count <= MAX_PICKS:
        raise InvalidInput("count_invalid", limit=MAX_PICKS)
    ground = survey(session, question)
    inputs, moment = ground.inputs, question.moment
    doubt_after = inputs.rule["unconfirmed_after_days"]
    masks = mask_stations(
        ground.stations, [moment], services=question.services, unconfirmed_after_days=doubt_after
    )
    states = find_states(
        ground.reached.matrix, masks, ground.lost, attendance=inputs.attendance, moments=[moment]
    )
    covered, people = states.covered(0), inputs.demand.weight * states.peopled(0)
    wish = Wish(None if all_night else UNTIL_MIN)
    candidates = find_candidates(
        ground.stations,
        [wish.applied(each) for each in ground.stations],
        moment,
        services=question.services,
        unconfirmed_after_days=doubt_after,
    )
    picks = pick_greedily(ground.reached.matrix, np.where(covered, 0, people), candidates, ground.ids, count)
    digit = states.digit[:, 0]
    return {
        "question": question.to_json(),
        "until": "24h" if all_night else "23:00",
        "people": int(people.sum()),
        "covered": int(people[(digit == ONE) | (digit == CROSS)].sum()),
        "candidates": int(candidates.sum()),
        "picks": [
            {"rank": rank, **ground.name_station(pick.station), "gain": pick.gain, "together": pick.together}
            for rank, pick in enumerate(picks, start=1)
        ],
    }
