"""Coverage rules: what "within ten minutes" means here. The limits of a rule that answered never change."""

import re
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.errors import Conflict, Forbidden, InvalidInput, NotFound
from geodata.models import CoverageRule
from geodata.queries import audit, coverage
from geodata.queries.scopes import Scope
from geodata.queries.staleness import check_version

KIND = "coverage_rule"
_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
_LIMITS = ("speed_mps", "straight_limit_m", "street_limit_s", "access_cap_m")


@dataclass(frozen=True)
class RuleWanted:
    """A rule as asked for: metres, seconds, metres per second; a limit of None is a form the rule lacks."""

    label_zh: str
    label_en: str
    basis_zh: str
    basis_en: str
    speed_mps: float
    straight_limit_m: float | None
    street_limit_s: float | None
    access_cap_m: float = 100.0
    unconfirmed_after_days: int | None = None
    position: int = 100


def add_rule(session: Session, code: str, wanted: RuleWanted, *, scope: Scope, by: str) -> str:
    """Add a rule; returns its code.

    Raises:
        Forbidden: ``county_of_others``; rules are the same in all counties, so that figures compare.
        InvalidInput: ``rule_code_invalid``, ``rule_limits_missing``.
        Conflict: ``rule_taken``.
    """
    _require_everything(scope)
    if not _CODE.fullmatch(code):
        raise InvalidInput("rule_code_invalid")
    _check_limits(wanted)
    try:
        with session.begin_nested():
            coverage.add_rule(session, {"code": code, **asdict(wanted)})
    except sa.exc.IntegrityError as error:
        raise Conflict("rule_taken", code=code) from error
    _note(session, by, "rule_added", code, after=asdict(wanted))
    return code


def edit_rule(session: Session, code: str, wanted: RuleWanted, *, version: int, scope: Scope, by: str) -> int:
    """Change a rule; returns the new version.

    Raises:
        Forbidden: ``county_of_others``.
        NotFound: ``rule_not_found``.
        InvalidInput: ``rule_limits_missing``.
        Conflict: ``rule_in_use``: answers were stored by these limits; a new rule is needed.
        Stale: somebody saved it since.
    """
    _require_everything(scope)
    _check_limits(wanted)
    rule = _lock(session, code, version)
    values = asdict(wanted)
    before = {name: getattr(rule, name) for name in values if getattr(rule, name) != values[name]}
    if before.keys() & set(_LIMITS) and coverage.has_runs(session, code):
        raise Conflict("rule_in_use", code=code)
    if not before:
        return rule.version
    for name in before:
        setattr(rule, name, values[name])
    rule.version += 1
    session.flush()
    _note(session, by, "rule_edited", code, before=before, after={name: values[name] for name in before})
    return rule.version


def choose_default(session: Session, code: str, *, version: int, scope: Scope, by: str) -> int:
    """Make a rule the one shown first; returns its new version.

    Raises:
        Forbidden: ``county_of_others``.
        NotFound: ``rule_not_found``.
        Conflict: ``rule_not_straight``: the map asks by straight line first.
        Stale: somebody saved it since.
    """
    _require_everything(scope)
    rule = _lock(session, code, version)
    if rule.straight_limit_m is None:
        raise Conflict("rule_not_straight")
    if rule.is_default:
        return rule.version
    previous = coverage.drop_default(session)
    rule.is_default = True
    rule.version += 1
    session.flush()
    _note(session, by, "rule_default", code, before={"default": previous}, after={"default": code})
    return rule.version


def _lock(session: Session, code: str, version: int) -> CoverageRule:
    rule = coverage.lock_rule(session, code)
    if rule is None:
        raise NotFound("rule_not_found", rule=code)
    check_version(session, stored=rule.version, expected=version, subject_kind=KIND, subject_id=code)
    return rule


def _check_limits(wanted: RuleWanted) -> None:
    if wanted.straight_limit_m is None and wanted.street_limit_s is None:
        raise InvalidInput("rule_limits_missing")


def _require_everything(scope: Scope) -> None:
    if not scope.everything:
        raise Forbidden("county_of_others")


def _note(
    session: Session,
    by: str,
    action: str,
    code: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    audit.note(session, by=by, action=action, subject_kind=KIND, subject_id=code, before=before, after=after)
