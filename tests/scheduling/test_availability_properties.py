"""The engine held to the oracle, to its own explanations and to itself, above all on days of a clock change."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from apps.scheduling.availability import (
    across,
    day,
    day_load,
    explain,
    explained_day,
    first_free,
    free_starts,
    objections,
    window,
)
from tests.scheduling.oracle import Oracle
from tests.scheduling.worlds import questions, questions_of_rooms

few = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
many = settings(few, max_examples=150)


@many
@given(questions())
def test_free_starts_are_those_of_the_oracle(question):
    (schedule,), rules, ask, busy = question
    found = free_starts(schedule, rules, ask, busy)
    event(f"free starts: {'none' if not found else 'some'}")
    assert found == Oracle(schedule, rules, ask, busy).free_starts()


@many
@given(questions())
def test_a_start_is_free_exactly_when_nothing_explains_it_away(question):
    (schedule,), rules, ask, busy = question
    free = free_starts(schedule, rules, ask, busy)
    days = [ask.first + timedelta(days=n) for n in range((ask.last - ask.first).days + 1)]
    explained = [pair for on in days for pair in explained_day(schedule, rules, ask, busy, on)]
    assert [start for start, reason in explained if reason is None] == free


@few
@given(questions())
def test_the_explained_day_has_every_grid_start_once(question):
    (schedule,), rules, ask, busy = question
    ask = replace(ask, last=ask.first)
    starts = [start for start, _ in explained_day(schedule, rules, ask, busy, ask.first)]
    assert starts == Oracle(schedule, rules, ask, busy).grid()


@few
@given(questions())
def test_explain_names_the_first_of_all_objections(question):
    (schedule,), rules, ask, busy = question
    for start, reason in explained_day(schedule, rules, ask, busy, ask.first):
        every = list(objections(schedule, rules, ask, busy, start))
        assert (every[0] if every else None) == reason == explain(schedule, rules, ask, busy, start)


@few
@given(questions())
def test_off_the_grid_nothing_is_free(question):
    (schedule,), rules, ask, busy = question
    for start in Oracle(schedule, rules, ask, busy).grid()[:20]:
        assert explain(schedule, rules, ask, busy, start + 60) is not None


@few
@given(questions(therapists=3))
def test_across_is_each_one_asked_alone(question):
    schedules, rules, ask, busy = question
    alone = {schedule.id: free_starts(schedule, rules, ask, busy) for schedule in schedules}
    assert across(schedules, rules, ask, busy) == alone


@many
@given(questions(therapists=3))
def test_first_free_is_the_earliest_of_all(question):
    schedules, rules, ask, busy = question
    found = across(schedules, rules, ask, busy)
    earliest = min((starts[0] for starts in found.values() if starts), default=None)
    answer = first_free(schedules, rules, ask, busy)
    assert (answer and answer[0]) == earliest
    assert answer is None or answer[0] == found[answer[1]][0]


@few
@given(questions())
def test_a_range_is_its_days_one_by_one(question):
    (schedule,), rules, ask, busy = question
    days = [ask.first + timedelta(days=n) for n in range((ask.last - ask.first).days + 1)]
    one_by_one = [start for on in days for start in day(schedule, rules, ask, busy, on)]
    assert free_starts(schedule, rules, ask, busy) == one_by_one


@few
@given(questions(), st.sampled_from([15, 30, 60, 120]), st.booleans(), st.booleans())
def test_what_was_remembered_changes_no_answer(question, minutes, is_other_grid, is_closed):
    (schedule,), rules, ask, busy = question
    closures = ((ask.first, "Flood"),) if is_closed else rules.closures
    others = replace(rules, grid=25 if is_other_grid else rules.grid, closures=closures)
    for _ in range(2):
        free_starts(schedule, others, replace(ask, minutes=minutes), busy)
        assert free_starts(schedule, rules, ask, busy) == free_starts(replace(schedule), rules, ask, busy)


@few
@given(questions_of_rooms())
def test_a_room_is_free_where_the_oracle_finds_one(question):
    assert free_starts(*question) == Oracle(*question).free_starts()


@few
@given(questions())
def test_rows_outside_the_window_do_not_matter(question):
    (schedule,), rules, ask, busy = question
    since, until = window([schedule], ask)
    schedule = replace(schedule, daily_cap=None)
    near = {what: [row for row in rows if row[1] < until and row[2] > since] for what, rows in busy.items()}
    assert free_starts(schedule, rules, ask, near) == free_starts(schedule, rules, ask, busy)


@few
@given(questions())
def test_the_load_of_a_day_is_its_open_minutes(question):
    (schedule,), rules, ask, busy = question
    oracle = Oracle(schedule, rules, ask, busy)
    for load in day_load(schedule, rules, ask.first, ask.last, busy):
        minutes = [at for at, (on, _, _) in oracle.clock.shown.items() if on == load.day]
        spans = [range(start, end) for _, start, end, _ in busy[schedule.id]]
        assert load.booked == sum(at in span for at in minutes for span in spans)
        assert load.offered == sum(oracle.is_open(at) for at in minutes)
        assert load.free == sum(oracle.is_open(at) and at not in oracle.taken for at in minutes)
        assert (load.closed is not None) == any(oracle.is_closed(at) for at in minutes)
        assert bool(load.away) == any(at in oracle.away for at in minutes)
