"""Dates, times and money as people read them: the one place where they are formatted.

Everything takes the centre's locale unless told otherwise, and shows moments in the active time zone (the visitor's on
patients' pages, the centre's on staff pages) unless a zone is given.
"""

import datetime as dt
import zoneinfo
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError, dates, numbers
from babel.lists import format_list
from django.utils import timezone

from apps.core import schema
from apps.core.models import Mode


def locale() -> Locale:
    """Return the centre's locale, or English on the public host."""
    return _locale(str(getattr(schema.tenant(), "locale", "en")))


@lru_cache(maxsize=256)
def _locale(code: str) -> Locale:
    try:
        return Locale.parse(code.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def _local(moment: dt.datetime, zone: str | dt.tzinfo | None) -> dt.datetime:
    return timezone.localtime(moment, zoneinfo.ZoneInfo(zone) if isinstance(zone, str) else zone)


def clock_time(moment: dt.datetime | dt.time, zone: str | dt.tzinfo | None = None) -> str:
    """09:30 or 9:30 AM, as the locale writes it. A bare wall-clock time is not converted."""
    value = moment if isinstance(moment, dt.time) else _local(moment, zone).time()
    return _clock_time(value, locale())


@lru_cache(maxsize=4096)
def _clock_time(value: dt.time, where: Locale) -> str:
    return dates.format_time(value, format="short", locale=where)


def numeric_moment(value: dt.datetime) -> str:
    """2026-11-24 09:30 on the centre's clock, whoever looks: how a moment is written down in a record's name."""
    return f"{_local(value, getattr(schema.tenant(), 'zone', dt.UTC)):%Y-%m-%d %H:%M}"


def day(value: dt.datetime | dt.date, zone: str | dt.tzinfo | None = None, skeleton: str = "yMMMEd") -> str:
    """Tue, Nov 24, 2026, as the locale writes it."""
    date = _local(value, zone).date() if isinstance(value, dt.datetime) else value
    return _day(date, skeleton, locale())


@lru_cache(maxsize=4096)
def _day(date: dt.date, skeleton: str, where: Locale) -> str:
    return dates.format_skeleton(skeleton, date, locale=where)


def moment(value: dt.datetime, zone: str | dt.tzinfo | None = None) -> str:
    """Tue, Nov 24, 2026, 09:30."""
    return f"{day(value, zone)}, {clock_time(value, zone)}"


def span(starts_at: dt.datetime, ends_at: dt.datetime, zone: str | dt.tzinfo | None = None) -> str:
    """09:30 to 10:15, on one line, with an en dash."""
    return f"{clock_time(starts_at, zone)} \N{EN DASH} {clock_time(ends_at, zone)}"


def zone_name(zone: str | dt.tzinfo, at: dt.datetime | None = None) -> str:
    """Eastern Time, or the zone's own name where the locale knows none."""
    info = zoneinfo.ZoneInfo(zone) if isinstance(zone, str) else zone
    return dates.get_timezone_name(at or timezone.now().astimezone(info), locale=locale()) or str(info)


def decimal(value: float | Decimal) -> str:
    """7.5 or 41.25, no more places than it has and two at most, as the locale writes it."""
    return numbers.format_decimal(value, format="#,##0.##", locale=locale())


def money(amount: Decimal | None, currency: str | None = None) -> str:
    """$85.00, in the centre's currency unless told otherwise."""
    if amount is None:
        return ""
    code = currency or str(getattr(schema.tenant(), "currency", "USD"))
    return numbers.format_currency(amount, code, locale=locale())


def listed(words: Iterable[str]) -> str:
    """`Monday, Wednesday, and Friday`, as the viewer's language joins them."""
    return format_list(list(words), locale=locale())


def language_name(code: str) -> str:
    """German for `de`; the code itself when unknown."""
    return locale().languages.get(code, code)


def mode_names(modes: Iterable[str]) -> list[str]:
    """In person, Video: ways to meet in words, always in the same order."""
    return [str(mode.label) for mode in Mode if mode in set(modes)]
