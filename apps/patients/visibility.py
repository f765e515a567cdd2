"""Whose patients are whose. The desk sees all; a therapist own patients; a patient or guardian their own and children.

Which patients are a therapist's own is known further up (by sessions), so that app registers its answer here.
"""

from collections.abc import Callable

from django.db.models import Q

from apps.accounts.models import User

Scope = Callable[[User], Q]
_therapist_scopes: list[Scope] = []


def register_therapist_scope(scope: Scope) -> None:
    """Add a condition on Patient under which a patient is a therapist's own. Called from an app's `ready`."""
    if scope not in _therapist_scopes:
        _therapist_scopes.append(scope)


def patients_of_therapist(user: User) -> Q:
    condition = Q(pk__in=[])
    for scope in _therapist_scopes:
        condition |= scope(user)
    return condition


def patients_of_family(user: User) -> Q:
    return Q(user=user) | Q(guardianships__guardian__user=user)
