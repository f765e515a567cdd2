"""Words of the desk's pages that the shared formats do not have."""

import datetime as dt

from babel import units
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
    return formats.day(day, skeleton="EEEE")
