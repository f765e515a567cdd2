"""Small SVG charts, the same in a page and in a PDF.

Each is a `<figure>`: a picture hidden from screen readers, and a table of the same figures that only they get. No
inline style and no script, so the strict content security policy holds; colours are classes of static/css/app.css.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()

BAR = 10  # width of one bar's share, in the picture's own units
GAP = 3
HEIGHT = 60
BASE = 2  # the least a bar shows, so that an empty day is still a day
LEVELS = 5

Row = Sequence[object]


def _of(item: Any, key: str, default: Any = None) -> Any:
    """A key of a mapping or an attribute of an object: callers pass what they have."""
    return item.get(key, default) if isinstance(item, Mapping) else getattr(item, key, default)


def _rect(x: float, y: float, width: float, height: float, css: str) -> SafeString:
    return format_html(
        '<rect x="{}" y="{}" width="{}" height="{}" rx="1.5" class="{}"/>',
        f"{x:g}", f"{y:g}", f"{width:g}", f"{height:g}", css,
    )  # fmt: skip


def _table(caption: str, head: Row, rows: Sequence[Row]) -> SafeString:
    return format_html(
        '<table class="sr-only"><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>',
        caption,
        format_html_join("", '<th scope="col">{}</th>', ((cell,) for cell in head)),
        format_html_join(
            "",
            '<tr><th scope="row">{}</th>{}</tr>',
            ((row[0], format_html_join("", "<td>{}</td>", ((cell,) for cell in row[1:]))) for row in rows),
        ),
    )


def _picture(bars: Sequence[SafeString], css: str) -> SafeString:
    return format_html(
        '<svg viewBox="0 0 {} {}" preserveAspectRatio="none" class="{}" aria-hidden="true" focusable="false">{}</svg>',
        len(bars) * BAR,
        HEIGHT,
        css,
        format_html_join("", "{}", ((bar,) for bar in bars)),
    )


def _axis(labels: Sequence[object]) -> SafeString:
    items = format_html_join("", "<li>{}</li>", ((label,) for label in labels))
    return format_html('<ol class="chart-axis" aria-hidden="true">{}</ol>', items)


def _figure(caption: str, picture: SafeString, axis: SafeString, table: SafeString, legend: SafeString) -> SafeString:
    return format_html('<figure class="chart-figure">{}{}{}{}</figure>', picture, axis, legend, table)


def _height(value: float, most: float) -> float:
    return round(max(BASE, HEIGHT * value / most), 2) if value and most else 0


def _day_bar(index: int, day: Any, most: float) -> SafeString:
    """The bars of one day: time off behind everything, then what is offered, and what is booked before it."""
    x, width = index * BAR + GAP / 2, BAR - GAP
    offered, booked = float(_of(day, "offered", 0) or 0), float(_of(day, "booked", 0) or 0)
    parts = [format_html("<title>{}</title>", _day_words(day)), _rect(x, HEIGHT - 1, width, 1, "bar-base")]
    if _of(day, "off"):
        parts.append(_rect(x, 0, width, HEIGHT, "bar-off"))
    for value, css in ((offered, "bar-offered"), (booked, "bar-booked")):
        if value:
            parts.append(_rect(x, HEIGHT - _height(value, most), width, _height(value, most), css))
    return format_html("<g>{}</g>", format_html_join("", "{}", ((part,) for part in parts)))


def _day_words(day: Any) -> str:
    off = _of(day, "off")
    if isinstance(off, str):
        return f"{_day_name(day)}: {off}"
    words = _("%(booked)s of %(offered)s booked") % {"booked": _of(day, "booked", 0), "offered": _of(day, "offered", 0)}
    return f"{_day_name(day)}: {_('time off')}, {words}" if off else f"{_day_name(day)}: {words}"


def _day_name(day: Any) -> str:
    date = _of(day, "date")
    return _of(day, "label") or (date.isoformat() if isinstance(date, dt.date) else str(date))


def _month_axis(days: Sequence[Any]) -> list[object]:
    dates = [_of(day, "date") for day in days]
    return [date.day if date and (date.day == 1 or date.day % 7 == 1) else "" for date in dates]


def _legend(*entries: tuple[str, str]) -> SafeString:
    square = '<svg viewBox="0 0 10 10" aria-hidden="true"><rect width="10" height="10" rx="2" class="{}"/></svg>'
    return format_html('<ul class="chart-legend">{}</ul>', format_html_join("", f"<li>{square} {{}}</li>", entries))


@register.simple_tag
def month_bars(days: Sequence[Any], caption: str = "", legend: bool = True, css: str = "h-16") -> SafeString:
    """`{% month_bars days caption="November" %}`: each day a bar, booked before offered, time off in its own colour.

    A day is a mapping or object with `date`, `offered` and `booked` (any one unit), and optionally `off` (true, or the
    words for it) and `label` (the formatted date).
    """
    days = list(days)
    most = max((float(_of(day, "offered", 0) or 0) for day in days), default=0)
    most = max(most, max((float(_of(day, "booked", 0) or 0) for day in days), default=0)) or 1
    head = [_("Day"), _("Booked"), _("Offered"), _("Time off")]
    rows = [
        [_day_name(day), _of(day, "booked", 0), _of(day, "offered", 0), _off_words(_of(day, "off"))] for day in days
    ]
    return _figure(
        caption,
        _picture([_day_bar(index, day, most) for index, day in enumerate(days)], css),
        _axis(_month_axis(days)),
        _table(caption or _("Booked and offered by day"), head, rows),
        month_legend() if legend else SafeString(""),
    )


@register.simple_tag
def month_legend() -> SafeString:
    """What the colours of `month_bars` mean, for a page that draws several of them."""
    return _legend(("bar-booked", _("booked")), ("bar-offered", _("offered")), ("bar-off", _("time off")))


def _off_words(off: object) -> str:
    if isinstance(off, str):
        return off
    return _("yes") if off else ""


@register.simple_tag
def bar_chart(items: Sequence[Any], caption: str = "", unit: str = "", css: str = "h-32") -> SafeString:
    """`{% bar_chart items caption="Sessions a week" %}`: items have `label`, `value` and perhaps `text` (formatted)."""
    items = list(items)
    most = max((float(_of(item, "value", 0) or 0) for item in items), default=0)
    bars = [_plain_bar(index, item, most) for index, item in enumerate(items)]
    rows = [[_of(item, "label"), _of(item, "text") or _of(item, "value", 0)] for item in items]
    return _figure(
        caption,
        _picture(bars, css),
        _axis([_of(item, "label") for item in items]),
        _table(caption, [_("Period"), unit or _("Value")], rows),
        SafeString(""),
    )


def _plain_bar(index: int, item: Any, most: float) -> SafeString:
    height = _height(float(_of(item, "value", 0) or 0), most)
    x, width = index * BAR + GAP / 2, BAR - GAP
    return format_html(
        "<g><title>{}: {}</title>{}{}</g>",
        _of(item, "label"),
        _of(item, "text") or _of(item, "value", 0),
        _rect(x, HEIGHT - 1, width, 1, "bar-base"),
        _rect(x, HEIGHT - height, width, height, "bar-booked"),
    )


@register.simple_tag
def heat_map(rows: Sequence[Any], columns: Sequence[object], caption: str = "") -> SafeString:
    """`{% heat_map rows columns caption="Occupancy" %}`: a table whose cells are coloured by how full they are.

    A row has `label` and `cells`; a cell has `share` (0 to 1, or None where nothing is offered) and optionally `text`
    (shown; else the percentage as a number) and `title`.
    """
    return format_html(
        '<div class="overflow-x-auto"><table class="heat"><caption class="sr-only">{}</caption>'
        "<thead><tr><td></td>{}</tr></thead><tbody>{}</tbody></table></div>",
        caption,
        format_html_join("", '<th scope="col">{}</th>', ((column,) for column in columns)),
        format_html_join("", '<tr><th scope="row">{}</th>{}</tr>', ((_of(row, "label"), _cells(row)) for row in rows)),
    )


def _cells(row: Any) -> SafeString:
    return format_html_join(
        "",
        '<td data-level="{}" title="{}">{}</td>',
        ((_level(cell), _of(cell, "title", "") or "", _cell_words(cell)) for cell in _of(row, "cells")),
    )


def _level(cell: Any) -> int:
    share = _of(cell, "share")
    return min(LEVELS, -int(-share * LEVELS // 1)) if share else 0


def _cell_words(cell: Any) -> str:
    share = _of(cell, "share")
    return _of(cell, "text") or ("" if share is None else f"{share * 100:.0f}")


@register.simple_tag
def meter_bar(value: float, most: float, label: str = "") -> SafeString:
    """`{% meter_bar booked offered label="Booked this week" %}`: one horizontal bar."""
    share = min(100.0, 100 * float(value) / float(most)) if most else 0.0
    return format_html(
        '<svg class="meter-bar" viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect width="100" height="4" class="bar-offered"/><rect width="{}" height="4" class="bar-booked"/></svg>',
        label or f"{share:.0f}%",
        f"{share:.1f}",
    )
