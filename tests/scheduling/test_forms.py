"""The week's formset and the forms of dates, time off and closures."""

import datetime as dt

import pytest
from django.http import QueryDict

from apps.scheduling.forms import (
    MOST_ROWS,
    ClosureForm,
    ExceptionForm,
    StatusForm,
    TimeOffForm,
    split_rule,
    week_formset,
)
from apps.scheduling.hours import set_weekly_hours
from tests.factories import TimeOffFactory

pytestmark = pytest.mark.usefixtures("monday", "sunrise")
NINE_TO_FIVE = (540, 1020)


def posted(*rows, initial=0, total=None):
    """What a browser sends for rows of (weekday, from, until) or (weekday, from, until, "on" for removed)."""
    facts = {"span-TOTAL_FORMS": len(rows) if total is None else total, "span-INITIAL_FORMS": initial}
    for index, (day, starts, ends, *removed) in enumerate(rows):
        row = {"weekday": day, "starts": starts, "ends": ends, **({"DELETE": "on"} if removed else {})}
        facts |= {f"span-{index}-{name}": value for name, value in row.items()}
    data = QueryDict(mutable=True)
    data.update(facts)
    return data


def errors(formset):
    return {
        f"{index}.{name}": list(map(str, said))
        for index, form in enumerate(formset)
        for name, said in form.errors.items()
    }


# --- the week --------------------------------------------------------------------------------------------------------


def test_week_shows_what_is_saved_and_a_spare_row_for_every_day(bob):
    formset = week_formset(bob)
    shown = [(form["weekday"].value(), str(form["starts"].value() or "")) for form in formset]
    assert shown == [(day, "09:00:00") for day in range(5)] + [(day, "") for day in range(7)]
    assert formset.week() == [[NINE_TO_FIVE]] * 5 + [[], []]
    assert formset.total_form_count() == formset.initial_form_count() == 12


def test_week_ignores_spare_rows_and_removed_ones(bob):
    formset = week_formset(bob, posted((0, "09:00", "12:00"), (0, "", ""), (1, "10:00", "11:00", "on"), (6, "", "")))
    assert formset.is_valid()
    assert formset.week() == [[(540, 720)], [], [], [], [], [], []]


def test_week_ignores_what_is_wrong_in_a_removed_row(bob):
    formset = week_formset(bob, posted((0, "12:00", "09:00", "on"), (1, "never", "", "on")))
    assert formset.is_valid() and not any(formset.week())


def test_week_takes_rows_that_the_browser_added(bob):
    """Rows past those that were sent out, with gaps where a script dropped some."""
    data = posted((0, "09:00", "12:00"), initial=1, total=4)
    data.update({"span-3-weekday": 5, "span-3-starts": "10:00", "span-3-ends": "14:00"})
    formset = week_formset(bob, data)
    assert formset.is_valid(), errors(formset)
    assert formset.week() == [[(540, 720)], [], [], [], [], [(600, 840)], []]


def test_week_keeps_an_added_row_that_is_like_one_saved_meanwhile(bob):
    """Somebody saved Tuesday nine to five after this page was opened: as a row of the page it must still count."""
    data = posted((0, "09:00", "17:00"), (1, "09:00", "17:00"), initial=1)
    formset = week_formset(bob, data)
    assert formset.is_valid() and formset.week()[1] == [NINE_TO_FIVE]


def test_week_until_midnight(bob):
    formset = week_formset(bob, posted((0, "18:00", "00:00")))
    assert formset.is_valid() and formset.week()[0] == [(1080, 1440)]


def test_week_of_spans_that_touch_is_fine(bob):
    assert week_formset(bob, posted((0, "12:00", "17:00"), (0, "09:00", "12:00"))).is_valid()


