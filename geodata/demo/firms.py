"""One invented enterprise as a row of an import file, and how an ordinary one is made."""

from dataclasses import dataclass

import numpy as np

from geodata.demo.names import STREETS
from geodata.demo.trades import FirmNames, Trade, make_uscc, pick_size, pick_state, pick_trade
from geodata.vocab import LocationLevel, OrganizationStatus

_COUNTED_ON = ("2026-03-31", "2026-06-30", "2026-09-30", "2026-10-31")
_UNKNOWN_SIZE_SHARE, _NO_CODE_SHARE = 0.028, 0.012
_ENTRANCE_SHARE = 0.45
_UNION_NAMES = {
    OrganizationStatus.COVERED_JOINT: "{place}联合工会（虚构）",
    OrganizationStatus.COVERED_INDUSTRY: "{line}行业工会（虚构）",
    OrganizationStatus.COVERED_PARENT: "{place}总公司工会（虚构）",
    OrganizationStatus.ABSORBED: "{place}社区工会（虚构）",
}


@dataclass(frozen=True)
class Firm:
    """A row of the enterprise file; ``uscc`` is what the file says, right or wrong."""

    name: str
    uscc: str
    county_code: str
    trade: Trade
    address: str
    lon: float | None
    lat: float | None
    level: LocationLevel
    accuracy_m: float | None
    staff_count: int | None
    staff_counted_on: str
    state: OrganizationStatus
    covering_union: str = ""
    covering_confirmed_on: str = ""
    parent_uscc: str = ""
    registered_address: str = ""
    registered_code: str = ""
    operating_code: str = ""
    coord_source: str = "演示生成"


class FirmMaker:
    """Makes ordinary firms; the awkward ones are these with something changed."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self._names = FirmNames(rng)
        self._codes: set[str] = set()

    def make(
        self, county_code: str, county_name: str, at: tuple[float, float] | None, *, is_rural: bool
    ) -> Firm:
        """A firm at a place in degrees, or at no known place."""
        rng = self.rng
        trade = pick_trade(rng, is_rural=is_rural)
        state = pick_state(rng)
        has_entrance = rng.random() < _ENTRANCE_SHARE
        staff = None if rng.random() < _UNKNOWN_SIZE_SHARE else pick_size(rng, trade)
        place = STREETS[int(rng.integers(len(STREETS)))]
        union = _UNION_NAMES.get(state, "").format(place=place, line=trade.line)
        return Firm(
            name=self._names.deal(trade),
            uscc="" if rng.random() < _NO_CODE_SHARE else self.code(trade),
            county_code=county_code,
            trade=trade,
            address=f"{county_name}{place}路{int(rng.integers(1, 399))}号（虚构）",
            lon=at[0] if at else None,
            lat=at[1] if at else None,
            level=LocationLevel.NONE
            if at is None
            else LocationLevel.ENTRANCE
            if has_entrance
            else LocationLevel.BUILDING,
            accuracy_m=None if at is None else 10.0 if has_entrance else 15.0,
            staff_count=staff,
            staff_counted_on="" if staff is None else _COUNTED_ON[int(rng.integers(len(_COUNTED_ON)))],
            state=state,
            covering_union=union,
            covering_confirmed_on="2026-09-30" if union else "",
        )

    def code(self, trade: Trade) -> str:
        """A credit code nobody else in the demo has."""
        code = make_uscc(self.rng, trade.kind)
        while code in self._codes:
            code = make_uscc(self.rng, trade.kind)
        self._codes.add(code)
        return code
