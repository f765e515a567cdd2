"""Changing hours, time off and closures: one place that writes them, each with its audit record.

Schedules follow at once: the database counts every such change (`ScheduleVersion`), whoever made it.
"""

import datetime as dt
import itertools
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts import audit, staleness
from apps.accounts.models import User
from apps.core import formats
from apps.core.errors import DomainError
from apps.scheduling.availability import Schedule
from apps.scheduling.availability.hours import runs, working
from apps.scheduling.availability.zones import local_ordinal
from apps.scheduling.models import (
    Closure,
    HoursException,
    HoursExceptionSpan,
    OpenHoliday,
    TimeOff,
    Weekday,
    WorkingHours,
)
from apps.sessions.models import TherapySession
from apps.therapists.models import Therapist

Minutes = tuple[int, int]
DAY = 24 * 60


class HoursChanged(DomainError):
    """`facts["as_read"]` is what a form that is sent once more has read."""

    code = "hours_changed"
    message = _("Somebody else has changed these hours since you opened them. Save once more to keep what stands here.")


class SpansOverlap(DomainError):
    code = "spans_overlap"
    message = _("Two spans of one day overlap.")


def minute_of(time: dt.time, *, ends: bool = False) -> int:
    """Minutes after midnight; midnight as an end is the day's end."""
    minutes = time.hour * 60 + time.minute
    return DAY if ends and minutes == 0 else minutes


