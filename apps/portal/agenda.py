"""A choice's free times by the visitor's days: the strip of days, and one day's times by part of the day."""

import datetime as dt
import uuid
from collections.abc import Set
from dataclasses import dataclass
from decimal import Decimal

from babel import dates
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core import formats
from apps.portal.booking import said, slot_value
from apps.portal.choosing import Choice, Menu
from apps.scheduling import times
from apps.scheduling.availability import Rule
from apps.scheduling.errors import WORDS
from apps.therapists.models import Therapist

STRIP_DAYS = 14
ONE_DAY = dt.timedelta(days=1)
SHOWN_TAKEN: dict[Rule, str | Promise] = {
    Rule.TAKEN: _("This time is taken."),
    Rule.DAILY_CAP: WORDS[Rule.DAILY_CAP],
    Rule.NO_ROOM: WORDS[Rule.NO_ROOM],
}
"""Starts that these rules remove are shown struck through. Of the others nothing is told: absence is private."""
PARTS: list[tuple[str | Promise, range]] = [
    (_("Morning"), range(12)),
    (_("Afternoon"), range(12, 17)),
    (_("Evening"), range(17, 24)),
]


@dataclass(frozen=True)
class Start:
    """One time as the page shows it; `why` names what took it."""

    starts_at: dt.datetime
    therapist: Therapist | None = None
    terms: str = ""
    why: str | Promise = ""

    @cached_property
    def value(self) -> str:
        return slot_value(self.starts_at, self.therapist.slug) if self.therapist else ""

    @property
    def said(self) -> str:
        return said(self.starts_at)


@dataclass(frozen=True)
class Day:
    """One day of the strip."""

    date: dt.date
    url: str
    count: int
    current: bool

    @property
    def weekday(self) -> str:
        return str(dates.get_day_names("abbreviated", locale=formats.locale())[self.date.weekday()])

    @property
    def title(self) -> str:
        return formats.day(self.date)


