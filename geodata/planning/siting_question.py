"""The question "where to build next" as a value: what is wanted, and what every plan must keep to."""

import re
from dataclasses import asdict, dataclass, replace
from typing import Any

from geodata.errors import InvalidInput
from geodata.vocab import HostKind, SitingAction, SitingGoal, SitingSource

MAX_SITES = 200
MAX_BUDGET = 1_000_000_000.0
MAX_SPACING_M = 50_000.0
KEY = re.compile(r"(candidate|demand|station):[1-9][0-9]{0,15}")
"""What a site is called across questions: a stored candidate, a place of demand, an existing station."""


@dataclass(frozen=True)
class SitingOptions:
    """What is wanted.

    Attributes:
        goal: most people with so many sites, the fewest sites for everybody within reach, or which existing
            stations nobody would miss.
        most: at most so many sites; None leaves it to the budget.
        budget: yuan that all together may cost, inclusive.
        site_cost: yuan that a new site costs of which no cost is known; None leaves such sites out.
        upgrade_cost: yuan that an upgrade costs.
        spacing_m: new sites stand at least so far from each other and from existing stations, straight
            metres; exactly so far is far enough.
        per_town: at most so many sites in one town.
        second: count people brought to two stations in reach instead of one.
        action: build, upgrade existing stations (open longer, add what lacks), or both.
        sources: where new sites may be: stored candidates, places of demand.
        hosts: only stored candidates of these hosts; all when empty.
        must: keys of sites that are in every plan.
        never: keys of sites that are in no plan.
    """

    goal: SitingGoal = SitingGoal.MOST
    most: int | None = 3
    budget: float | None = None
    site_cost: float | None = None
    upgrade_cost: float | None = None
    spacing_m: float = 0.0
    per_town: int | None = None
    second: bool = False
    action: SitingAction = SitingAction.BUILD
    sources: tuple[SitingSource, ...] = (SitingSource.CANDIDATES,)
    hosts: tuple[HostKind, ...] = ()
    must: tuple[str, ...] = ()
    never: tuple[str, ...] = ()

    def normalized(self) -> "SitingOptions":
        """The same options in their one form; what the goal does not use is not kept.

        Raises:
            InvalidInput: ``siting_without_limit``, ``siting_option_invalid`` with its name.
        """
        _check("most", self.most, 1, MAX_SITES)
        _check("per_town", self.per_town, 1, MAX_SITES)
        for name in ("budget", "site_cost", "upgrade_cost"):
            _check(name, getattr(self, name), 0, MAX_BUDGET)
        _check("spacing_m", self.spacing_m, 0, MAX_SPACING_M)
        for name in ("must", "never"):
            if any(KEY.fullmatch(key) is None for key in getattr(self, name)):
                raise InvalidInput("siting_option_invalid", name=name)
        if self.goal == SitingGoal.MOST and self.most is None and self.budget is None:
            raise InvalidInput("siting_without_limit")
        kept = self if self.goal == SitingGoal.MOST else self._without_limits()
        return replace(
            kept,
            sources=tuple(sorted(set(kept.sources))),
            hosts=tuple(sorted(set(kept.hosts))),
            must=tuple(sorted(set(kept.must))),
            never=tuple(sorted(set(kept.never))),
        )

    def _without_limits(self) -> "SitingOptions":
        plain = SitingOptions(goal=self.goal, most=None, action=self.action)
        if self.goal == SitingGoal.SPARE:
            return plain
        return replace(plain, sources=self.sources, hosts=self.hosts, never=self.never)

    @property
    def builds(self) -> bool:
        """Whether new sites may be chosen."""
        return self.action in {SitingAction.BUILD, SitingAction.BOTH}

    @property
    def upgrades(self) -> bool:
        """Whether existing stations may be upgraded."""
        return self.action in {SitingAction.UPGRADE, SitingAction.BOTH}

    def to_json(self) -> dict[str, Any]:
        """The options as they are stored and shown."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "SitingOptions":
        """The options that ``to_json`` wrote."""
        lists = {name: tuple(stored[name]) for name in ("must", "never")}
        words = {
            "goal": SitingGoal(stored["goal"]),
            "action": SitingAction(stored["action"]),
            "sources": tuple(SitingSource(each) for each in stored["sources"]),
            "hosts": tuple(HostKind(each) for each in stored["hosts"]),
        }
        return cls(**{**stored, **lists, **words})


def _check(name: str, value: float | None, least: float, most: float) -> None:
    if value is not None and not least <= value <= most:  # NaN fails every comparison
        raise InvalidInput("siting_option_invalid", name=name)
