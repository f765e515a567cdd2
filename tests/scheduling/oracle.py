"""Free starts found the slow way: every UTC minute is asked what the clock on the wall shows, by `zoneinfo`.

Nothing here is shared with the engine but its values. A local day's clock is followed minute by minute and the latest
time that it has shown is kept (`high`): hours begin when it has reached their beginning and are over when it has
reached their end, and a start is a minute at which it first shows a time of the grid. So a skipped time is no start,
and a repeated one is a start once.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTE = 60


@lru_cache(maxsize=256)
class Clock:
    """What a zone's wall clocks show from two days before `first` to three days after `last`."""

    def __init__(self, zone, first, last):
        self.zone = ZoneInfo(zone)
        self.shown = {}  # epoch -> (date, minute, high)
        self.fresh = set()  # epochs at which the minute is shown for the first time that day
        at = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=2)
        until = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=4)
        day, high = None, -1
        while at < until:
            wall = at.astimezone(self.zone)
            minute = wall.hour * 60 + wall.minute
            if wall.date() != day:
                day, high = wall.date(), -1
            if minute > high:
                self.fresh.add(int(at.timestamp()))
            high = max(high, minute)
            self.shown[int(at.timestamp())] = (day, minute, high)
            at += timedelta(minutes=1)


def minutes_of(spans):
    return {minute for start, end in spans for minute in range(start, end, MINUTE)}


class Oracle:
    def __init__(self, schedule, rules, ask, busy):
        self.schedule, self.rules, self.ask, self.busy = schedule, rules, ask, busy
        self.clock = Clock(schedule.zone, ask.first, ask.last)
        self.centre = Clock(rules.zone, ask.first, ask.last)
        self.away = minutes_of((start, end) for start, end, _ in schedule.away)
        self.taken = self.taken_by(schedule.id)
        self.rooms = [self.taken_by(room) for room in ask.rooms]

    def taken_by(self, what):
        return minutes_of((start, end) for _, start, end, _ in self.busy.get(what, ()))

    def is_worked(self, at):
        day, _, high = self.clock.shown[at]
        spans = self.schedule.exceptions.get(day, self.schedule.weekly[day.weekday()])
        return any(start <= high < end for start, end in spans)

    def is_closed(self, at):
        return self.centre.shown[at][0] in dict(self.rules.closures)

    def is_open(self, at):
        return self.is_worked(at) and not self.is_closed(at) and at not in self.away

    def is_soon_or_late(self, at):
        today = datetime.fromtimestamp(self.ask.now, ZoneInfo(self.rules.zone)).date()
        on = self.centre.shown[at][0]
        return at < self.ask.now + self.rules.notice * MINUTE or on > today + timedelta(days=self.rules.horizon)

    def is_full(self, day):
        cap = self.schedule.daily_cap
        return cap is not None and cap <= sum(row[3] == day.toordinal() for row in self.busy.get(self.schedule.id, ()))

    def is_free(self, at):
        length = self.ask.minutes_with(self.schedule.id)
        session = range(at, at + length * MINUTE, MINUTE)
        padded = range(at - self.ask.buffer_before * MINUTE, at + (length + self.ask.buffer_after) * MINUTE, MINUTE)
        return (
            self.schedule.bookable
            and not self.schedule.on_leave
            and not self.is_soon_or_late(at)
            and all(self.is_open(minute) for minute in session)
            and self.taken.isdisjoint(padded)
            and not self.is_full(self.clock.shown[at][0])
            and (not self.ask.needs_room or any(room.isdisjoint(padded) for room in self.rooms))
        )

    def grid(self):
        """Every start of the grid on the days asked for."""
        return [
            at
            for at, (day, minute, _) in self.clock.shown.items()
            if self.ask.first <= day <= self.ask.last and minute % self.rules.grid == 0 and at in self.clock.fresh
        ]

    def free_starts(self):
        return [at for at in self.grid() if self.is_free(at)]


def epoch(zone, text, fold=0):
    """`epoch("Europe/London", "2026-10-25 01:30", fold=1)`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp())


def wall(zone, at):
    """The local time of an instant as text."""
    return f"{datetime.fromtimestamp(at, ZoneInfo(zone)):%Y-%m-%d %H:%M}"
