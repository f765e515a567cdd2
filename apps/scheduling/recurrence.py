"""Time off laid on the calendar: once or by an RFC 5545 rule, wall-clock values in a zone, out as UTC epoch blocks.

A block keeps its wall-clock times across clock changes. A time that a change skips is taken at the moment the clocks
jump; a time that is shown twice begins at its first and ends at its second showing, so that nothing is left uncovered.
Whole days run from local midnight to local midnight. Rules are read by `dateutil` and never followed past the days
asked for. Pure: no ORM, no clock.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil import rrule

from apps.scheduling.availability import Block
from apps.scheduling.availability.zones import midnight, shown_at

MOST = 2_000  # of an INTERVAL or a COUNT
MIDNIGHT = dt.time()
EARLIEST = dt.date(1900, 1, 1)
LATEST = dt.date(9000, 1, 1).toordinal()
CYCLE_DAYS = {"DAILY": 1, "WEEKLY": 7}
ALLOWED = frozenset({*CYCLE_DAYS, "MONTHLY", "YEARLY"})
WITHIN_A_DAY = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})
WEEKDAY = "(?:MO|TU|WE|TH|FR|SA|SU)"
DAY_NUMBERS = r"[+-]?[1-9][0-9]{0,2}(,[+-]?[1-9][0-9]{0,2})*"
SHAPES = {
    "FREQ": r"[A-Z]+",
    "INTERVAL": r"[0-9]{1,4}",
    "COUNT": r"[0-9]{1,4}",
    "UNTIL": r"[0-9]{8}(T[0-9]{6}Z?)?",
    "WKST": WEEKDAY,
    "BYMONTH": r"[1-9][0-9]?(,[1-9][0-9]?)*",
    "BYDAY": rf"(([+-]?[1-9][0-9]?)?{WEEKDAY})(,([+-]?[1-9][0-9]?)?{WEEKDAY})*",
    "BYMONTHDAY": DAY_NUMBERS,
    "BYYEARDAY": DAY_NUMBERS,
    "BYWEEKNO": DAY_NUMBERS,
    "BYSETPOS": DAY_NUMBERS,
}
BOUNDS = {"BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366}
NOT_WITH = {  # the table of RFC 5545, 3.3.10; BYSETPOS would pick from the one day, or few, of a cycle
    "DAILY": {"BYYEARDAY", "BYWEEKNO", "BYSETPOS"},
    "WEEKLY": {"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"},
    "MONTHLY": {"BYYEARDAY", "BYWEEKNO"},
    "YEARLY": set(),
}
WEEKS = {"MONTHLY": 5, "YEARLY": 53}  # how often a weekday may be counted: `dateutil` fails beyond, in some years only
GREGORIAN = 400  # years after which the calendar repeats itself, weekdays and all
LAST_CYCLE = dt.MAXYEAR - GREGORIAN
LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class RuleRefused(ValueError):
    """The text is not a rule we take: `code` says why (syntax, dtstart, frequency), and `part` where if it is one."""

    def __init__(self, code: str, part: str = "") -> None:
        self.code, self.part = code, part
        super().__init__(f"{code} {part}".strip())


@dataclass(frozen=True, slots=True)
class Absence:
    """One time off as entered; no times means whole days, `ends_on` inclusive; `rule` repeats it from `starts_on`."""

    kind: str
    starts_on: dt.date
    ends_on: dt.date
    starts_time: dt.time | None = None
    ends_time: dt.time | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Repeats:
    """A rule that was read. `until` is the last moment of a beginning: local, or aware when the rule gave it in UTC.

    A day that the rule does not name is no occurrence, `starts_on` included, and COUNT counts occurrences.
    """

    starts_on: dt.date
    pattern: str  # without COUNT and UNTIL
    cycle_days: int  # after which the pattern's weeks or days repeat, 0: ask from the beginning
    count: int | None
    until: dt.datetime | None

    def days(self, first: dt.date, last: dt.date) -> Iterator[dt.date]:
        """The days of occurrences up to `last`, with all from `first` on among them, ascending."""
        begin = self.starts_on
        if self.count is None and self.cycle_days and first > begin:
            begin += dt.timedelta(days=(first - begin).days // self.cycle_days * self.cycle_days)
        rule = _rule(self.pattern, begin).replace(until=dt.datetime.combine(last, MIDNIGHT))
        return (moment.date() for moment in islice(rule, self.count))

    def is_over(self, begins: dt.datetime, zone: str) -> bool:
        """Whether a local beginning comes after the rule's end."""
        if self.until is None:
            return False
        if self.until.tzinfo is None:
            return begins > self.until
        return begins > self.until.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def parse(rule: str, starts_on: dt.date) -> Repeats:
    """Read a rule that begins on a day. Raises RuleRefused for anything but one plain RRULE of whole days or longer."""
    text = rule.strip().upper().removeprefix("RRULE:")
    if "DTSTART" in text or "\n" in text or "\r" in text:
        raise RuleRefused("dtstart")
    parts = _parts(text)
    until, count = parts.pop("UNTIL", None), parts.pop("COUNT", None)
    if until and count:
        raise RuleRefused("syntax", "COUNT")
    repeats = Repeats(
        starts_on=starts_on,
        pattern=";".join(f"{name}={value}" for name, value in parts.items()),
        cycle_days=CYCLE_DAYS.get(parts["FREQ"], 0) * int(parts.get("INTERVAL", 1)),
        count=int(count) if count else None,
        until=_until(until) if until else None,
    )
    if not _can_happen(parts, repeats) or not _happens(repeats):
        raise RuleRefused("syntax", "BYMONTHDAY" if "BYMONTHDAY" in parts else "BYDAY")
    return repeats