def time_of(minute: int) -> dt.time:
    """The wall-clock time; the day's end is shown as midnight."""
    return dt.time(minute % DAY // 60, minute % 60)


def span_in_words(span: Minutes) -> str:
    """9:00 AM to 5:00 PM, for people."""
    starts, ends = (formats.clock_time(time_of(minute)) for minute in span)
    return f"{starts} \N{EN DASH} {ends}"


def words(spans: Iterable[Minutes]) -> str:
    """For the trail, in every centre alike."""
    return ", ".join(f"{time_of(start):%H:%M}-{time_of(end):%H:%M}" for start, end in sorted(spans))


def _locked(therapist: Therapist) -> Therapist:
    """Whoever changes the same hours at the same time waits, so that each replaces a whole."""
    return Therapist.objects.select_for_update(of=("self",)).get(pk=therapist.pk)


def require_apart(spans: Iterable[Minutes]) -> None:
    """Raises SpansOverlap."""
    ordered = sorted(spans)
    if any(later[0] < earlier[1] for earlier, later in itertools.pairwise(ordered)):
        raise SpansOverlap


@transaction.atomic
def set_weekly_hours(
    *, therapist: Therapist, week: Sequence[Sequence[Minutes]], by: User, as_read: str | None = None
) -> None:
    """Replace the therapist's whole week, Monday first. Booked sessions stay as they are.

    `as_read` is the week in words from which this one was made. Raises HoursChanged when it is another one by now,
    SpansOverlap.
    """
    therapist = _locked(therapist)
    before = week_in_words(therapist)
    if as_read is not None and as_read != before:
        raise HoursChanged(_changed_days(therapist, as_read), as_read=before)
    for spans in week:
        require_apart(spans)
    therapist.working_hours.all().delete()
    WorkingHours.objects.bulk_create(
        WorkingHours(therapist=therapist, weekday=day, starts_minute=start, ends_minute=end)
        for day, spans in enumerate(week)
        for start, end in spans
    )
    audit.record(by=by, verb="set hours", obj=therapist, changes={"hours": [before, week_in_words(therapist)]})


def week_in_words(therapist: Therapist) -> str:
    return "; ".join(f"{day.name.title()} {words(spans)}" for day, spans in _days(therapist).items() if spans)


def _days(therapist: Therapist) -> dict[Weekday, list[Minutes]]:
    days: dict[Weekday, list[Minutes]] = {day: [] for day in Weekday}
    for row in therapist.working_hours.all():
        days[Weekday(row.weekday)].append((row.starts_minute, row.ends_minute))
    return days


def _changed_days(therapist: Therapist, as_read: str) -> str:
    """A sentence that names each day that another changed, with the hours that hold there now."""
    read = {day: spans for day, _space, spans in (part.partition(" ") for part in as_read.split("; "))}
    changed = [
        gettext("%(day)s (%(hours)s now)")
        % {"day": day.label, "hours": _hours_for_people(spans) or gettext("no hours")}
        for day, spans in _days(therapist).items()
        if words(spans) != read.get(day.name.title(), "")
    ]
    facts = {"message": HoursChanged.message, "days": ", ".join(changed)}
    return gettext("%(message)s Changed: %(days)s.") % facts if changed else str(HoursChanged.message)


def _hours_for_people(spans: Iterable[Minutes]) -> str:
    return formats.listed(span_in_words(span) for span in sorted(spans))


@transaction.atomic
def set_exception(
    *, therapist: Therapist, on: dt.date, spans: Sequence[Minutes], note: str, by: User, as_read: str | None = None
) -> HoursException:
    """Give one date other hours (no spans: a day off), replacing what was set for it.

    `as_read` is what `date_as_read` said when these were typed, of this date or of another. Raises HoursChanged when
    something else stands there by now, SpansOverlap.
    """
    require_apart(spans)
    earlier = HoursException.objects.filter(therapist=_locked(therapist), on=on).first()
    if as_read is not None:
        _require_as_read(as_read, on, earlier)
    before = _date_in_words(earlier) if earlier else ""
    if earlier:
        earlier.delete()
    exception = HoursException.objects.create(therapist=therapist, on=on, note=note)
    HoursExceptionSpan.objects.bulk_create(
        HoursExceptionSpan(exception=exception, starts_minute=start, ends_minute=end) for start, end in spans
    )
    changes = {str(on): [before, _date_in_words(exception)]}
    audit.record(by=by, verb="set hours", obj=therapist, changes=changes, reason=note)
    return exception


@transaction.atomic
def remove_exception(*, exception: HoursException, by: User) -> None:
    """Let the weekly hours hold again on that date. Raises AlreadyGone."""
    therapist = _locked(exception.therapist)
    exception = audit.standing(exception)
    changes = {str(exception.on): [_date_in_words(exception), ""]}
    audit.record(by=by, verb="set hours", obj=therapist, changes=changes)
    exception.delete()


def date_as_read(on: dt.date, exception: HoursException | None) -> str:
    """What a form has seen of a date: nothing, or its other hours."""
    seen = f"{_date_in_words(exception)} {exception.note}" if exception else ""
    return f"{on}:{seen and staleness.digest(seen)}"


def _require_as_read(as_read: str, on: dt.date, earlier: HoursException | None) -> None:
    """Whoever chose another date than the one they opened has seen nothing of it."""
    standing = date_as_read(on, earlier)
    read = as_read if as_read.startswith(f"{on}:") else date_as_read(on, None)
    if read == standing:
        return
    if earlier is None:
        raise HoursChanged(as_read=standing)
    spans = _hours_for_people((span.starts_minute, span.ends_minute) for span in earlier.spans.all())
    facts = {"day": formats.day(on), "hours": spans or gettext("a day off")}
    message = gettext("%(day)s has other hours by now: %(hours)s. Save once more to replace them.")
    raise HoursChanged(message % facts, as_read=standing)


def _date_in_words(exception: HoursException) -> str:
    return words((span.starts_minute, span.ends_minute) for span in exception.spans.all()) or "off"


@transaction.atomic
def remove_time_off(*, time_off: TimeOff, by: User) -> None:
    """Raises AlreadyGone."""
    audit.remove(time_off, by=by)


@transaction.atomic
def remove_closure(*, closure: Closure, by: User) -> None:
    """Raises AlreadyGone."""
    audit.remove(closure, by=by)


@transaction.atomic
def switch_holiday(*, key: str, is_open: bool, by: User) -> None:
    """Work on a public holiday (`is_open`), this year and every year, or keep it."""
    if is_open:
        holiday, made = OpenHoliday.objects.get_or_create(key=key)
        if made:
            audit.record(by=by, verb="opened on holiday", obj=holiday)
    elif kept := OpenHoliday.objects.select_for_update().filter(key=key).first():
        audit.record(by=by, verb="closed on holiday", obj=kept)
        kept.delete()


def sessions_during(blocks: Iterable[tuple[int, int]], therapist: Therapist | None = None) -> int:
    """How many sessions (of the therapist) still to come meet these blocks: they stay, somebody must move them."""
    spans = [(start, end) for start, end in blocks]
    return sum(any(start < ends and end > starts for start, end in spans) for starts, ends in upcoming_spans(therapist))


def sessions_outside(therapist: Therapist, schedule: Schedule) -> int:
    """How many of the therapist's sessions still to come lie outside these hours: they stay, too."""
    return sum(not _is_worked(schedule, starts, ends) for starts, ends in upcoming_spans(therapist))


def upcoming_spans(therapist: Therapist | None = None) -> list[tuple[int, int]]:
    """Sessions still to come, as epoch seconds. One query."""
    rows = TherapySession.objects.upcoming()
    rows = rows.for_therapist(therapist) if therapist else rows
    spans = rows.values_list("starts_at", "ends_at")
    return [(int(starts.timestamp()), int(ends.timestamp())) for starts, ends in spans]


def _is_worked(schedule: Schedule, starts: int, ends: int) -> bool:
    day = local_ordinal(schedule.zone, starts)
    return any(start <= starts and ends <= end for start, end in runs(working(schedule, day, day + 1)))


def day_blocks(first: dt.date, last: dt.date, zone: dt.tzinfo) -> list[tuple[int, int]]:
    """Whole local days as one block."""
    until = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone)
    return [(int(dt.datetime.combine(first, dt.time(), zone).timestamp()), int(until.timestamp()))]
