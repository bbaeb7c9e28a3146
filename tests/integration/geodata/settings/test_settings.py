"""What administrators set, on real PostgreSQL: over versions, within bounds, one entry each."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.errors import Conflict, Forbidden, InvalidInput, NotFound, Stale
from geodata.models import AuditEntry, CoverageRule, Division, ServiceItem, ServiceStandard
from geodata.queries import service_lists
from geodata.queries.people import local_today
from geodata.queries.scopes import Scope
from geodata.queries.settings import read_settings
from geodata.queries.state import data_version
from geodata.rules.base_map import BaseMap, check_base_map
from geodata.rules.settings import NAMES
from geodata.settings import base_map, choices, coverage_rules, services
from geodata.settings.services import StandardWanted
from webmap.i18n import LOCALES, catalogue

COUNTY, OTHER = "410103", "410102"
ALL = Scope(everything=True)
HERE = Scope(county_codes=frozenset({COUNTY}))
TILES = "https://t{s}.tianditu.gov.cn/vec_w/wmts?x={x}&y={y}&z={z}&tk={key}"


@pytest.fixture(autouse=True)
def counties(session: Session) -> None:
    for code in (COUNTY, OTHER):
        session.add(Division(code=code, level="county", name=code))
    session.flush()


def entries(session: Session) -> list[AuditEntry]:
    return list(session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)))


def choose(session: Session, county: str, value: object, version: int, scope: Scope = ALL) -> int:
    return choices.set_choice(session, county, "claim_days", value, version=version, scope=scope, by="a")


def test_county_choice_wins_over_common_choice_over_default(session: Session) -> None:
    assert read_settings(session, COUNTY).claim_days == 30
    choose(session, "", 20, 0)
    assert read_settings(session, COUNTY).claim_days == 20
    choose(session, COUNTY, 10, 0)
    assert (read_settings(session, COUNTY).claim_days, read_settings(session, OTHER).claim_days) == (10, 20)
    assert read_settings(session, None).claim_days == 20


def test_choice_taken_back_inherits_again_and_its_version_goes_on(session: Session) -> None:
    assert choose(session, COUNTY, 10, 0) == 1
    assert choose(session, COUNTY, None, 1) == 2
    assert read_settings(session, COUNTY).claim_days == 30
    with pytest.raises(Stale):
        choose(session, COUNTY, 11, 0)
    assert choose(session, COUNTY, 11, 2) == 3


def test_stale_choice_is_refused_with_who_chose_and_writes_nothing(session: Session) -> None:
    choose(session, COUNTY, 10, 0)
    count = len(entries(session))
    for version in (0, 2, 7):
        with pytest.raises(Stale) as refused:
            choose(session, COUNTY, 11, version)
        assert (refused.value.params["version"], refused.value.params["by"]) == (1, "a")
    with pytest.raises(Stale):
        choose(session, OTHER, 11, 1)  # nothing was ever chosen there
    assert read_settings(session, COUNTY).claim_days == 10
    assert len(entries(session)) == count


@pytest.mark.parametrize("value", [0, 366, -1, "10", 1.5, True, 10**12, [], {}])
def test_choice_out_of_bounds_is_refused(session: Session, value: object) -> None:
    with pytest.raises(InvalidInput):
        choose(session, COUNTY, value, 0)


def test_unknown_name_county_or_foreign_county_is_refused(session: Session) -> None:
    for value in (1, None):
        with pytest.raises(InvalidInput, match="setting_unknown_name"):
            choices.set_choice(session, COUNTY, "base_map", value, version=0, scope=ALL, by="a")
    with pytest.raises(NotFound):
        choose(session, "999999", 10, 0)
    for county in (OTHER, ""):
        with pytest.raises(Forbidden, match="county_of_others"):
            choose(session, county, 10, 0, HERE)


def test_choice_has_one_entry_with_before_and_after(session: Session) -> None:
    choose(session, COUNTY, 10, 0)
    choose(session, COUNTY, 12, 1)
    entry = entries(session)[-1]
    assert (entry.subject_kind, entry.subject_id) == ("setting", f"{COUNTY}/claim_days")
    assert (entry.before, entry.after) == ({"value": 10}, {"value": 12})


@pytest.mark.parametrize("locale", LOCALES)
def test_every_setting_has_a_label_a_note_and_a_unit(locale: str) -> None:
    known = catalogue(locale)
    for name in NAMES:
        assert f"setting.{name}" in known
        assert f"setting_note.{name}" in known
        assert f"setting_unit.{name}" in known or f"setting.{name}.consent" in known


def wanted(session: Session, days: int, county: str | None = None, **more: object) -> StandardWanted:
    values = {"label": "9+N", "items": ("toilet", "wifi")} | more
    return StandardWanted(county, valid_from=local_today(session) + timedelta(days=days), **values)


def test_new_list_holds_from_its_day_and_the_old_one_for_earlier_reports(session: Session) -> None:
    today = local_today(session)
    services.add_standard(session, wanted(session, 10), version=1, scope=ALL, by="a")

    def items(day_from_now: int, county: str | None = COUNTY) -> int:
        found = service_lists.find_standard(session, county, today + timedelta(days=day_from_now))
        assert found is not None
        return len(found.standard_items)

    assert [items(day) for day in (-300, 0, 9, 10, 400)] == [8, 8, 8, 2, 2]
    services.add_standard(session, wanted(session, 0, COUNTY, items=("aed",)), version=0, scope=HERE, by="a")
    assert [items(day) for day in (-1, 0, 400)] == [8, 1, 1]
    assert items(0, OTHER) == 8


def test_list_in_the_past_not_later_stale_or_foreign_is_refused(session: Session) -> None:
    refusals = [
        (InvalidInput, wanted(session, -1), 1, ALL),
        (InvalidInput, wanted(session, 5, items=()), 1, ALL),
        (InvalidInput, wanted(session, 5, items=("toilet", "toilet")), 1, ALL),
        (InvalidInput, wanted(session, 5, items=("magic",)), 1, ALL),
        (Forbidden, wanted(session, 5), 1, HERE),
        (Forbidden, wanted(session, 5, OTHER), 0, HERE),
        (NotFound, wanted(session, 5, "999999"), 0, ALL),
        (Stale, wanted(session, 5), 0, ALL),
    ]
    for kind, asked, version, scope in refusals:
        with pytest.raises(kind):
            services.add_standard(session, asked, version=version, scope=scope, by="a")
    services.add_standard(session, wanted(session, 5), version=1, scope=ALL, by="a")
    newest = service_lists.list_standards(session, [])[0]
    with pytest.raises(Conflict, match="standard_not_later"):
        services.add_standard(session, wanted(session, 4), version=newest.version, scope=ALL, by="a")


def test_list_to_come_is_withdrawn_and_the_one_before_goes_on(session: Session) -> None:
    made = services.add_standard(session, wanted(session, 5), version=1, scope=ALL, by="a")
    version = session.get_one(ServiceStandard, made).version
    with pytest.raises(NotFound):
        services.withdraw_standard(session, made, version=version, scope=HERE, by="a")
    services.withdraw_standard(session, made, version=version, scope=ALL, by="a")
    (left,) = service_lists.list_standards(session, [])
    assert left.valid_to is None
    with pytest.raises(Conflict, match="standard_in_force"):
        services.withdraw_standard(session, left.id, version=left.version, scope=ALL, by="a")


def test_service_is_added_renamed_and_caches_learn_of_it(session: Session) -> None:
    before = data_version(session, ["stations"])
    services.add_item(session, code="shower", name_zh="淋浴", name_en="Shower", scope=ALL, by="a")
    assert data_version(session, ["stations"]) != before
    options = {"name_en": "Shower", "position": 18, "scope": ALL, "by": "a"}
    assert services.edit_item(session, "shower", name_zh="热水淋浴", version=1, **options) == 2
    assert session.get_one(ServiceItem, "shower").name_zh == "热水淋浴"
    with pytest.raises(Stale):
        services.edit_item(session, "shower", name_zh="冷水", version=1, **options)
    with pytest.raises(NotFound):
        services.edit_item(session, "none", name_zh="冷水", version=1, **options)
    with pytest.raises(Conflict, match="service_taken"):
        services.add_item(session, code="toilet", name_zh="x", name_en="x", scope=ALL, by="a")
    with pytest.raises(Forbidden):
        services.add_item(session, code="sauna", name_zh="x", name_en="x", scope=HERE, by="a")
    for code in ("", "X", "1a", "a-b", "a" * 41):
        with pytest.raises(InvalidInput):
            services.add_item(session, code=code, name_zh="x", name_en="x", scope=ALL, by="a")


def rule(**more: object) -> coverage_rules.RuleWanted:
    values: dict[str, object] = {
        "label_zh": "十二分钟",
        "label_en": "12 min",
        "basis_zh": "试行",
        "basis_en": "trial",
        "speed_mps": 1.1,
        "straight_limit_m": 800.0,
        "street_limit_s": None,
    }
    return coverage_rules.RuleWanted(**(values | more))  # type: ignore[arg-type]


def test_rule_is_added_edited_and_made_the_default(session: Session) -> None:
    coverage_rules.add_rule(session, "walk_12", rule(), scope=ALL, by="a")
    edit = {"scope": ALL, "by": "a"}
    assert coverage_rules.edit_rule(session, "walk_12", rule(straight_limit_m=790.0), version=1, **edit) == 2
    assert coverage_rules.choose_default(session, "walk_12", version=2, **edit) == 3
    default = session.scalars(sa.select(CoverageRule.code).where(CoverageRule.is_default)).all()
    assert default == ["walk_12"]
    with pytest.raises(Stale):
        coverage_rules.edit_rule(session, "walk_12", rule(), version=1, **edit)


def test_rule_refusals(session: Session) -> None:
    act: list[tuple[type[Exception], Callable[[], object]]] = [
        (Conflict, lambda: coverage_rules.add_rule(session, "walk_10", rule(), scope=ALL, by="a")),
        (InvalidInput, lambda: coverage_rules.add_rule(session, "Walk", rule(), scope=ALL, by="a")),
        (
            InvalidInput,
            lambda: coverage_rules.add_rule(session, "x1", rule(straight_limit_m=None), scope=ALL, by="a"),
        ),
        (Forbidden, lambda: coverage_rules.add_rule(session, "x2", rule(), scope=HERE, by="a")),
        (
            NotFound,
            lambda: coverage_rules.edit_rule(session, "none", rule(), version=1, scope=ALL, by="a"),
        ),
    ]
    for kind, attempt in act:
        with pytest.raises(kind):
            attempt()


def test_limits_of_a_rule_that_answered_stay_and_its_words_may_change(session: Session) -> None:
    session.execute(
        sa.text(
            "INSERT INTO coverage_runs (rule_code, day_type, minute, services, as_of, engine, inputs_hash, "
            "inputs, figures) VALUES ('walk_10', 'workday', 900, '{}', CURRENT_DATE, 'x', 'h', '{}', '{}')"
        )
    )
    stored = session.get_one(CoverageRule, "walk_10")
    same = {
        name: getattr(stored, name)
        for name in ("speed_mps", "straight_limit_m", "street_limit_s", "access_cap_m")
    }
    with pytest.raises(Conflict, match="rule_in_use"):
        coverage_rules.edit_rule(
            session, "walk_10", rule(**(same | {"straight_limit_m": 700.0})), version=1, scope=ALL, by="a"
        )
    coverage_rules.edit_rule(
        session, "walk_10", rule(**same, label_zh="步行圈"), version=1, scope=ALL, by="a"
    )


def test_base_map_is_stored_switched_off_and_given_back(session: Session) -> None:
    assert base_map.find_base_map(session) == (None, 0)
    chosen = BaseMap(TILES, "k1", "天地图", "GS(2026)1号")
    base_map.set_base_map(session, chosen, version=0, scope=ALL, by="a")
    assert base_map.find_base_map(session) == (chosen, 1)
    assert "k1" not in str(entries(session)[-1].after)
    base_map.set_base_map(session, BaseMap(), version=1, scope=ALL, by="a")
    assert base_map.find_base_map(session) == (BaseMap(), 2)
    base_map.set_base_map(session, None, version=2, scope=ALL, by="a")
    assert base_map.find_base_map(session) == (None, 3)
    with pytest.raises(Stale):
        base_map.set_base_map(session, chosen, version=1, scope=ALL, by="a")
    with pytest.raises(Forbidden):
        base_map.set_base_map(session, chosen, version=3, scope=HERE, by="a")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x/{z}/{x}/{y}",
        "javascript:{z}{x}{y}",
        "https:///{z}/{x}/{y}",
        "https://x.example/{z}/{x}",
        "https://x.example/{z}/{x}/{y}/{q}",
        "https://x.example'; script-src *;/{z}/{x}/{y}",
        "https://x.example /{z}/{x}/{y}",
        "https://u:p@x.example/{z}/{x}/{y}",
        "https://{key}.example/{z}/{x}/{y}",
        "https://*.example/{z}/{x}/{y}",
        "https://x.example/{z}/{x}/{y}\r\nX: y",
        "https://[/{z}/{x}/{y}",
        "https://地图.example/{z}/{x}/{y}",
    ],
)
def test_address_that_could_widen_the_policy_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match="base_map_url_wrong"):
        check_base_map(BaseMap(url, key="k"))


@pytest.mark.parametrize("key", [None, "a b", "a;b", "é", "x" * 101])
def test_key_that_is_missing_or_odd_is_refused(key: str | None) -> None:
    with pytest.raises(InvalidInput, match="base_map_key_wrong"):
        check_base_map(BaseMap(TILES, key=key))
