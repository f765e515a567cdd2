"""A clock that can be set, for making a past that went through the real actions. For the demo only."""

import datetime as dt
from types import TracebackType
from unittest import mock

from django.utils import timezone

from apps.core import clock


class Travel:
    """While inside, `django.utils.timezone.now` (and with it `core.clock.now` and every `auto_now_add`) says `moment`.

    Works on the whole process: only a management command that runs alone may use it.
    """

    def __init__(self) -> None:
        self.present = clock.now()
        self.moment = self.present
        self._patch = mock.patch.object(timezone, "now", lambda: self.moment)

    def __enter__(self) -> "Travel":
        self._patch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._patch.stop()

    def to(self, moment: dt.datetime) -> None:
        """Set the clock; never past the present."""
        self.moment = min(moment, self.present)

    def back(self, days: int) -> None:
        self.to(self.present - dt.timedelta(days=days))
