"""The rules of free time, case by case."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from apps.scheduling.availability import (
    Ask,
    Reason,
    Rule,
    Rules,
    Schedule,
    across,
    day_load,
    explain,
    explained_day,
    first_free,
    free_starts,
    gather,
    objections,
    window,
)
from tests.scheduling.oracle import epoch, wall

ZONE = "America/New_York"
MONDAY = date(2026, 6, 8)
NINE_TO_TEN = (((540, 600),),) * 7
NOON_BEFORE = epoch(ZONE, "2026-06-01 12:00")


def at(text, day=MONDAY, zone=ZONE):
    return epoch(zone, f"{day} {text}")


def therapist(weekly=NINE_TO_TEN, **facts):
    return Schedule(**({"id": "t1", "zone": ZONE, "weekly": weekly} | facts))


def asking(minutes=30, first=MONDAY, last=None, now=NOON_BEFORE, **facts):
    return Ask(minutes=minutes, first=first, last=last or first, now=now, **facts)


def times(starts, zone=ZONE):
    return [wall(zone, start)[11:] for start in starts]


def taken(start, end, what="t1", on=MONDAY):
    return (what, at(start), at(end), on and on.toordinal())


RULES = Rules(zone=ZONE)


def offered(schedule=None, rules=RULES, ask=None, rows=()):
    return times(free_starts(schedule or therapist(), rules, ask or asking(), gather(rows)))


HOURS = [
    ("hours cut on the grid", {}, {}, {}, ["09:00", "09:15", "09:30"]),
    ("the session ends within the hours", {}, {}, {"minutes": 60}, ["09:00"]),
    ("longer than the hours", {}, {}, {"minutes": 61}, []),
    ("starts off the edge are on the grid", {"weekly": (((550, 610),),) * 7}, {}, {}, ["09:15", "09:30"]),
    ("spans that touch are one", {"weekly": (((540, 555), (555, 585)),) * 7}, {}, {"minutes": 45}, ["09:00"]),
    ("spans that overlap are one", {"weekly": (((540, 570), (555, 585)),) * 7}, {}, {"minutes": 45}, ["09:00"]),
    ("a gap is no working time", {"weekly": (((540, 555), (560, 590)),) * 7}, {}, {}, []),
    ("the exception replaces the weekday", {"exceptions": {MONDAY: ((600, 630),)}}, {}, {}, ["10:00"]),
    ("an empty exception is a day off", {"exceptions": {MONDAY: ()}}, {}, {}, []),
    ("another day's exception", {"exceptions": {MONDAY + timedelta(days=1): ()}}, {}, {}, ["09:00", "09:15", "09:30"]),
    ("not bookable", {"bookable": False}, {}, {}, []),
    ("on leave", {"on_leave": True}, {}, {}, []),
    ("a cap of none", {"daily_cap": 0}, {}, {}, []),
    ("a grid of twenty minutes", {}, {"grid": 20}, {}, ["09:00", "09:20"]),
    ("a grid counts from midnight", {}, {"grid": 50}, {"minutes": 20}, ["09:10"]),
    ("time off", {"away": ((at("09:00"), at("09:30"), "sick"),)}, {}, {}, ["09:30"]),
    ("buffers spill over the hours", {}, {}, {"buffer_before": 30, "buffer_after": 30}, ["09:00", "09:15", "09:30"]),
    ("a closure", {}, {"closures": ((MONDAY, "Flood"),)}, {}, []),
    ("another day's closure", {}, {"closures": ((MONDAY - timedelta(days=1), "Flood"),)}, {"minutes": 60}, ["09:00"]),
    ("notice is to the minute", {}, {"notice": 30}, {"now": at("08:45")}, ["09:15", "09:30"]),
    ("a second too late", {}, {"notice": 30}, {"now": at("08:45") + 1}, ["09:30"]),
    ("the horizon's last day", {}, {"horizon": 7}, {"minutes": 60}, ["09:00"]),
    ("beyond the horizon", {}, {"horizon": 6}, {}, []),
    ("their own length", {}, {}, {"own_minutes": {"t1": 60}}, ["09:00"]),
    ("another's own length", {}, {}, {"own_minutes": {"t2": 60}}, ["09:00", "09:15", "09:30"]),
]


@pytest.mark.parametrize(("facts", "rules", "ask", "expected"), [case[1:] for case in HOURS], ids=[c[0] for c in HOURS])
def test_hours(facts, rules, ask, expected):
    assert offered(therapist(**facts), replace(RULES, **rules), asking(**ask)) == expected


TAKEN = [
    ("before, touching", [taken("08:00", "09:00")], {}, ["09:00", "09:15", "09:30"]),
    ("before, touching the buffer", [taken("08:00", "08:50")], {"buffer_before": 15}, ["09:15", "09:30"]),
    ("after, touching", [taken("09:45", "10:30")], {}, ["09:00", "09:15"]),
    ("after, touching the buffer", [taken("09:45", "10:30")], {"buffer_after": 15}, ["09:00"]),
    ("in the middle", [taken("09:20", "09:25")], {}, ["09:30"]),
    ("rows that overlap", [taken("08:00", "09:20"), taken("08:30", "08:45")], {}, ["09:30"]),
    ("another's", [taken("09:00", "10:00", what="t2")], {}, ["09:00", "09:15", "09:30"]),
]


@pytest.mark.parametrize(("rows", "ask", "expected"), [case[1:] for case in TAKEN], ids=[case[0] for case in TAKEN])
def test_what_is_taken(rows, ask, expected):
    assert offered(ask=asking(**ask), rows=rows) == expected


def test_the_cap_closes_the_day_the_sessions_count_on():
    rows = [taken("05:00", "06:00"), taken("06:00", "07:00"), taken("07:00", "08:00", on=None)]
    assert offered(therapist(daily_cap=3), rows=rows) == ["09:00", "09:15", "09:30"]
    assert offered(therapist(daily_cap=2), rows=rows) == []
    tomorrow = asking(60, first=MONDAY + timedelta(days=1))
    assert offered(therapist(daily_cap=2), ask=tomorrow, rows=rows) == ["09:00"]


def test_a_capped_day_among_sessions_of_other_days():
    rows = [taken("05:00", "06:00"), ("t1", at("09:00") + 86_400, at("09:30") + 86_400, None)]
    ask = asking(first=MONDAY - timedelta(days=1), last=MONDAY + timedelta(days=1), minutes=30)
    assert offered(therapist(daily_cap=1), ask=ask, rows=rows) == ["09:00", "09:15", "09:30", "09:30"]


ROOMS = [
    ("no suitable room", (), [], []),
    ("a room never used", ("r1",), [], ["09:00", "09:15", "09:30"]),
    ("the only room is taken", ("r1",), [taken("09:00", "09:30", what="r1")], ["09:30"]),
    ("the other room is free", ("r1", "r2"), [taken("08:00", "12:00", what="r1")], ["09:00", "09:15", "09:30"]),
    (
        "no one room for the whole session",
        ("r1", "r2"),
        [taken("08:00", "09:15", what="r1"), taken("09:15", "12:00", what="r2")],
        ["09:15", "09:30"],
    ),
]


@pytest.mark.parametrize(("rooms", "rows", "expected"), [case[1:] for case in ROOMS], ids=[case[0] for case in ROOMS])
def test_rooms(rooms, rows, expected):
    assert offered(ask=asking(needs_room=True, rooms=rooms), rows=rows) == expected


def test_rooms_do_not_matter_to_a_video_session():
    assert offered(ask=asking(60), rows=[taken("09:00", "10:00", what="r1")]) == ["09:00"]


def test_hours_go_over_midnight():
    weekly = (((0, 60), (1380, 1440)),) * 7
    assert offered(therapist(weekly), ask=asking(90)) == ["23:00", "23:15", "23:30"]


def test_a_closure_is_a_day_of_the_centre_not_of_the_therapist():
    kolkata = therapist((((0, 1440),),) * 7, zone="Asia/Kolkata")
    rules = replace(RULES, closures=((MONDAY, "Flood"),), grid=60)
    ask = asking(60, last=MONDAY + timedelta(days=1))
    starts = [wall("Asia/Kolkata", start) for start in free_starts(kolkata, rules, ask, {})]
    assert starts[8:10] == ["2026-06-08 08:00", "2026-06-09 10:00"]  # closed from 09:30 to 09:30


CHANGES = [
    # a skipped hour is not offered; 45 minutes from 1:30 pass the change
    (ZONE, "2026-03-08", ((60, 240),), 45, 30, ["01:00", "01:30", "03:00"]),
    # a repeated hour is offered once; the span is an hour longer than it looks
    (ZONE, "2026-11-01", ((60, 150),), 45, 30, ["01:00", "01:30"]),
    (ZONE, "2026-11-01", ((0, 60),), 60, 30, ["00:00"]),
    # edges within the skipped hour are the change itself
    (ZONE, "2026-03-08", ((60, 150),), 60, 30, ["01:00"]),
    (ZONE, "2026-03-08", ((150, 240),), 60, 30, ["03:00"]),
    # an edge within the repeated hour is its first showing
    (ZONE, "2026-11-01", ((0, 90),), 60, 30, ["00:00", "00:30"]),
    (ZONE, "2026-11-01", ((90, 120),), 90, 30, ["01:30"]),
    ("Europe/London", "2026-03-29", ((0, 180),), 60, 30, ["00:00", "00:30", "02:00"]),
    ("Europe/London", "2026-10-25", ((60, 120),), 120, 30, ["01:00"]),
    ("Australia/Lord_Howe", "2026-10-04", ((90, 180),), 30, 30, ["01:30", "02:30"]),
    ("Australia/Lord_Howe", "2026-04-05", ((60, 150),), 30, 30, ["01:00", "01:30", "02:00"]),
    ("Africa/Cairo", "2026-04-24", ((0, 120),), 60, 30, ["01:00"]),
    ("Asia/Kolkata", "2026-03-29", ((0, 120),), 60, 30, ["00:00", "00:30", "01:00"]),
]


@pytest.mark.parametrize(("zone", "day", "spans", "minutes", "grid", "expected"), CHANGES)
def test_clock_changes(zone, day, spans, minutes, grid, expected):
    ask = asking(minutes, first=date.fromisoformat(day), now=epoch(zone, "2026-01-01 00:00"))
    starts = free_starts(therapist((spans,) * 7, zone=zone), Rules(zone, grid=grid), ask, {})
    assert times(starts, zone) == expected


def test_the_second_showing_of_an_hour_is_off_the_grid():
    ask = asking(30, first=date(2026, 11, 1), now=epoch(ZONE, "2026-10-20 00:00"))
    schedule = therapist((((0, 1440),),) * 7)
    assert explain(schedule, RULES, ask, {}, epoch(ZONE, "2026-11-01 01:30")) is None
    assert explain(schedule, RULES, ask, {}, epoch(ZONE, "2026-11-01 01:30", fold=1)) == Reason(Rule.OFF_GRID)


REASONS = [
    ({"bookable": False}, {}, {}, [], "09:00", Reason(Rule.NOT_BOOKABLE)),
    ({"on_leave": True}, {}, {}, [], "09:00", Reason(Rule.ON_LEAVE)),
    ({}, {}, {}, [], "09:05", Reason(Rule.OFF_GRID)),
    ({}, {"notice": 60}, {"now": at("08:30")}, [], "09:00", Reason(Rule.PAST_NOTICE)),
    ({}, {"horizon": 6}, {}, [], "09:00", Reason(Rule.BEYOND_HORIZON)),
    ({}, {"closures": ((MONDAY, "Flood"),)}, {}, [], "09:00", Reason(Rule.CLOSED, "Flood")),
    ({}, {}, {}, [], "09:45", Reason(Rule.OUTSIDE_HOURS)),
    ({"away": ((at("09:15"), at("09:20"), "sick"),)}, {}, {}, [], "09:00", Reason(Rule.TIME_OFF, "sick")),
    ({}, {}, {}, [taken("09:15", "10:00")], "09:00", Reason(Rule.TAKEN)),
    ({"daily_cap": 1}, {}, {}, [taken("07:00", "08:00")], "09:00", Reason(Rule.DAILY_CAP)),
    ({}, {}, {"needs_room": True}, [], "09:00", Reason(Rule.NO_ROOM)),
    ({}, {}, {}, [], "09:00", None),
]


@pytest.mark.parametrize(("facts", "rules", "ask", "rows", "start", "expected"), REASONS)
def test_reasons(facts, rules, ask, rows, start, expected):
    answer = explain(therapist(**facts), replace(RULES, **rules), asking(**ask), gather(rows), at(start))
    assert answer == expected


def test_every_rule_has_its_case():
    assert {reason.rule for *_, reason in REASONS if reason} == set(Rule)


def test_objections_are_all_there_in_the_order_of_the_rules():
    schedule = therapist(bookable=False, on_leave=True, daily_cap=0, away=((at("00:00"), at("20:00"), "sick"),))
    rules = replace(RULES, notice=60, horizon=0, closures=((MONDAY, "Flood"),))
    ask = asking(needs_room=True, now=at("23:00", MONDAY - timedelta(days=1)))
    rows = gather([taken("06:00", "09:00")])
    found = [reason.rule for reason in objections(schedule, rules, ask, rows, at("08:50"))]
    assert found == [rule for rule in Rule if rule is not Rule.PAST_NOTICE]


def test_the_explained_day_shows_what_was_left_out():
    rows = gather([taken("09:15", "09:30")])
    shown = dict(explained_day(therapist(), RULES, asking(15), rows, MONDAY))
    assert len(shown) == 96
    assert [time for time in times(shown) if shown[at(time)] is None] == ["09:00", "09:30", "09:45"]
    assert shown[at("09:15")] == Reason(Rule.TAKEN)


def test_first_free_prefers_the_least_booked_then_the_lowest_id():
    people = [therapist(id=name) for name in ("c", "b", "a")]
    assert first_free(people, RULES, asking(), {}) == (at("09:00"), "a")
    rows = gather([taken("12:00", "13:00", what="a"), taken("12:00", "13:00", what="c", on=None)])
    assert first_free(people, RULES, asking(), rows) == (at("09:00"), "b")
    rows = gather([taken("09:00", "10:00", what="b"), taken("12:00", "13:00", what="a")])
    assert first_free(people, RULES, asking(), rows) == (at("09:00"), "c")


def test_first_free_of_nobody():
    assert first_free([], RULES, asking(), {}) is None
    assert first_free([therapist(on_leave=True)], RULES, asking(), {}) is None


def test_across_uses_each_ones_own_length():
    people = [therapist(id="a"), therapist(id="b")]
    found = across(people, RULES, asking(30, own_minutes={"b": 60}), {})
    assert {who: times(starts) for who, starts in found.items()} == {"a": ["09:00", "09:15", "09:30"], "b": ["09:00"]}


def test_the_window_reaches_from_the_first_midnight_to_the_last_session():
    people = [therapist(), therapist(id="t2", zone="Asia/Kolkata")]
    ask = asking(30, last=MONDAY, buffer_before=10, buffer_after=20, own_minutes={"t2": 60})
    since, until = window(people, ask)
    assert wall("Asia/Kolkata", since) == "2026-06-07 23:50"
    assert wall(ZONE, until) == "2026-06-09 01:20"


def test_day_load():
    schedule = therapist((((540, 720),),) * 7, away=((at("09:00"), at("10:00"), "sick"),))
    rules = replace(RULES, closures=((MONDAY + timedelta(days=1), "Flood"),))
    rows = gather([taken("08:00", "09:00"), taken("10:00", "10:45")])
    first, second, third = day_load(schedule, rules, MONDAY, MONDAY + timedelta(days=2), rows)
    assert (first.day, first.offered, first.booked, first.away, first.closed) == (MONDAY, 120, 105, ("sick",), None)
    assert first.free == 75  # what is booked before the hours begin takes nothing of them
    assert (second.offered, second.booked, second.away, second.closed) == (0, 0, (), "Flood")
    assert third.offered == 180


def test_the_load_of_a_day_from_a_moment_on():
    schedule = therapist((((540, 720),),) * 7)
    rows = gather([taken("09:00", "10:00"), taken("11:00", "11:30")])
    today, tomorrow = day_load(schedule, RULES, MONDAY, MONDAY + timedelta(days=1), rows, since=at("10:30"))
    assert (today.offered, today.free) == (90, 60)
    assert (tomorrow.offered, tomorrow.free) == (180, 180)


def test_the_load_of_a_day_with_a_change_counts_real_minutes():
    nights = therapist((((0, 240),),) * 7)
    loads = [*day_load(nights, RULES, date(2026, 11, 1), date(2026, 11, 1), {})]
    loads += day_load(nights, RULES, date(2026, 3, 8), date(2026, 3, 8), {})
    assert [load.offered for load in loads] == [300, 180]


def test_gather_groups_rows_that_are_not_in_order():
    rows = [("a", 1, 2, None), ("b", 1, 2, None), ("a", 3, 4, None)]
    assert gather(rows) == {"a": [rows[0], rows[2]], "b": [rows[1]]}


@pytest.mark.parametrize(
    "make",
    [
        lambda: therapist(weekly=((),) * 6),
        lambda: therapist(weekly=(((600, 540),),) * 7),
        lambda: therapist(exceptions={MONDAY: ((0, 1441),)}),
        lambda: Rules(ZONE, grid=0),
        lambda: asking(0),
        lambda: asking(30, own_minutes={"t1": 1441}),
        lambda: asking(buffer_before=-1),
    ],
)
def test_values_that_cannot_be(make):
    with pytest.raises(ValueError):
        make()


def test_a_schedule_remembers_a_bounded_number_of_answers():
    schedule = therapist()
    for minutes in range(1, 200):
        free_starts(schedule, RULES, asking(minutes), {})
    assert len(schedule.memo) <= 24
    assert not replace(schedule).memo
