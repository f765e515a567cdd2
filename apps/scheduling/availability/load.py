"""The month preview: per local day what is offered, what is booked, and what takes the day away."""

from collections.abc import Iterable, Iterator
from datetime import date

from apps.scheduling.availability.hours import Piece, closed_blocks, open_pieces, without
from apps.scheduling.availability.values import Block, Busy, DayLoad, Rules, Schedule
from apps.scheduling.availability.zones import day_edges


def day_load(
    schedule: Schedule, rules: Rules, first: date, last: date, busy: Busy, *, since: int = 0
) -> Iterator[DayLoad]:
    """One `DayLoad` for each of the therapist's local days from first to last (inclusive).

    `offered` is working hours minus closures minus time off, before bookings; `booked` is what occupancies take of the
    whole local day, their buffers included, so a session that staff placed outside the hours may bring it above
    `offered`; `free` is what of the offered time nothing takes. Notice, horizon, leave and approval are not looked at:
    the preview shows the hours as they are set. Offered and free count from `since` (epoch seconds) on.
    """
    blocks = closed_blocks(rules.zone, rules.closures)
    spans = [(starts, ends) for _, starts, ends, _ in busy.get(schedule.id, ())]
    taken = [(starts, ends, "") for starts, ends in spans]
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        edges = day_edges(schedule.zone, ordinal)
        pieces = without(open_pieces(schedule, rules, ordinal, ordinal), [(0, since, "")])
        yield DayLoad(
            day=date.fromordinal(ordinal),
            offered=_seconds(pieces) // 60,
            booked=_seconds_within(spans, edges) // 60,
            free=_seconds(without(pieces, taken)) // 60,
            away=tuple(_names(schedule.away, edges)),
            closed=next(iter(_names(blocks, edges)), None),
        )


def _seconds(pieces: Iterable[Piece]) -> int:
    return sum(ends - starts for _, starts, ends in pieces)


def _seconds_within(spans: Iterable[tuple[int, int]], edges: tuple[int, int]) -> int:
    return sum(max(0, min(ends, edges[1]) - max(starts, edges[0])) for starts, ends in spans)


def _names(blocks: Iterable[Block], edges: tuple[int, int]) -> dict[str, None]:
    """The kinds or names of the blocks that touch the day, once each, in order of time."""
    return dict.fromkeys(name for starts, ends, name in blocks if starts < edges[1] and ends > edges[0])