class Agenda:
    """The free times of a complete choice around a day. At most four queries, whatever the range and the therapists.

    `hold` is the visitor's own: the time they hold is free for them. Days are the visitor's (the active time zone).
    """

    def __init__(self, menu: Menu, choice: Choice, *, day: dt.date | None, hold: uuid.UUID | None = None) -> None:
        self.menu, self.choice, self.hold = menu, choice, hold
        self.want = choice.want(hold)
        self.today = timezone.localdate()
        self.last = max(self.today, menu.last_day)
        asked = min(max(day, self.today), self.last) if day else None
        self.first = self._block(asked or self.today)
        self.free = self._load()
        self.day = asked or self._first_day()

    def _block(self, day: dt.date) -> dt.date:
        """The first day of the strip that shows this day: strips do not move while one looks at them."""
        return self.today + STRIP_DAYS * ((day - self.today) // (STRIP_DAYS * ONE_DAY)) * ONE_DAY

    def _load(self) -> dict[dt.date, list[int]]:
        """The free starts by the visitor's day, each once; who is free then stands in `by_therapist`."""
        until = self.first + STRIP_DAYS * ONE_DAY
        self.by_therapist = times.free_epochs(self.menu.centre, self.want, self.first - ONE_DAY, until)
        zone = timezone.get_current_timezone()
        found: dict[dt.date, list[int]] = {}
        for at in sorted(set().union(*self.by_therapist.values())):
            local = dt.datetime.fromtimestamp(at, zone).date()
            if self.first <= local < until:
                found.setdefault(local, []).append(at)
        return found

    def _first_day(self) -> dt.date:
        """The first day with something free, be it beyond this strip."""
        if not self.free and (later := self._later(self.first + STRIP_DAYS * ONE_DAY)):
            self.first = self._block(later)
            self.free = self._load()
        return min(self.free, default=self.today)

    def _later(self, day: dt.date) -> dt.date | None:
        found = times.first_free(self.menu.centre, self.want, day, self.last)
        return timezone.localtime(found.starts_at).date() if found else None

    # --- what the page shows -----------------------------------------------------------------------------------------

    @cached_property
    def next_day(self) -> dt.date | None:
        """The next day with something free when this one has nothing; None when there is none at all."""
        if self.day in self.free:
            return None
        later = [day for day in self.free if day > self.day]
        return min(later) if later else self._later(self.day + ONE_DAY) or min(self.free, default=None)

    def url(self, day: dt.date) -> str:
        return self.choice.url("portal:book-time", day=day)

    @property
    def next_url(self) -> str:
        return self.url(self.next_day) if self.next_day else ""

    @property
    def days(self) -> list[Day]:
        span = [self.first + n * ONE_DAY for n in range(STRIP_DAYS)]
        shown = [day for day in span if day <= self.last]
        return [Day(day, self.url(day), len(self.free.get(day, ())), day == self.day) for day in shown]

    @property
    def earlier_url(self) -> str:
        return self.url(self.first - ONE_DAY) if self.first > self.today else ""

    @property
    def later_url(self) -> str:
        after = self.first + STRIP_DAYS * ONE_DAY
        return self.url(after) if after <= self.last else ""

    @property
    def day_said(self) -> str:
        return formats.day(self.day, skeleton="MMMEd")

    @property
    def noon(self) -> dt.datetime:
        return dt.datetime.combine(self.day, dt.time(12), timezone.get_current_timezone())

    def start(self, value: str) -> Start | None:
        """The free time of this day that a form or address names."""
        shown = (start for _, starts in self.parts for start in starts)
        return next((start for start in shown if start.value == value and not start.why), None)

    @cached_property
    def parts(self) -> list[tuple[str | Promise, list[Start]]]:
        """This day's times, grouped as one speaks of them; a part with nothing is left out."""
        starts = sorted([*self._offered(), *self._taken()], key=lambda start: start.starts_at)
        grouped = [
            (label, [start for start in starts if timezone.localtime(start.starts_at).hour in hours])
            for label, hours in PARTS
        ]
        return [(label, group) for label, group in grouped if group]

    def _offered(self) -> list[Start]:
        """Each free start once: among several therapists, with the one who has most free that day."""
        chosen: dict[int, uuid.UUID] = {}
        for who, starts in sorted(self._free_today.items(), key=lambda one: (-len(one[1]), str(one[0]))):
            for at in starts:
                chosen.setdefault(at, who)
        people = self._people(set(chosen.values()))
        return [Start(times.moment(at), people[who], self._terms[who]) for at, who in chosen.items() if who in people]

    @cached_property
    def _free_today(self) -> dict[uuid.UUID, list[int]]:
        """What each therapist has free on the day shown."""
        shown = set(self.free.get(self.day, ()))
        found = {who: sorted(shown.intersection(starts)) for who, starts in self.by_therapist.items()}
        return {who: starts for who, starts in found.items() if starts}

    def _people(self, shown: Set[uuid.UUID]) -> dict[uuid.UUID, Therapist]:
        if self.choice.therapist:
            return {self.choice.therapist.pk: self.choice.therapist}
        return Therapist.objects.public().select_related("user").in_bulk(shown)

    @cached_property
    def _terms(self) -> dict[uuid.UUID, str]:
        """Length and price of that day in words, by therapist."""
        found = {who: self.menu.world.terms(who, self.choice.kind, self.day) for who in self._free_today}
        words = {terms: terms_said(*terms) for terms in set(found.values())}
        return {who: words[terms] for who, terms in found.items()}

    def _taken(self) -> list[Start]:
        """What somebody else has, from the one therapist wanted, whose days may meet the visitor's on either side."""
        if self.choice.therapist is None or not self.free.get(self.day):
            return []
        found = {}
        for day in self._therapist_days(self.choice.therapist):
            for at, reason in times.explained_day(self.menu.centre, self.want, day):
                if reason and reason.rule in SHOWN_TAKEN and timezone.localtime(at).date() == self.day:
                    found[at] = Start(at, why=SHOWN_TAKEN[reason.rule])
        return list(found.values())

    def _therapist_days(self, therapist: Therapist) -> list[dt.date]:
        zone = therapist.zone(self.menu.centre.time_zone)
        edges = (dt.time.min, dt.time(23, 59))
        own = timezone.get_current_timezone()
        return sorted({dt.datetime.combine(self.day, edge, own).astimezone(zone).date() for edge in edges})


def terms_said(minutes: int, price: Decimal) -> str:
    """45 min · $85.00"""
    return gettext("%(n)s min · %(price)s") % {"n": minutes, "price": formats.money(price)}
