"""What became of a session, told inside the transaction in which it happened.

Each is sent with `send(TherapySession, session=..., event=..., by=...)`: the session, the step that was written for it,
and who did it (None: the system). A receiver that owes a row writes it now, so that both stand or both fall.
"""

from django.dispatch import Signal

session_booked = Signal()
session_moved = Signal()
session_cancelled = Signal()
session_completed = Signal()
session_missed = Signal()
