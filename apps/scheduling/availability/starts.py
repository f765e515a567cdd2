"""Which starts are free: the open starts minus what is taken, swept over sorted integers.

A start is removed when the session with its buffers, [start - before, end + after), would touch a busy span of the
therapist (whose spans carry the buffers of their own sessions), when the therapist's local day is at its cap, or when
no suitable room is free for that same span. Each of these is a sorted list of open intervals of starts that are shut,
so one sweep with bisection answers a month whatever its length.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TypeAlias

from apps.scheduling.availability.hours import open_starts
from apps.scheduling.availability.values import Ask, Busy, Id, Rules, Schedule
from apps.scheduling.availability.zones import day_edges, local_ordinal, midnight

Shut: TypeAlias = list[tuple[int, int]]  # sorted (after, before): no start strictly between the two

EVERYTHING = (-(2**62), 2**62)


def free_starts(schedule: Schedule, rules: Rules, ask: Ask, busy: Busy) -> list[int]:
    """Every start that the therapist can be booked at from `ask.first` to `ask.last`, ascending, epoch seconds.

    `busy` covers at least `window([schedule], ask)`, rooms included. When a session is being moved, leave its own rows
    out of `busy`.
    """
    return _free(schedule, rules, ask, busy, _rooms_shut(ask, busy, ask.minutes_with(schedule.id)))


def day(schedule: Schedule, rules: Rules, ask: Ask, busy: Busy, on: date) -> list[int]:
    """`free_starts` of one local day."""
    return free_starts(schedule, rules, replace(ask, first=on, last=on), busy)


def across(schedules: Iterable[Schedule], rules: Rules, ask: Ask, busy: Busy) -> dict[Id, list[int]]:
    """`free_starts` by therapist id, in the order given; rooms are looked at once for all."""
    rooms: dict[int, Shut] = {}
    found = {}
    for schedule in schedules:
        minutes = ask.minutes_with(schedule.id)
        if minutes not in rooms:
            rooms[minutes] = _rooms_shut(ask, busy, minutes)
        found[schedule.id] = _free(schedule, rules, ask, busy, rooms[minutes])
    return found


def first_free(schedules: Iterable[Schedule], rules: Rules, ask: Ask, busy: Busy) -> tuple[int, Id] | None:
    """The earliest free start of all and whose it is.

    Among therapists free at that instant, the one with the fewest sessions counted on their local day of it, then the
    lowest id as text.
    """
    by_id = {schedule.id: schedule for schedule in schedules}
    firsts = [(free[0], who) for who, free in across(by_id.values(), rules, ask, busy).items() if free]
    if not firsts:
        return None
    earliest = min(start for start, _ in firsts)
    tied = [who for start, who in firsts if start == earliest]
    return earliest, min(tied, key=lambda who: (_booked_on(by_id[who], busy, earliest), str(who)))


def window(schedules: Iterable[Schedule], ask: Ask) -> tuple[int, int]:
    """The span [since, until) that the occupancy query must cover for an answer: rows that overlap it, all of them."""
    zones = {schedule.zone for schedule in schedules}
    longest = max((ask.minutes, *ask.own_minutes.values()))
    since = min(midnight(zone, ask.first.toordinal()) for zone in zones)
    until = max(midnight(zone, ask.last.toordinal() + 1) for zone in zones)
    return since - 60 * ask.buffer_before, until + 60 * (longest + ask.buffer_after)


def bookable_span(rules: Rules, now: int) -> tuple[int, int]:
    """[since, until) of starts within notice and horizon: until the end of the centre's local day `horizon` days on."""
    today = local_ordinal(rules.zone, now)
    return now + 60 * rules.notice, midnight(rules.zone, today + rules.horizon + 1)


def _free(schedule: Schedule, rules: Rules, ask: Ask, busy: Busy, rooms: Shut) -> list[int]:
    if not schedule.bookable or schedule.on_leave or schedule.daily_cap == 0:
        return []
    since, until = bookable_span(rules, ask.now)
    since = max(since, midnight(schedule.zone, ask.first.toordinal()))
    until = min(until, midnight(schedule.zone, ask.last.toordinal() + 1))
    if since >= until:
        return []
    minutes = ask.minutes_with(schedule.id)
    starts = open_starts(schedule, rules, minutes, since, until)
    shut = _taken(schedule.id, ask, busy, minutes)
    if full := _full_days(schedule, busy):
        shut = sorted(shut + full)
    free = _sweep(starts, shut)
    return _sweep(free, rooms) if rooms else free


def _sweep(starts: list[int], shut: Shut) -> list[int]:
    """The starts that no shut interval holds; intervals may overlap one another."""
    free: list[int] = []
    at, count = 0, len(starts)
    for after, before in shut:
        if at == count:
            return free
        if starts[at] <= after:
            low = bisect_right(starts, after, at)
            free += starts[at:low]
            at = low
        at = bisect_left(starts, before, at)
    return free + starts[at:]


def _taken(what: Id, ask: Ask, busy: Busy, minutes: int) -> Shut:
    """Where a session with its buffers would touch a busy span of the therapist or room."""
    head, tail = 60 * (minutes + ask.buffer_after), 60 * ask.buffer_before
    return [(starts - head, ends + tail) for _, starts, ends, _ in busy.get(what, ())]


def _full_days(schedule: Schedule, busy: Busy) -> Shut:
    """The therapist's local days on which as many sessions count as the cap allows."""
    if schedule.daily_cap is None:
        return []
    full = [on for on, count in _counts(schedule, busy).items() if count >= schedule.daily_cap]
    edges = (day_edges(schedule.zone, on) for on in full)
    return [(start - 1, end) for start, end in edges]


def _counts(schedule: Schedule, busy: Busy) -> Counter[int]:
    """How many sessions count on each local day."""
    return Counter(row[3] for row in busy.get(schedule.id, ()) if row[3] is not None)


def _booked_on(schedule: Schedule, busy: Busy, start: int) -> int:
    return _counts(schedule, busy)[local_ordinal(schedule.zone, start)]


def _rooms_shut(ask: Ask, busy: Busy, minutes: int) -> Shut:
    """Where no suitable room is free: the intersection of what each room shuts."""
    if not ask.needs_room:
        return []
    if not ask.rooms:
        return [EVERYTHING]
    emptiest_first = sorted(ask.rooms, key=lambda room: len(busy.get(room, ())))
    shut = [EVERYTHING]
    for room in emptiest_first:
        shut = _in_both(shut, _united(_taken(room, ask, busy, minutes)))
        if not shut:
            break
    return shut


def _united(shut: Shut) -> Shut:
    """The same starts shut by intervals that do not overlap."""
    out: Shut = []
    for after, before in shut:
        if out and after < out[-1][1]:
            out[-1] = (out[-1][0], max(before, out[-1][1]))
        else:
            out.append((after, before))
    return out


def _in_both(one: Shut, other: Shut) -> Shut:
    out, i, j = [], 0, 0
    while i < len(one) and j < len(other):
        after, before = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if after < before:
            out.append((after, before))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return out
