"""Cells, curves and rankings of the week page, from figures alone."""

from datetime import date

from geodata.rules.week import days_of_week
from webmap.pages import coverage_week_views as views

DAYS = [views.DayHead(day.on, str(day.day_type)) for day in days_of_week(date(2026, 11, 20), ())]


def make_row(base=(80, 0, 200), **at):
    """Covered, unknown and total at every hour, but for what is said by moment."""
    row = {name: [value] * 168 for name, value in zip(("covered", "unknown", "total"), base, strict=True)}
    row["cross"] = [0] * 168
    for name, changes in at.items():
        row.setdefault(name, [0] * 168)
        for moment, value in changes.items():
            row[name][moment] = value
    return row


def test_a_cell_shows_what_the_house_rules_say():
    row = make_row(covered={0: 0, 1: 9, 2: 0, 3: 20, 4: 199}, total={1: 50, 2: 0}, unknown={3: 100})
    shown = [(cell.display, cell.shown, cell.colour) for cell in (views.cell_of(row, at) for at in range(6))]
    assert shown == [
        ("zero", 0, None),
        ("few", None, None),
        ("none", None, None),
        ("mostly_unknown", None, None),
        ("share", 100, 5),
        ("share", 40, 3),
    ]


def test_best_and_worst_hours_have_enough_people_unless_none_has():
    row = make_row(covered={5: 10, 30: 190, 70: 1}, total={5: 10, 70: 90})
    assert (views.best_hour(row).day, views.best_hour(row).hour) == (1, 6)
    assert views.least_hour(row).covered == 80
    few = make_row((5, 0, 10), covered={7: 9})
    assert views.best_hour(few).hour == 7
    assert views.best_hour(make_row((0, 0, 0))) is None


def test_much_unknown_is_a_range():
    cell = views.cell_of(make_row((80, 41, 200)), 0)
    assert (cell.is_wide, cell.share, cell.high) == (True, 40.0, 60.5)
    assert not views.cell_of(make_row((80, 40, 200)), 0).is_wide


def test_curves_join_days_of_one_kind_with_the_same_figures():
    curves = views.make_curves(make_row(covered={2 * 24 + 3: 10}), DAYS)
    assert [curve.days for curve in curves] == [(0, 1, 3, 4), (2,), (5,), (6,)]
    assert curves[1].least.hour == 3
    assert [curves[0].bars[0].covered, curves[0].bars[0].unknown] == [28.0, 0.0]


def test_worst_hours_tell_spans_of_hours():
    night = {at: 0 for day in range(7) for at in (24 * day, 24 * day + 1, 24 * day + 23)}
    worst = views.worst_hours(make_row((200, 0, 200), covered=night))
    assert [(row.days, row.spans) for row in worst] == [((0, 1, 2, 3, 4, 5, 6), [(0, 1), (23, 23)])]
    assert worst[0].cell.not_covered == 200


def test_gains_are_shown_only_when_stations_are_supposed_open():
    assert views.make_gains(make_row()) is None
    assert views.make_gains(make_row(gain={0: 7}))[0][0].gain == 7
