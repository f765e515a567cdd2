"""Opening a centre together with the person who will run it: from Django admin and from the command line."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import allauth.account.forms  # noqa: F401  (before apps.accounts.tokens, which it loads half-way through its own loading)
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import get_urlconf, set_urlconf
from django_tenants.utils import tenant_context

from apps.accounts import audit
from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.accounts.signals import user_invited
from apps.accounts.tokens import invitation_path
from apps.tenants import actions
from apps.tenants.models import Centre


@transaction.atomic
def open_centre(*, admin_email: str = "", **facts: Any) -> Centre:
    """Open a centre and, when `admin_email` is given, invite its first administrator. Both or neither.

    Raises what `tenants.actions.open_centre` raises. Sends `user_invited` inside the new centre.
    """
    if admin_email:
        _require_address(admin_email)
    centre = actions.open_centre(**facts)
    if admin_email:
        with inside(centre):
            _invite_admin(admin_email)
    return centre


def _require_address(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise ValidationError({"admin_email": error}) from error


def _invite_admin(email: str) -> User:
    """The first user of a centre: nobody there could have invited them, so the audit record names nobody."""
    user = User(email=email.strip().lower(), roles=[Role.ADMIN.value])
    user.set_unusable_password()
    user.save(force_insert=True)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
    audit.record(by=None, verb="invited", obj=user, changes={"email": [None, user.email], "roles": [None, user.roles]})
    user_invited.send(User, user=user, by=None, path=invitation_path(user))
    return user


@contextmanager
def inside(centre: Centre) -> Iterator[None]:
    """Enter a centre from the public host: its schema, its role and its addresses."""
    before = get_urlconf()
    set_urlconf(settings.ROOT_URLCONF)
    try:
        with tenant_context(centre):
            yield
    finally:
        set_urlconf(before)
