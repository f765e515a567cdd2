"""The in-memory part of the slot question beside its floor: `python -m tests.benchmarks.engine` prints the rows.

The world is that of the speed table: 50 therapists, 45-minute sessions on a 15-minute grid, 30 days around a clock
change, up to 200 bookings a therapist-month. The floor is one sweep over sorted integers with the working spans already
laid out as integers: it knows no buffers, caps, rooms, notice or reasons. Both start from the rows that the one
occupancy query returns, grouping included.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import median
from time import perf_counter

from apps.scheduling.availability import Ask, Rules, Schedule, across, first_free, free_starts, gather
from apps.scheduling.availability.hours import open_pieces

ZONE = "America/New_York"
FIRST = date(2026, 10, 17)  # clocks go back on 1 November
DAYS = 30
MINUTES = 45
WEEK = (((9 * 60, 18 * 60),),) * 6 + ((),)
NOW = 1_792_000_000  # 14 October 2026


@dataclass
class World:
    schedules: list[Schedule]
    rules: Rules
    ask: Ask
    rows: list[tuple]
    pieces: dict[str, list[tuple[int, int]]]


def world(therapists=50, bookings=200, rooms=0, cap=None, seed=4):
    """Random 45-minute sessions in working hours, none overlapping, 200 a therapist at most."""
    dice = random.Random(seed)
    rules = Rules(zone=ZONE, grid=15, notice=120, horizon=90)
    last = FIRST + timedelta(days=DAYS - 1)
    ask = Ask(MINUTES, FIRST, last, NOW, needs_room=bool(rooms), rooms=tuple(f"r{n:02}" for n in range(rooms)))
    schedules = [Schedule(id=f"t{n:02}", zone=ZONE, weekly=WEEK, daily_cap=cap) for n in range(therapists)]
    pieces = {s.id: [p[1:] for p in open_pieces(s, rules, FIRST.toordinal(), last.toordinal())] for s in schedules}
    rows = [row for s in schedules for row in _bookings(dice, s.id, pieces[s.id], bookings)]
    rows += [row for room in ask.rooms for row in _bookings(dice, room, pieces[schedules[0].id], bookings)]
    return World(schedules, rules, ask, rows, pieces)


def _bookings(dice, what, pieces, most):
    slots = [at for start, end in pieces for at in range(start + 900 * dice.randrange(3), end - 2700 + 1, 2700)]
    taken = sorted(dice.sample(slots, min(most, len(slots))))
    return [(what, at, at + 2700, 719_163 + at // 86_400) for at in taken]


def floor_sweep(pieces, rows, step=900, length=2700):
    """One therapist: walk pieces and rows together, emit the starts that fit the gaps."""
    out = []
    at, count = 0, len(rows)
    for start, end in pieces:
        free_from = start
        while at < count and rows[at][1] < end:
            _, begins, ends, _ = rows[at]
            if begins - length >= free_from:
                out += range(start + -(-(free_from - start) // step) * step, begins - length + 1, step)
            free_from = ends
            at += 1
        out += range(start + -(-(free_from - start) // step) * step, end - length + 1, step)
    return out


def floor_centre(place):
    busy = gather(place.rows)
    return {s.id: floor_sweep(place.pieces[s.id], busy.get(s.id, ())) for s in place.schedules}


def ours_centre(place):
    return across(place.schedules, place.rules, place.ask, gather(place.rows))


def ours_first(place):
    return first_free(place.schedules, place.rules, place.ask, gather(place.rows))


def ours_one(place):
    return free_starts(place.schedules[0], place.rules, place.ask, gather(place.rows))


def ours_cold(place):
    """With nothing remembered of any schedule, as after a change of every therapist's hours."""
    return ours_centre(replace(place, schedules=[replace(s) for s in place.schedules]))


def floor_one(place):
    who = place.schedules[0].id
    return floor_sweep(place.pieces[who], gather(place.rows)[who])


def timed(what: Callable, place: World, rounds: int) -> float:
    """Milliseconds, the median of the rounds, after one to warm up."""
    what(place)
    taken = []
    for _ in range(rounds):
        began = perf_counter()
        what(place)
        taken.append(perf_counter() - began)
    return 1000 * median(taken)


def cases():
    """(question, world, floor, ours, rounds), ready for a later engineer to add the query to."""
    one, centre = world(therapists=1), world()
    sparse = world(bookings=40)
    roomy, capped = world(rooms=10), world(cap=8)
    return [
        ("one therapist, one month", one, floor_one, ours_one, 400),
        ("whole centre, 50 x 30 days", centre, floor_centre, ours_centre, 40),
        ("the same, 40 bookings each", sparse, floor_centre, ours_centre, 40),
        ("the same, daily cap 8", capped, floor_centre, ours_centre, 40),
        ("the same, 10 rooms", roomy, floor_centre, ours_centre, 40),
        ("the same, nothing remembered", centre, floor_centre, ours_cold, 10),
        ("first free of 50", centre, floor_centre, ours_first, 40),
    ]


def rows():
    """(question, floor ms, ours ms, ratio)."""
    out = []
    for question, place, floor, ours, rounds in cases():
        base, mine = timed(floor, place, rounds), timed(ours, place, rounds)
        out.append((question, base, mine, mine / base))
    return out


if __name__ == "__main__":
    print(f"{'question':32} {'floor ms':>9} {'ours ms':>9} {'ratio':>6}")
    for question, base, mine, ratio in rows():
        print(f"{question:32} {base:9.3f} {mine:9.3f} {ratio:6.2f}")