ORDER = "The end must come after the beginning."
BOTH = "Enter both times, or leave both empty."
BAD_WEEKS = {
    "backwards": ([(0, "12:00", "09:00")], {"0.ends": [ORDER]}),
    "no length": ([(0, "12:00", "12:00")], {"0.ends": [ORDER]}),
    "no end": ([(0, "12:00", "")], {"0.ends": [BOTH]}),
    "no beginning": ([(0, "", "12:00")], {"0.starts": [BOTH]}),
    "no time": ([(0, "soon", "12:00")], {"0.starts": ["Enter a valid time."]}),
    "overlap": (
        [(0, "11:00", "13:00"), (0, "09:00", "12:00"), (1, "09:00", "12:00")],
        {"0.starts": ["Overlaps with 9:00\u202fAM – 12:00\u202fPM."]},
    ),
    "overlap with one further back": (
        [(0, "09:00", "17:00"), (0, "10:00", "11:00"), (0, "12:00", "13:00")],
        {
            "1.starts": ["Overlaps with 9:00\u202fAM – 5:00\u202fPM."],
            "2.starts": ["Overlaps with 9:00\u202fAM – 5:00\u202fPM."],
        },
    ),
    "overlap beside another mistake": (
        [(0, "09:00", "12:00"), (0, "11:00", "13:00"), (3, "12:00", "")],
        {"1.starts": ["Overlaps with 9:00\u202fAM – 12:00\u202fPM."], "2.ends": [BOTH]},
    ),
    "no such day": (
        [(7, "09:00", "12:00")],
        {"0.weekday": ["“7” is not on the list. Please choose again."]},
    ),
}


@pytest.mark.parametrize("case", BAD_WEEKS)
def test_week_says_what_is_wrong_beside_the_row(bob, case):
    rows, expected = BAD_WEEKS[case]
    formset = week_formset(bob, posted(*rows))
    assert not formset.is_valid() and errors(formset) == expected


def test_week_names_the_day_in_the_summary(bob):
    formset = week_formset(bob, posted((2, "12:00", "")))
    assert not formset.is_valid() and formset.forms[0]["ends"].label == "Wednesday, Until"


@pytest.mark.parametrize("total", ["", "many", str(MOST_ROWS + 1)])
def test_week_refuses_a_form_that_was_tampered_with(bob, total):
    """Nothing is dropped silently: more rows than there may be are an error, and so is no count."""
    assert not week_formset(bob, posted((0, "09:00", "12:00"), total=total)).is_valid()


# --- one date --------------------------------------------------------------------------------------------------------


def exception(**facts):
    return ExceptionForm({"on": "2026-12-24", **facts})


def test_exception_of_two_spans_one_or_none():
    two = {"first_starts": "09:00", "first_ends": "12:00", "second_starts": "13:00", "second_ends": "00:00"}
    for facts, spans in ((two, [(540, 720), (780, 1440)]), ({}, [])):
        form = exception(**facts)
        assert form.is_valid() and form.cleaned_data["spans"] == spans


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"on": ""}, "on"),
        ({"on": "2026-11-22"}, "on"),
        ({"on": "0026-11-24"}, "on"),
        ({"first_starts": "09:00"}, "first_ends"),
        ({"first_ends": "09:00"}, "first_starts"),
        ({"second_starts": "12:00", "second_ends": "11:00"}, "second_ends"),
    ],
)
def test_exception_refused(facts, field):
    assert list(exception(**facts).errors) == [field]


# --- time off --------------------------------------------------------------------------------------------------------


def time_off(instance=None, **facts):
    return TimeOffForm({"kind": "vacation", "starts_on": "2026-12-21", **facts}, instance=instance)


def test_time_off_of_one_day_needs_one_date():
    form = time_off()
    assert form.is_valid(), form.errors
    assert form.cleaned_data["ends_on"] == dt.date(2026, 12, 21) and form.cleaned_data["rule"] == ""


RULES = {
    "weekly": ({"repeats": "FREQ=WEEKLY"}, "FREQ=WEEKLY"),
    "with an end": (
        {"repeats": "FREQ=WEEKLY", "repeats_until": "2027-01-31"},
        "FREQ=WEEKLY;UNTIL=20270131",
    ),
    "of one's own": ({"repeats": "custom", "rule": " FREQ=MONTHLY;BYDAY=1MO; "}, "FREQ=MONTHLY;BYDAY=1MO"),
    "a rule that is not asked for": ({"repeats": "", "rule": "nonsense"}, ""),
    "a rule beside another choice": ({"repeats": "FREQ=YEARLY", "rule": "FREQ=DAILY"}, "FREQ=YEARLY"),
}


