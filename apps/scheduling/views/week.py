"""The week as a picture: seven columns, each span a block, the editor's rows beside them."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.dates import WEEKDAYS_ABBR

from apps.core import formats
from apps.scheduling.forms import BaseWeekFormSet
from apps.scheduling.hours import DAY, Minutes, time_of
from apps.scheduling.models import Weekday

USUAL = (6, 22)  # the hours shown when nobody works outside them


def picture(formset: BaseWeekFormSet) -> dict[str, Any]:
    """The formset's rows by weekday, with what draws them. static/js/hours.js draws the same while one edits."""
    week = formset.week()
    first, last = frame(span for spans in week for span in spans)
    days: list[dict[str, Any]] = [
        {
            "number": day.value,
            "label": day.label,
            "short": WEEKDAYS_ABBR[day.value],
            "forms": [],
            "blocks": [block(span, first, last) for span in sorted(week[day.value])],
            "hours": hours(week[day.value]),
        }
        for day in Weekday
    ]
    for form in sorted(formset, key=lambda form: str(form["starts"].value() or "~")):
        number = str(form["weekday"].value())
        if number.isdigit() and int(number) < len(days):
            days[int(number)]["forms"].append(form)
    total = hours(span for spans in week for span in spans)
    step = f"{2 / (last - first):.4g}"
    return {"first": first, "last": last, "step": step, "labels": list(axis(first, last)), "days": days, "hours": total}


def frame(spans: Iterable[Minutes]) -> tuple[int, int]:
    """The hours from which to which the picture reaches, both even."""
    first, last = USUAL
    for start, end in spans:
        first, last = min(first, start // 60), max(last, -(-end // 60))
    return first - first % 2, last + last % 2


def hours(spans: Iterable[Minutes]) -> float:
    return sum(end - start for start, end in spans) / 60


def block(span: Minutes, first: int, last: int) -> dict[str, str]:
    start, end = span
    return {
        "y": percent(start - 60 * first, first, last),
        "height": percent(end - start, first, last),
        "starts": formats.clock_time(time_of(start)),
        "ends": formats.clock_time(time_of(end)),
    }


def percent(minutes: int, first: int, last: int) -> str:
    return f"{100 * minutes / (60 * (last - first)):.4g}%"


def axis(first: int, last: int) -> Iterable[dict[str, Any]]:
    """A label every two hours of the day; the browser shows those within the frame."""
    for hour in range(0, DAY // 60, 2):
        text = formats.clock_time(dt.time(hour)).replace(":00", "")
        y = percent(60 * (hour - first), first, last)
        yield {"hour": hour, "text": text, "y": y, "is_hidden": not first < hour < last}
