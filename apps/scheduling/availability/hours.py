"""When a session could start if nothing were booked: hours, minus closures, minus time off, cut on the grid.

Working hours become UTC pieces by each day's own zone rules, spans that touch (over midnight too) being one run. The
session itself must lie inside one run and outside every block; its buffers may spill over either edge, for they are the
therapist's and the room's time between sessions, not hours that somebody is seen in.

Results depend on the schedule and the centre's rules only, never on bookings, and are kept in the schedule's `memo` by
chunks of 32 days, so that any range asked is cut from the same few entries.
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date
from functools import lru_cache, partial
from typing import TypeAlias, TypeVar

from apps.scheduling.availability.values import Block, Rules, Schedule, Span
from apps.scheduling.availability.zones import (
    CHUNK,
    DAY_SECONDS,
    day_edges,
    grid_starts,
    instant_of,
    local_ordinal,
    midnight,
)

Piece: TypeAlias = tuple[int, int, int]  # (day ordinal, starts, ends): open time of one local day

SPILL_DAYS = 2  # a session of at most 24 hours ends within this many days after the one it starts on
MEMO_ENTRIES = 24

T = TypeVar("T")


def remember(schedule: Schedule, key: Hashable, work: Callable[[], T]) -> T:
    """Keep what was worked out with the schedule; a full memo is emptied, so a schedule's memory is bounded."""
    found: T | None = schedule.memo.get(key)
    if found is None:
        if len(schedule.memo) >= MEMO_ENTRIES:
            schedule.memo.clear()
        found = schedule.memo[key] = work()
    return found


@lru_cache(maxsize=1024)
def joined(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Sorted, with spans that overlap or touch made one."""
    out: list[Span] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return tuple(out)


def spans_on(schedule: Schedule, ordinal: int) -> tuple[Span, ...]:
    """The date's exception, or its weekday's template."""
    spans = schedule.exceptions.get(date.fromordinal(ordinal)) if schedule.exceptions else None
    return joined(schedule.weekly[(ordinal - 1) % 7] if spans is None else spans)


def working(schedule: Schedule, first: int, last: int) -> list[Piece]:
    """Working hours of the days first to last, before closures and time off."""
    pieces = []
    for ordinal in range(first, last + 1):
        for start, end in spans_on(schedule, ordinal):
            starts, ends = instant_of(schedule.zone, ordinal, start), instant_of(schedule.zone, ordinal, end)
            if starts < ends:
                pieces.append((ordinal, starts, ends))
    return pieces


@lru_cache(maxsize=256)
def closed_blocks(zone: str, closures: tuple[tuple[date, str], ...]) -> tuple[Block, ...]:
    """Closures as blocks, local midnight to local midnight in the centre's zone."""
    return tuple(sorted((*day_edges(zone, day.toordinal()), name) for day, name in closures))


def without(pieces: Iterable[Piece], blocks: Iterable[Block]) -> list[Piece]:
    """The pieces minus the blocks; both sorted by start."""
    shut = sorted(blocks)
    out, at = [], 0
    for ordinal, start, end in pieces:
        while at < len(shut) and shut[at][1] <= start:
            at += 1
        free_from = start
        for block_start, block_end, _ in shut[at:]:
            if block_start >= end:
                break
            if free_from < block_start:
                out.append((ordinal, free_from, block_start))
            free_from = max(free_from, block_end)
        if free_from < end:
            out.append((ordinal, free_from, end))
    return out


def open_pieces(schedule: Schedule, rules: Rules, first: int, last: int) -> list[Piece]:
    """Hours minus closures minus time off of the days first to last."""
    since, until = midnight(schedule.zone, first), midnight(schedule.zone, last + 1)
    blocks = (*closed_blocks(rules.zone, rules.closures), *schedule.away)
    near = [block for block in blocks if block[0] < until and block[1] > since]
    return without(working(schedule, first, last), near)


def runs(pieces: Sequence[Piece]) -> list[Span]:
    """The pieces as (starts, ends), with those that touch made one."""
    out: list[Span] = []
    for _, start, end in pieces:
        if out and out[-1][1] == start:
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return out


def _reaches(pieces: Sequence[Piece]) -> list[int]:
    """For each piece the end of the run it is part of."""
    reaches: list[int] = []
    for (_, _, end), following in zip(reversed(pieces), [None, *reversed(pieces)], strict=False):
        touches = following is not None and following[1] == end
        reaches.append(reaches[-1] if touches else end)
    return reaches[::-1]


def _starts_in(zone: str, piece: Piece, until: int, grid: int) -> Sequence[int]:
    """The grid starts of a piece that are before `until`."""
    ordinal, start, end = piece
    day_start, day_end = day_edges(zone, ordinal)
    until = min(until, end)
    if day_end - day_start != DAY_SECONDS:
        return [instant for instant in grid_starts(zone, ordinal, grid) if start <= instant < until]
    step = 60 * grid
    return range(start + (day_start - start) % step, until, step)


def _chunk_starts(schedule: Schedule, rules: Rules, minutes: int, chunk: int) -> "array[int]":
    first, after = chunk * CHUNK, (chunk + 1) * CHUNK
    pieces = open_pieces(schedule, rules, first, after - 1 + SPILL_DAYS)
    starts = array("q")
    for piece, reach in zip(pieces, _reaches(pieces), strict=True):
        if piece[0] < after:
            starts.extend(_starts_in(schedule.zone, piece, reach - 60 * minutes + 1, rules.grid))
    return starts


def open_starts(schedule: Schedule, rules: Rules, minutes: int, since: int, until: int) -> list[int]:
    """Grid starts in [since, until) of sessions that fit hours, closures and time off, ascending."""
    first, last = local_ordinal(schedule.zone, since), local_ordinal(schedule.zone, until - 1)
    found: list[int] = []
    for chunk in range(first // CHUNK, last // CHUNK + 1):
        key = (chunk, minutes, rules.grid, rules.zone, rules.closures)
        starts = remember(schedule, key, partial(_chunk_starts, schedule, rules, minutes, chunk))
        found += starts[bisect_left(starts, since) : bisect_left(starts, until)]
    return found