@pytest.mark.parametrize("case", RULES)
def test_time_off_rule(case):
    facts, rule = RULES[case]
    form = time_off(**facts)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["rule"] == rule


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        ({"starts_on": ""}, ["starts_on"]),
        ({"starts_on": "1026-12-21"}, ["starts_on"]),
        ({"ends_on": "2226-12-21"}, ["ends_on"]),
        ({"ends_on": "2026-12-20"}, ["ends_on"]),
        ({"starts_time": "10:00"}, ["ends_time"]),
        ({"ends_time": "10:00"}, ["starts_time"]),
        ({"starts_time": "10:00", "ends_time": "ten"}, ["ends_time"]),
        ({"starts_time": "10:00", "ends_time": "10:00"}, ["ends_time"]),
        ({"kind": "party"}, ["kind"]),
        ({"repeats": "custom"}, ["rule"]),
        ({"repeats": "custom", "rule": "every Monday"}, ["rule"]),
        ({"repeats": "custom", "rule": "FREQ=HOURLY", "starts_time": "10:00"}, ["ends_time", "rule"]),
        ({"repeats": "custom", "rule": "DTSTART:20260101\nRRULE:FREQ=DAILY"}, ["rule"]),
        ({"repeats": "custom", "rule": "FREQ=DAILY;COUNT=3", "repeats_until": "2027-01-31"}, ["repeats_until"]),
        ({"repeats": "FREQ=WEEKLY", "repeats_until": "2026-12-20"}, ["repeats_until"]),
        ({"repeats": "custom", "rule": "FREQ=MONTHLY;BYMONTHDAY=" + "31," * 80}, ["rule"]),
    ],
)
def test_time_off_refused(facts, fields):
    assert list(time_off(**facts).errors) == fields


def test_time_off_over_several_days_may_end_earlier_in_the_day():
    facts = {"starts_time": "17:00", "ends_time": "09:00", "ends_on": "2026-12-22"}
    assert time_off(**facts).is_valid()


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        ("", (None, None, "")),
        ("FREQ=WEEKLY;UNTIL=20270131", ("FREQ=WEEKLY", dt.date(2027, 1, 31), "")),
        ("FREQ=DAILY;COUNT=3", ("custom", None, "FREQ=DAILY;COUNT=3")),
        ("FREQ=MONTHLY;BYDAY=1MO;UNTIL=20270131", ("custom", dt.date(2027, 1, 31), "FREQ=MONTHLY;BYDAY=1MO")),
    ],
)
def test_time_off_is_shown_as_it_was_chosen_and_saved_again_unchanged(bob, rule, shown):
    saved = TimeOffFactory(therapist=bob, starts_on=dt.date(2026, 12, 21), ends_on=dt.date(2026, 12, 21), rule=rule)
    form = TimeOffForm(instance=saved)
    assert (form["repeats"].value(), form["repeats_until"].value(), form["rule"].value()) == shown
    again = TimeOffForm({name: form[name].value() or "" for name in form.fields}, instance=saved)
    assert again.is_valid(), again.errors
    assert again.cleaned_data["rule"] == rule


def test_a_rule_is_split_from_its_last_day():
    assert split_rule("FREQ=DAILY;UNTIL=20270131") == ("FREQ=DAILY", dt.date(2027, 1, 31))
    assert split_rule("FREQ=DAILY;UNTIL=20270131T100000Z") == ("FREQ=DAILY;UNTIL=20270131T100000Z", None)


# --- closures, status ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        ({}, []),
        ({"ends_on": "2026-12-24"}, []),
        ({"name": ""}, ["name"]),
        ({"ends_on": "2026-12-20"}, ["ends_on"]),
        ({"starts_on": "0202-12-21"}, ["starts_on"]),
        ({"ends_on": "soon"}, ["ends_on"]),
    ],
)
def test_closure(facts, fields):
    assert list(ClosureForm({"name": "Team day", "starts_on": "2026-12-21", **facts}).errors) == fields


@pytest.mark.parametrize(("cap", "valid"), [("", True), ("1", True), ("40", True), ("0", False), ("41", False)])
def test_status(bob, cap, valid):
    assert StatusForm({"availability": "limited", "daily_cap": cap}, instance=bob).is_valid() == valid


def test_week_is_in_order_after_saving_whatever_the_order_of_rows(bob):
    formset = week_formset(bob, posted((0, "13:00", "17:00"), (0, "09:00", "12:00")))
    assert formset.is_valid()
    set_weekly_hours(therapist=bob, week=formset.week(), by=bob.user)
    assert week_formset(bob).week()[0] == [(540, 720), (780, 1020)]
