"""What happened to people, for the apps above. Sent with `send` inside the action's transaction."""

from django.dispatch import Signal

patient_signed_up = Signal()
"""Somebody signed up by themselves and proved their address. Arguments: `user`.

Sent at the first proof of the address, never for an unproven one: whoever made up an address has no place among the
centre's patients. A receiver must not mind being called again for the same user.
"""

user_invited = Signal()
"""Staff gave somebody a login, or sent the invitation again. Arguments: `user`, `by` (None: the system), `path`.

`path` is where the person sets a password, on this centre's host: make it absolute with `tenants.actions.address`. It
signs in whoever holds it: a secret.
"""
