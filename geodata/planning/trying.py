"""A county as it is, ready to be asked "what if", and one answer to that."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

import numpy as np
import shapely
from scipy.sparse import csc_array, hstack

from geodata.coverage.inputs import Inputs
from geodata.coverage.question import CoverageQuestion
from geodata.coverage.shelf import Shelf
from geodata.errors import InvalidInput
from geodata.planning.grounds import Ground, edit_ground, make_ground
from geodata.rules.availability import StationClass, StationFacts
from geodata.rules.changed_stations import change_stations
from geodata.rules.changes import Change, DrawBarrier, DrawFootbridge
from geodata.rules.coverage import (
    Cover,
    Places,
    Supply,
    find_cover,
    make_supply,
    moments_of_day,
    positions,
)
from geodata.rules.reach import Bools, Ints

_KEPT_MOMENTS = 32
_KEPT_GROUNDS = 4


def _one(_thing: object) -> int:
    """Each counts the same."""
    return 1


@dataclass(frozen=True, eq=False)
class Tried:
    """The county with some changes.

    ``stations``, ``classes`` and the columns of ``reach`` run in parallel: first those that stand where they
    stood, then those that moved or came. ``people`` are those at each place at the moment asked about.
    ``ignored`` are numbers of changes without effect by this measure.
    """

    base: "Base"
    question: CoverageQuestion
    changes: Sequence[Change]
    stations: list[StationFacts]
    classes: list[StationClass]
    reach: csc_array
    unplaced: Bools
    people: Ints
    cover: Cover
    before: Cover
    ignored: list[int]


@dataclass(frozen=True, eq=False)
class Base:
    """What is, for one county, rule, measure and date. Several threads may ask; one is answered at a time."""

    inputs: Inputs
    outline: shapely.Geometry | None
    listed_services: frozenset[str]
    stations: list[StationFacts]
    ground: Ground
    _lock: Any = field(default_factory=RLock)
    _moments: Shelf[tuple[Supply, list[StationClass], Cover]] = field(
        default_factory=lambda: Shelf(_KEPT_MOMENTS, _one)
    )
    _grounds: Shelf[Ground] = field(default_factory=lambda: Shelf(_KEPT_GROUNDS, _one))

    @classmethod
    def make(cls, inputs: Inputs, outline: shapely.Geometry | None, services: frozenset[str]) -> "Base":
        """Measure once who reaches which of the county's own stations."""
        own = [facts for row, facts in zip(inputs.rows, inputs.stations, strict=True) if not row["neighbour"]]
        return cls(
            inputs, outline, services, own, make_ground(inputs.way, inputs.demand.lonlat, positions(own))
        )

    @property
    def station_ids(self) -> frozenset[int]:
        """Ids of the county's own stations."""
        return frozenset(each.id for each in self.stations)

    def check_services(self, services: Sequence[str]) -> None:
        """Whether a question asks for services that are listed.

        Raises:
            InvalidInput: ``service_not_listed``.
        """
        for code in services:
            if code not in self.listed_services:
                raise InvalidInput("service_not_listed", service=code)

    def attempt(self, question: CoverageQuestion, changes: Sequence[Change]) -> Tried:
        """Answer a question with changes that fit the county.

        Args:
            question: normalized, of this base's county, rule, measure and date.
            changes: checked, see ``geodata.rules.changes``.

        Raises:
            InvalidInput: ``change_bridge_off_street`` or ``change_bridge_too_short``, each by its number.
        """
        with self._lock:
            return self._attempt(question, changes)

    def _attempt(self, question: CoverageQuestion, changes: Sequence[Change]) -> Tried:
        supply, classes, before = self._as_it_is(question)
        wanted = change_stations(
            self.stations,
            changes,
            county_code=question.county_code or "",
            on=question.as_of,
            services=question.services,
        )
        ground = self._ground_with(changes)
        count = len(self.stations)
        fresh = [
            at
            for at, each in enumerate(wanted)
            if at >= count or (each.lon, each.lat) != (self.stations[at].lon, self.stations[at].lat)
        ]
        staying = np.setdiff1d(np.arange(count), fresh)
        order = [*staying.tolist(), *fresh]
        stations = [wanted[at] for at in order]
        reach, off = ground.columns[:, staying], ground.station_unplaced[staying]
        if fresh:
            columns, fresh_off = ground.reach(positions([wanted[at] for at in fresh]))
            reach = hstack([reach, columns], format="csc")
            off = np.concatenate((off, fresh_off))
        same = [
            at
            for at, number in enumerate(order)
            if number < count
            and wanted[number] is self.stations[number]
            and off[at] == self.ground.station_unplaced[number]
        ]
        now, new_classes = self._classify(question, stations, off, same, order, (supply, classes))
        return Tried(
            base=self,
            question=question,
            changes=changes,
            stations=stations,
            classes=new_classes,
            reach=reach,
            unplaced=ground.unplaced,
            people=self._people(question),
            cover=self._cover(question, now, reach, ground.unplaced),
            before=before,
            ignored=self._without_effect(changes),
        )

    def _as_it_is(self, question: CoverageQuestion) -> tuple[Supply, list[StationClass], Cover]:
        key = (question.day_type, question.minute, question.services)

        def make() -> tuple[Supply, list[StationClass], Cover]:
            supply, classes = self._supply(question, self.stations, self.ground.station_unplaced)
            return supply, classes, self._cover(question, supply, self.ground.columns, self.ground.unplaced)

        return self._moments.get(key, make)

    def _classify(
        self,
        question: CoverageQuestion,
        stations: Sequence[StationFacts],
        off: Bools,
        same: Sequence[int],
        order: Sequence[int],
        known: tuple[Supply, list[StationClass]],
    ) -> tuple[Supply, list[StationClass]]:
        """Classify what changed, take the rest as it is known: twenty-five moments a station are dear."""
        supply, classes = known
        other = np.setdiff1d(np.arange(len(stations)), same)
        anew, anew_classes = self._supply(question, [stations[at] for at in other], off[other])
        rows = np.array([order[at] for at in same], dtype=np.int64)

        def merged(name: str) -> Any:
            was, new = getattr(supply, name), getattr(anew, name)
            whole = np.empty((len(stations), *was.shape[1:]), dtype=was.dtype)
            whole[np.asarray(same, dtype=np.int64)], whole[other] = was[rows], new
            return whole

        told = dict(zip(other.tolist(), anew_classes, strict=True)) | {at: classes[order[at]] for at in same}
        names = ("lonlat", "county", "counting", "unsure", "shut", "fixable")
        return Supply(**{name: merged(name) for name in names}), [told[at] for at in range(len(stations))]

    def _supply(
        self, question: CoverageQuestion, stations: Sequence[StationFacts], off: Bools
    ) -> tuple[Supply, list[StationClass]]:
        return make_supply(
            stations,
            np.zeros(len(stations), dtype=np.int64),
            question.moment,
            services=question.services,
            unconfirmed_after_days=self.inputs.rule["unconfirmed_after_days"],
            off_network=off,
        )

    def _people(self, question: CoverageQuestion) -> Ints:
        weight, attendance = self.inputs.demand.weight, self.inputs.attendance
        return weight if attendance is None else weight * attendance.at([question.moment])[:, 0]

    def _cover(self, question: CoverageQuestion, supply: Supply, reach: csc_array, unplaced: Bools) -> Cover:
        demand, attendance = self.inputs.demand, self.inputs.attendance
        places = Places(
            demand.weight,
            _zeros(demand.county),
            np.isnan(demand.lonlat[:, 0]) | unplaced,
            there=None if attendance is None else attendance.at(moments_of_day(question.moment)),
        )
        return find_cover(places, supply, [(slice(0, len(demand.ids)), reach.tocsr())])

    def _ground_with(self, changes: Sequence[Change]) -> Ground:
        """The ground with the walls and bridges of the changes; their order does not matter."""
        walls = sorted({change.shape.wkb for change in changes if isinstance(change, DrawBarrier)})
        numbers = {
            change.line.wkb: number
            for number, change in enumerate(changes, start=1)
            if isinstance(change, DrawFootbridge)
        }
        bridges = sorted(numbers)
        if not self.ground.is_along_streets or not (walls or bridges):
            return self.ground

        def make() -> Ground:
            drawn = shapely.from_wkb(walls), shapely.from_wkb(bridges)
            return edit_ground(self.ground, *drawn, positions(self.stations))

        try:
            return self._grounds.get((tuple(walls), tuple(bridges)), make)
        except InvalidInput as error:
            raise _by_change(error, [numbers[bridge] for bridge in bridges]) from None

    def _without_effect(self, changes: Sequence[Change]) -> list[int]:
        if self.ground.is_along_streets:
            return []
        return [
            number
            for number, change in enumerate(changes, start=1)
            if isinstance(change, DrawBarrier | DrawFootbridge)
        ]


def _by_change(error: InvalidInput, numbers: Sequence[int]) -> InvalidInput:
    """What is wrong with a bridge, by the number of its change."""
    number = numbers[error.params.get("number", 1) - 1]
    if error.code == "link_off_street":
        return InvalidInput("change_bridge_off_street", number=number, metres=error.params["metres"])
    return InvalidInput("change_bridge_too_short", number=number)


def _zeros(county: Ints) -> Ints:
    """A base is of one county, whose number is nought like that of all its stations."""
    return np.zeros_like(county)
