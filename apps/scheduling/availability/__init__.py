"""Free time of therapists, as pure functions on values: no ORM, no clock.

Free time of a local day = working hours (or that date's exception) minus time off minus centre closures minus what is
taken, cut into starts on the centre's grid, within notice and horizon, under the daily cap, and, where a room is
needed, only where one is free. A caller builds `Schedule` and `Rules` from rows (and may keep them), fetches `busy`
fresh by one query over `window(...)`, and asks.
"""

from apps.scheduling.availability.load import day_load
from apps.scheduling.availability.reasons import explain, explained_day, objections
from apps.scheduling.availability.starts import across, day, first_free, free_starts, window
from apps.scheduling.availability.values import (
    Ask,
    Block,
    Busy,
    DayLoad,
    Id,
    Reason,
    Row,
    Rule,
    Rules,
    Schedule,
    Span,
    gather,
)

__all__ = [
    "Ask",
    "Block",
    "Busy",
    "DayLoad",
    "Id",
    "Reason",
    "Row",
    "Rule",
    "Rules",
    "Schedule",
    "Span",
    "across",
    "day",
    "day_load",
    "explain",
    "explained_day",
    "first_free",
    "free_starts",
    "gather",
    "objections",
    "window",
]
