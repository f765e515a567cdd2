"""Words of the desk's pages that the shared formats do not have."""

import datetime as dt

from babel import dates, units
from django import template

from apps.core import formats

register = template.Library()


@register.filter
def hours(minutes: int) -> str:
    """7.5 hr for 450, as the locale writes it."""
    return units.format_unit(
        round(minutes / 60, 1), "duration-hour", "short", format="#,##0.#", locale=formats.locale()
    )


@register.filter
def weekday_name(day: dt.date) -> str:
    """Friday."""
    return dates.format_date(day, "EEEE", locale=formats.locale())


@register.filter
def less(number: int) -> int:
    """3 for -3: the words around it say that it is less."""
    return -number
