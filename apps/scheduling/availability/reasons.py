"""Why a start is not offered: every rule asked about one start, in the order of `Rule`.

These are the rules as one says them, start by start; `starts.py` answers the same for a month at once, and the property
tests hold the two to each other. `ask.first` and `ask.last` are no rules: any start may be asked about.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from apps.scheduling.availability.hours import SPILL_DAYS, closed_blocks, runs, working
from apps.scheduling.availability.starts import bookable_span
from apps.scheduling.availability.values import Ask, Busy, Id, Reason, Rule, Rules, Schedule
from apps.scheduling.availability.zones import grid_starts, local_ordinal


def explain(schedule: Schedule, rules: Rules, ask: Ask, busy: Busy, start: int) -> Reason | None:
    """The first rule that removes the start, or None: it is free."""
    return next(objections(schedule, rules, ask, busy, start), None)


def objections(schedule: Schedule, rules: Rules, ask: Ask, busy: Busy, start: int) -> Iterator[Reason]:
    """Every rule that removes the start: what staff who override would be overriding.

    TAKEN counts buffers; ask again with buffers of 0 to tell an overlap of two sessions from one of buffers only.
    """
    case = Case(schedule, rules, ask, busy, start)
    for rule, holds_against in CHECKS.items():
        detail = holds_against(case)
        if detail is not None:
            yield Reason(rule, detail)


def explained_day(
    schedule: Schedule, rules: Rules, ask: Ask, busy: Busy, on: date
) -> Iterator[tuple[int, Reason | None]]:
    """Every grid start of the therapist's local day, with what removes it or None."""
    for start in grid_starts(schedule.zone, on.toordinal(), rules.grid):
        yield start, explain(schedule, rules, ask, busy, start)


@dataclass(frozen=True, slots=True)
class Case:
    """One start in question. The checks below answer None when their rule has nothing against it."""

    schedule: Schedule
    rules: Rules
    ask: Ask
    busy: Busy
    start: int

    @property
    def end(self) -> int:
        return self.start + 60 * self.ask.minutes_with(self.schedule.id)

    @property
    def on(self) -> int:
        return local_ordinal(self.schedule.zone, self.start)

    def is_taken(self, what: Id) -> bool:
        since, until = self.start - 60 * self.ask.buffer_before, self.end + 60 * self.ask.buffer_after
        return any(starts < until and ends > since for _, starts, ends, _ in self.busy.get(what, ()))

    def is_worked(self) -> bool:
        pieces = working(self.schedule, self.on, self.on + SPILL_DAYS)
        return any(starts <= self.start and self.end <= ends for starts, ends in runs(pieces))

    def count(self) -> int:
        return sum(row[3] == self.on for row in self.busy.get(self.schedule.id, ()))


def _if(broken: bool) -> str | None:
    return "" if broken else None


def _off_grid(case: Case) -> str | None:
    return _if(case.start not in grid_starts(case.schedule.zone, case.on, case.rules.grid))


def _past_notice(case: Case) -> str | None:
    return _if(case.start < bookable_span(case.rules, case.ask.now)[0])


def _beyond_horizon(case: Case) -> str | None:
    return _if(case.start >= bookable_span(case.rules, case.ask.now)[1])


def _closed(case: Case) -> str | None:
    blocks = closed_blocks(case.rules.zone, case.rules.closures)
    return next((name for starts, ends, name in blocks if starts < case.end and ends > case.start), None)


def _time_off(case: Case) -> str | None:
    blocks = case.schedule.away
    return next((kind for starts, ends, kind in blocks if starts < case.end and ends > case.start), None)


def _daily_cap(case: Case) -> str | None:
    cap = case.schedule.daily_cap
    return _if(cap is not None and case.count() >= cap)


def _no_room(case: Case) -> str | None:
    return _if(case.ask.needs_room and all(case.is_taken(room) for room in case.ask.rooms))


CHECKS = {
    Rule.NOT_BOOKABLE: lambda case: _if(not case.schedule.bookable),
    Rule.ON_LEAVE: lambda case: _if(case.schedule.on_leave),
    Rule.OFF_GRID: _off_grid,
    Rule.PAST_NOTICE: _past_notice,
    Rule.BEYOND_HORIZON: _beyond_horizon,
    Rule.CLOSED: _closed,
    Rule.OUTSIDE_HOURS: lambda case: _if(not case.is_worked()),
    Rule.TIME_OFF: _time_off,
    Rule.TAKEN: lambda case: _if(case.is_taken(case.schedule.id)),
    Rule.DAILY_CAP: _daily_cap,
    Rule.NO_ROOM: _no_room,
}
