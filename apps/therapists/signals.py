"""What happened to therapists, for the apps above. Sent with `send` inside the action's transaction."""

from django.dispatch import Signal

therapist_approved = Signal()
"""A therapist is public and bookable from now on. Arguments: `therapist`, `by`."""
