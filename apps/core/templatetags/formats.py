"""The filters of `apps.core.formats` for templates: `{{ session.starts_at|moment }}`, `{{ price|money }}`."""

from django import template

from apps.core import formats

register = template.Library()
register.filter("money", formats.money)
register.filter("decimal", formats.decimal)
register.filter("day", formats.day)
register.filter("moment", formats.moment)
register.filter("clock_time", formats.clock_time)
register.filter("zone_name", formats.zone_name)
register.filter("language_name", formats.language_name)
register.filter("mode_names", formats.mode_names)


@register.filter
def short_day(value: object) -> str:
    """Tue, Nov 24."""
    return formats.day(value, skeleton="MMMEd")  # type: ignore[arg-type]


@register.filter
def plain_day(value: object) -> str:
    """Nov 24, 2026: a day whose weekday nobody asks for, such as a birthday."""
    return formats.day(value, skeleton="yMMMd") if value else ""  # type: ignore[arg-type]


@register.simple_tag
def span(starts_at: object, ends_at: object, zone: str | None = None) -> str:
    return formats.span(starts_at, ends_at, zone)  # type: ignore[arg-type]
