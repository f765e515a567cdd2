"""The one clock. Everything that asks what time it is asks here, so that tests can answer."""

import datetime as dt

from django.utils import timezone


def now() -> dt.datetime:
    """Return the present moment, aware, in UTC."""
    return timezone.now()
