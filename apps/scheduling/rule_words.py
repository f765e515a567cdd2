"""How a time off repeats, in the reader's words: \"Every 2 weeks on Monday, 5 times\". Pure: no ORM, no clock."""

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core import formats
from apps.scheduling.models import Weekday
from apps.scheduling.recurrence import WEEKDAYS

EVERY: dict[str, Callable[[int], str]] = {
    "DAILY": lambda n: ngettext("Every day", "Every %(n)d days", n),
    "WEEKLY": lambda n: ngettext("Every week", "Every %(n)d weeks", n),
    "MONTHLY": lambda n: ngettext("Every month", "Every %(n)d months", n),
    "YEARLY": lambda n: ngettext("Every year", "Every %(n)d years", n),
}
SAID = {"FREQ", "INTERVAL", "BYDAY", "COUNT", "WKST"}


def in_words(rule: str) -> str:
    """A rule that was read before, without its last day; one beyond these words is only called a rule of its own."""
    parts = dict(part.split("=", 1) for part in rule.upper().split(";") if "=" in part)
    days = parts.get("BYDAY", "").split(",") if "BYDAY" in parts else []
    if parts.get("FREQ") not in EVERY or not SAID.issuperset(parts) or not set(days).issubset(WEEKDAYS):
        return _("By a rule of its own")
    number = int(parts.get("INTERVAL", "1"))
    words = EVERY[parts["FREQ"]](number) % {"n": number}
    if days:
        names = [str(Weekday(WEEKDAYS.index(day)).label) for day in days]
        words = _("%(every)s on %(days)s") % {"every": words, "days": formats.listed(names)}
    if "COUNT" in parts:
        times = int(parts["COUNT"])
        words += ", " + ngettext("once", "%(n)d times", times) % {"n": times}
    return words
