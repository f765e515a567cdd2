"""Time off as people ask for it: when next, how often, and whether somebody is booked in it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from apps.scheduling import recurrence, rule_words, world
from apps.scheduling.forms import split_rule
from apps.scheduling.models import TimeOff

AHEAD = dt.timedelta(days=370)  # a yearly one still has a next time


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time off with the days it takes next; `next_on` is None when it is over."""

    row: TimeOff
    next_on: dt.date | None
    last_on: dt.date | None
    blocks: tuple[tuple[int, int], ...]
    sessions: int = 0

    @property
    def rule_in_words(self) -> str:
        return rule_words.in_words(split_rule(self.row.rule)[0]) if self.row.rule else ""

    @property
    def repeats_until(self) -> dt.date | None:
        return split_rule(self.row.rule)[1]


def occurrence(row: TimeOff, zone: dt.tzinfo, today: dt.date, booked: Iterable[tuple[int, int]] = ()) -> Occurrence:
    """`booked` are sessions still to come as epoch seconds: those that meet it are counted."""
    blocks = recurrence.expand(world.absence(row), str(zone), today, today + AHEAD)
    spans = tuple((start, end) for start, end, _kind in blocks)
    next_on = _day(spans[0][0], zone) if spans else None
    last_on = _day(spans[0][1] - 1, zone) if spans else None
    met = sum(any(start < ends and end > starts for start, end in spans) for starts, ends in booked)
    return Occurrence(row, next_on, last_on, spans, met)


def coming(rows: Iterable[TimeOff], zone: dt.tzinfo, today: dt.date) -> list[Occurrence]:
    """Those that are not over, by the day they come next."""
    found = [occurrence(row, zone, today) for row in rows if row.rule or row.ends_on >= today]
    return sorted((one for one in found if one.blocks), key=lambda one: one.blocks[0])


def _day(moment: int, zone: dt.tzinfo) -> dt.date:
    return dt.datetime.fromtimestamp(moment, zone).date()