def expand(absence: Absence, zone: str, first: dt.date, last: dt.date) -> list[Block]:
    """The whole blocks of one absence that touch the local days `first` to `last`, ascending. A bad rule: once only."""
    since, until = midnight(zone, first.toordinal()), midnight(zone, last.toordinal() + 1)
    blocks = [_block(absence, zone, day) for day in _begins(absence, zone, first, last)]
    return [block for block in blocks if max(since, block[0]) < min(until, block[1])]


def expand_all(absences: Iterable[Absence], zone: str, first: dt.date, last: dt.date) -> tuple[Block, ...]:
    """The blocks of several absences, sorted."""
    return tuple(sorted(block for absence in absences for block in expand(absence, zone, first, last)))


def _begins(absence: Absence, zone: str, first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """The local days on which the absence begins: up to `last`, with all that reach `first` among them."""
    try:
        repeats = parse(absence.rule, absence.starts_on) if absence.rule else None
    except RuleRefused:
        repeats = None
    if repeats is None:
        if absence.starts_on <= last:
            yield absence.starts_on
        return
    reaching = first.toordinal() - (absence.ends_on - absence.starts_on).days
    for day in repeats.days(dt.date.fromordinal(max(reaching, 1)), last):
        if repeats.is_over(dt.datetime.combine(day, absence.starts_time or MIDNIGHT), zone):
            return
        yield day


def _block(absence: Absence, zone: str, day: dt.date) -> Block:
    """The occurrence that begins on a day. One that reaches the calendar's ends is cut there, where UTC has no date."""
    begins = max(day, EARLIEST)
    ends = min(day.toordinal() + (absence.ends_on - absence.starts_on).days, LATEST)
    if absence.starts_time is None or absence.ends_time is None:
        return midnight(zone, begins.toordinal()), midnight(zone, ends + 1), absence.kind
    starts_at = dt.datetime.combine(begins, absence.starts_time)
    ends_at = dt.datetime.combine(dt.date.fromordinal(ends), absence.ends_time)
    return shown_at(zone, starts_at), shown_at(zone, ends_at, last=True), absence.kind


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.split(";"):
        name, _, value = part.partition("=")
        if name in WITHIN_A_DAY:
            raise RuleRefused("frequency", name)
        if name in parts or not re.fullmatch(SHAPES.get(name, "(?!)"), value) or not _is_in_bounds(name, value):
            raise RuleRefused("syntax", part)
        parts[name] = value
    if parts.get("FREQ") not in ALLOWED:
        raise RuleRefused("frequency" if "FREQ" in parts else "syntax", "FREQ")
    if parts["FREQ"] in CYCLE_DAYS and re.search("[0-9]", parts.get("BYDAY", "")):
        raise RuleRefused("syntax", "BYDAY")  # "the second Monday" is of a month or a year
    if _counts_too_far(parts):
        raise RuleRefused("syntax", "BYDAY")
    if misplaced := NOT_WITH[parts["FREQ"]] & parts.keys():
        raise RuleRefused("syntax", min(misplaced))
    return parts


def _counts_too_far(parts: dict[str, str]) -> bool:
    """Whether a weekday is counted beyond what a month or year has: "the sixth Monday of the month"."""
    period = "MONTHLY" if "BYMONTH" in parts else parts["FREQ"]
    numbers = re.findall("[0-9]+", parts.get("BYDAY", ""))
    return any(int(number) > WEEKS[period] for number in numbers)


def _happens(repeats: Repeats) -> bool:
    """Whether it happens at all. Asked of the calendar's last cycles, which are soon over: for a day that never comes
    `dateutil` looks until the year 9999, and there the same days of the week and leap years come round."""
    years = max(0, (LAST_CYCLE - repeats.starts_on.year) // GREGORIAN * GREGORIAN)
    late = repeats.starts_on.replace(year=repeats.starts_on.year + years)
    return next(iter(_rule(repeats.pattern, late)), None) is not None


def _can_happen(parts: dict[str, str], repeats: Repeats) -> bool:
    """Whether the day exists at all: `dateutil` would look for a 30 February, day by day, until the year 9999."""
    if repeats.cycle_days and repeats.cycle_days % 7 == 0 and parts["FREQ"] == "DAILY" and "BYDAY" in parts:
        return WEEKDAYS[repeats.starts_on.weekday()] in parts["BYDAY"].split(",")
    if "BYMONTHDAY" not in parts or "BYMONTH" not in parts:
        return True
    months = [int(month) for month in parts["BYMONTH"].split(",")]
    earliest = min(abs(int(day)) for day in parts["BYMONTHDAY"].split(","))
    return any(earliest <= LONGEST[month - 1] for month in months)


def _is_in_bounds(name: str, value: str) -> bool:
    if name in {"INTERVAL", "COUNT"}:
        return 1 <= int(value) <= MOST
    return all(abs(int(number)) <= BOUNDS[name] for number in value.split(",")) if name in BOUNDS else True


def _until(text: str) -> dt.datetime:
    """A day alone means all of that day."""
    try:
        until = dt.datetime.strptime(text[:15], "%Y%m%dT%H%M%S" if "T" in text else "%Y%m%d")
    except ValueError as error:
        raise RuleRefused("syntax", "UNTIL") from error
    if not EARLIEST.toordinal() <= until.toordinal() <= LATEST:
        raise RuleRefused("syntax", "UNTIL")  # at the calendar's ends some zone has no date for it
    if "T" not in text:
        return dt.datetime.combine(until, dt.time.max)
    return until.replace(tzinfo=dt.UTC) if text.endswith("Z") else until


def _rule(pattern: str, starts_on: dt.date) -> rrule.rrule:
    try:
        found = rrule.rrulestr(pattern, dtstart=dt.datetime.combine(starts_on, MIDNIGHT))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise RuleRefused("syntax") from error
    if not isinstance(found, rrule.rrule):
        raise RuleRefused("syntax")
    return found
