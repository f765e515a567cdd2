"""The free times of one day as chips to choose from, why there are none, and when the next one is."""

import datetime as dt
import uuid
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.core import formats
from apps.portal import days
from apps.scheduling import times, world
from apps.scheduling.availability import Rule
from apps.scheduling.times import Free, Want
from apps.tenants.models import Centre

OTHER = "other"  # in place of a chip's time: one that is written
LOOK_AHEAD = 60  # days
DAY_WORDS = {  # why a whole day has nothing free, the most telling rule first
    Rule.NOT_BOOKABLE: _("This therapist does not offer this in this way."),
    Rule.ON_LEAVE: _("The therapist is on leave."),
    Rule.CLOSED: _("The centre is closed on this day."),
    Rule.DAILY_CAP: _("The therapist has as many sessions on this day as they take."),
    Rule.NO_ROOM: _("No suitable room is free on this day."),
    Rule.TAKEN: _("Everything on this day is taken."),
    Rule.TIME_OFF: _("The therapist is away on this day."),
    Rule.PAST_NOTICE: _("This day is over."),
    Rule.BEYOND_HORIZON: _("This day is too far ahead."),
    Rule.OUTSIDE_HOURS: _("The therapist does not work on this day."),
}


def moment_of(value: object) -> str:
    """HH:MM out of what stands in a time field: text or a time."""
    time = value if isinstance(value, dt.time) else days.read_time(str(value or ""))
    return f"{time:%H:%M}" if time else str(value or "")


class Picker:
    """`slot` is what is chosen among the chips (HH:MM, or OTHER), `at` what is written beside them."""

    def __init__(self, centre: Centre, want: Want | None, day: dt.date | None, slot: str | None, at: object) -> None:
        self.centre, self.want, self.day = centre, want, day
        self.slot, self.written = slot or "", moment_of(at)

    @cached_property
    def free(self) -> list[Free]:
        if self.want is None or self.day is None:
            return []
        return times.free_starts(self.centre, self.want, self.day, self.day)

    @cached_property
    def chips(self) -> list[dict[str, Any]]:
        """Each free time once, as the centre's clock shows it."""
        shown = {f"{free.starts_at.astimezone(self.centre.zone):%H:%M}": free.starts_at for free in self.free}
        return [
            {"value": value, "label": formats.clock_time(starts_at, self.centre.zone), "checked": value == self.slot}
            for value, starts_at in shown.items()
        ]

    @property
    def is_other(self) -> bool:
        """Whether the time is written rather than chosen: also one that was chosen and is no longer free."""
        return self.slot == OTHER or (
            not any(chip["checked"] for chip in self.chips) and bool(self.slot or not self.chips)
        )

    @property
    def at(self) -> str:
        return self.slot if self.slot not in ("", OTHER) and self.is_other else self.written

    @cached_property
    def terms(self) -> tuple[int, Any] | None:
        """Minutes and price with the one therapist wanted, on that day; None before they are known."""
        if self.want is None or self.day is None or not self.want.therapists or self.want.minutes:
            return None
        return world.current(self.centre).terms(self.want.therapists[0], self.want.therapy_type, self.day)

    @cached_property
    def why(self) -> str:
        """Why nothing is free."""
        if self.want is None or self.day is None or self.free:
            return ""
        if not self.want.therapists:
            return str(_("Nobody who offers this is free on this day."))
        answers = times.explained_day(self.centre, self.want, self.day)
        rules = {reason.rule for _start, reason in answers if reason} or {Rule.NOT_BOOKABLE}
        return str(next(words for rule, words in DAY_WORDS.items() if rule in rules or rule == Rule.OUTSIDE_HOURS))

    @cached_property
    def next(self) -> Free | None:
        """The first free time after a day that has none."""
        if self.want is None or self.day is None or self.free:
            return None
        first = max(self.day, days.today(self.centre)) + dt.timedelta(days=1)
        return times.first_free(self.centre, self.want, first, first + dt.timedelta(days=LOOK_AHEAD))

    @property
    def next_day(self) -> dt.date | None:
        return self.next.starts_at.astimezone(self.centre.zone).date() if self.next else None


def near(centre: Centre, want: Want, starts_at: dt.datetime) -> list[dict[str, Any]]:
    """The three free times nearest to one that was lost, as what a button says and sends."""
    return [
        {"label": formats.moment(free.starts_at, centre.zone), "value": taking(centre, free.starts_at, free.therapist)}
        for free in times.nearest(centre, want, starts_at)
    ]


def taking(centre: Centre, starts_at: dt.datetime, therapist: uuid.UUID) -> str:
    return f"{starts_at.astimezone(centre.zone):%Y-%m-%dT%H:%M} {therapist}"
