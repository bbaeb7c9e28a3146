"""What a county may choose for itself (⚙), with the value that holds until it does."""

from dataclasses import dataclass, fields
from typing import Any

from geodata.errors import InvalidInput

CLOCK_STARTS = ("consent", "claim")
"""When the five working days begin: the employer's consent is recorded, or the case is claimed."""


@dataclass(frozen=True, slots=True)
class CountySettings:
    """The choices of one county. Days are calendar days unless the name says workdays.

    Attributes:
        claim_days: an untouched claim lapses after so many days.
        claim_warning_days: its holder is warned so many days before.
        clock_starts: what starts the clock of a founding case, one of ``CLOCK_STARTS``.
        founding_workdays: working days from there to the unveiling.
        founding_threshold: members from which a union of its own is the rule (Trade Union Law art. 11).
        joint_distance_m: firms of one trade this near are proposed a joint union.
        dispute_workdays: a dispute about a grid is decided within so many working days, or escalates.
        confirm_days: a station confirmed longer ago is shown as unconfirmed and comes up on lists.
        expiry_reminder_days: medicine is announced so many days before it expires.
        report_warning: independent reports in a day from which the public page warns.
        revisit_days: a refusal is visited again after so many days.
    """

    claim_days: int = 30
    claim_warning_days: int = 5
    clock_starts: str = "consent"
    founding_workdays: int = 5
    founding_threshold: int = 25
    joint_distance_m: int = 300
    dispute_workdays: int = 5
    confirm_days: int = 7
    expiry_reminder_days: int = 30
    report_warning: int = 3
    revisit_days: int = 90


LIMITS = {
    "claim_days": (1, 365),
    "claim_warning_days": (0, 90),
    "founding_workdays": (1, 60),
    "founding_threshold": (1, 1000),
    "joint_distance_m": (10, 5000),
    "dispute_workdays": (1, 60),
    "confirm_days": (1, 365),
    "expiry_reminder_days": (0, 365),
    "report_warning": (1, 100),
    "revisit_days": (1, 730),
}
"""Smallest and largest value of each number, inclusive."""

NAMES = tuple(field.name for field in fields(CountySettings))


def check_setting(name: str, value: Any) -> None:
    """Refuse a value that makes no sense.

    Raises:
        InvalidInput: ``setting_unknown_name``, ``setting_out_of_range`` with ``low`` and ``high``, or
            ``setting_not_a_choice``.
    """
    if name not in NAMES:
        raise InvalidInput("setting_unknown_name", name=name)
    if name == "clock_starts":
        if value not in CLOCK_STARTS:
            raise InvalidInput("setting_not_a_choice", name=name)
        return
    low, high = LIMITS[name]
    if type(value) is not int or not low <= value <= high:
        raise InvalidInput("setting_out_of_range", name=name, low=low, high=high)
