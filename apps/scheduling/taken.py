"""What is taken: the one query, over one narrow table, as integers."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection

from apps.core import clock
from apps.scheduling.availability import Row

NOBODY = uuid.UUID(int=0)  # IS DISTINCT FROM NULL would leave out every row without a session

# No span is longer than a day, so a range of the index on the start suffices.
QUERY = """
SELECT NULL, COALESCE((SELECT number FROM scheduling_scheduleversion WHERE id = 1), 0), 0, NULL
UNION ALL
(SELECT what::text,
        extract(epoch FROM starts_at)::bigint,
        extract(epoch FROM ends_at)::bigint,
        counts_on - date '0001-01-01' + 1
   FROM therapy_sessions_occupancy
  WHERE what = ANY(%(what)s)
    AND starts_at < to_timestamp(%(until)s) AND starts_at > to_timestamp(%(since)s) - interval '1 day'
    AND ends_at > to_timestamp(%(since)s)
    AND (expires_at IS NULL OR expires_at > %(now)s)
    AND session_id IS DISTINCT FROM %(session)s AND hold_id IS DISTINCT FROM %(hold)s
  ORDER BY what, starts_at)
"""


def read(
    what: Sequence[uuid.UUID],
    since: int,
    until: int,
    *,
    session: uuid.UUID | None = None,
    hold: uuid.UUID | None = None,
) -> tuple[int, list[Row]]:
    """Return the schedule version and the rows that take these therapists and rooms between two epoch seconds.

    One query, whatever the range and the number of therapists. Rows of `session` (being moved) and of `hold` (the
    asker's own) are left out. Expired holds do not count.
    """
    apart = {"session": session or NOBODY, "hold": hold or NOBODY}
    facts: dict[str, Any] = {"what": list(what), "since": since, "until": until, "now": clock.now(), **apart}
    with connection.cursor() as cursor:
        cursor.execute(QUERY, facts)
        found = cursor.fetchall()
    return found[0][1], found[1:]
