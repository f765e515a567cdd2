"""Time off laid on the calendar: once or by an RFC 5545 rule, wall-clock values in a zone, out as UTC epoch blocks.

A block keeps its wall-clock times across clock changes. A time that a change skips is taken at the moment the clocks
jump; a time that is shown twice begins at its first and ends at its second showing, so that nothing is left uncovered.
Whole days run from local midnight to local midnight. Pure: no ORM, no clock.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from dateutil import rrule

from apps.scheduling.availability import Block

MOST_OCCURRENCES = 2_000  # of one rule in one expansion
ALLOWED = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
MIDNIGHT = dt.time()


class RuleRefused(ValueError):
    """The text is not a rule we take; `code` says why: syntax, dtstart, frequency or endless."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Absence:
    """One time off as it was entered; no times means whole days, `ends_on` inclusive; `rule` repeats it from `starts_on`."""

    kind: str
    starts_on: dt.date
    ends_on: dt.date
    starts_time: dt.time | None = None
    ends_time: dt.time | None = None
    rule: str = ""


def parse(rule: str, starts_on: dt.date) -> rrule.rrule:
    """Return the rule beginning on a day. Raises RuleRefused for anything but one plain RRULE of whole days or longer."""
    text = rule.strip().upper().removeprefix("RRULE:")
    if "DTSTART" in text or "\n" in text:
        raise RuleRefused("dtstart")
    parts = dict(part.split("=", 1) for part in text.split(";") if "=" in part)
    if parts.get("FREQ") not in ALLOWED or {"BYHOUR", "BYMINUTE", "BYSECOND"} & set(parts):
        raise RuleRefused("frequency" if "FREQ" in parts else "syntax")
    parts["UNTIL"] = parts["UNTIL"][:8] if "UNTIL" in parts else ""  # a day, whatever time or zone it came with
    plain = ";".join(f"{name}={value}" for name, value in parts.items() if value)
    try:
        found = rrule.rrulestr(plain, dtstart=dt.datetime.combine(starts_on, MIDNIGHT))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise RuleRefused("syntax") from error
    if not isinstance(found, rrule.rrule):
        raise RuleRefused("syntax")
    return found


def expand(absence: Absence, zone: str, first: dt.date, last: dt.date) -> list[Block]:
    """Return the blocks of one absence that touch the local days from `first` to `last`, ascending. A bad rule: once only."""
    length = absence.ends_on - absence.starts_on
    days = _begins(absence, first - length - dt.timedelta(days=1), last)
    blocks = [_block(absence, ZoneInfo(zone), day, day + length) for day in days]
    since, until = (
        _epoch(ZoneInfo(zone), first, MIDNIGHT),
        _epoch(ZoneInfo(zone), last + dt.timedelta(days=1), MIDNIGHT),
    )
    return [block for block in blocks if block[0] < until and block[1] > since]


def expand_all(absences: Iterable[Absence], zone: str, first: dt.date, last: dt.date) -> tuple[Block, ...]:
    """The blocks of several absences, sorted."""
    return tuple(sorted(block for absence in absences for block in expand(absence, zone, first, last)))


def _begins(absence: Absence, first: dt.date, last: dt.date) -> Iterator[dt.date]:
    if not absence.rule:
        yield absence.starts_on
        return
    try:
        rule = parse(absence.rule, absence.starts_on)
    except RuleRefused:
        yield absence.starts_on
        return
    after = dt.datetime.combine(first, MIDNIGHT)
    for number, moment in enumerate(rule.xafter(after, inc=True)):
        if moment.date() > last or number >= MOST_OCCURRENCES:
            return
        yield moment.date()


def _block(absence: Absence, zone: ZoneInfo, starts_on: dt.date, ends_on: dt.date) -> Block:
    if absence.starts_time is None or absence.ends_time is None:
        return _epoch(zone, starts_on, MIDNIGHT), _epoch(zone, ends_on + dt.timedelta(days=1), MIDNIGHT), absence.kind
    return _epoch(zone, starts_on, absence.starts_time), _epoch(zone, ends_on, absence.ends_time, fold=1), absence.kind


def _epoch(zone: ZoneInfo, day: dt.date, time: dt.time, *, fold: int = 0) -> int:
    """The instant at which a local clock shows this time; a skipped one is the moment of the jump."""
    wall = dt.datetime.combine(day, time, zone).replace(fold=fold)
    seconds = int(wall.timestamp())
    shown = dt.datetime.fromtimestamp(seconds, zone).replace(tzinfo=None)
    if shown == wall.replace(tzinfo=None, fold=0):
        return seconds
    offsets = [wall.replace(fold=side).utcoffset() or dt.timedelta() for side in (0, 1)]
    gap = abs(offsets[1] - offsets[0])
    return _jump(zone, int(wall.replace(fold=0).timestamp() - gap.total_seconds()), seconds + int(gap.total_seconds()))


def _jump(zone: ZoneInfo, before: int, after: int) -> int:
    """The first second after the clock change that lies between two instants."""
    old = dt.datetime.fromtimestamp(before, zone).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if dt.datetime.fromtimestamp(middle, zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
