"""The one clock. Everything that asks what time it is asks here, so that tests can answer."""

import datetime as dt

from django.utils import timezone

from apps.core import schema


def now() -> dt.datetime:
    """Return the present moment, aware, in UTC."""
    return timezone.now()


def today() -> dt.date:
    """Return the date by the clock of the centre that the connection is in, whoever looks; outside every centre, in UTC."""
    return now().astimezone(getattr(schema.tenant(), "zone", dt.UTC)).date()
