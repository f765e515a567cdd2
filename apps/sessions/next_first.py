"""Sessions in the order the desk asks for them: what comes next first, and after the last of these what is over."""

import datetime as dt
import itertools
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.functional import cached_property

LONGER_THAN_ANY_SESSION = dt.timedelta(days=1)  # lets the index on the beginning find those that run now


class NextFirst:
    """What runs or is to come, soonest first, then what is over, latest first; cut into pages like one list.

    One query to count both halves and one for a page, two where it holds the end of the one and the beginning of the
    other. A single ORDER BY over both would sort every session the centre ever had.
    """

    ordered = True

    def __init__(self, rows: QuerySet[Any], *, now: dt.datetime) -> None:
        lately = now - LONGER_THAN_ANY_SESSION
        self._rows = rows
        self._is_ahead = Q(starts_at__gte=lately, ends_at__gt=now)
        self._ahead = rows.filter(self._is_ahead).order_by("starts_at", "pk")
        over = Q(ends_at__lte=now) | Q(starts_at__lt=lately)
        self._over = rows.filter(over, starts_at__lt=now).order_by("-starts_at", "pk")

    @cached_property
    def _counts(self) -> dict[str, int]:
        return self._rows.order_by().aggregate(all=Count("pk"), ahead=Count("pk", filter=self._is_ahead))

    def count(self) -> int:
        return self._counts["all"]

    def __getitem__(self, part: slice) -> list[Any]:
        turn = self._counts["ahead"]
        first, last = part.start or 0, self.count() if part.stop is None else part.stop
        ahead = list(self._ahead[first : min(last, turn)]) if first < turn else []
        return ahead + (list(self._over[max(first - turn, 0) : last - turn]) if last > turn else [])

    def iterator(self, *, chunk_size: int) -> Iterator[Any]:
        return itertools.chain(self._ahead.iterator(chunk_size), self._over.iterator(chunk_size))
