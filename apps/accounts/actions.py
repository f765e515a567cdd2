"""What may be done with people and their rights."""

import uuid

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import IntegrityError, transaction

from apps.accounts import audit
from apps.accounts.errors import AddressTaken, AdminsOnly, AlreadyJoined, CellLocked, LastAdmin
from apps.accounts.models import PermissionSwitch, User
from apps.accounts.roles import MATRIX, UNSWITCHABLE, Permission, Role
from apps.accounts.signals import user_invited
from apps.accounts.tokens import invitation_path


@transaction.atomic
def invite_user(*, by: User, email: str, given_name: str, family_name: str, roles: list[str]) -> User:
    """Give somebody a login without a password; the invitation lets them set one.

    Sends `user_invited`. Raises AddressTaken, and AdminsOnly when somebody else than an admin would make an admin.
    """
    if Role.ADMIN in roles:
        _require_admin(by)
    user = User(email=email.lower(), given_name=given_name, family_name=family_name, roles=sorted(roles))
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
    except IntegrityError:
        raise AddressTaken from None
    audit.record(by=by, verb="invited", obj=user, changes={"email": [None, user.email], "roles": [None, user.roles]})
    user_invited.send(User, user=user, by=by, path=invitation_path(user))
    return user


@transaction.atomic
def invite_again(*, by: User, user: User) -> None:
    """Send the invitation once more. Sends `user_invited`. Raises AlreadyJoined unless it is still open."""
    if user.state != "invited":
        raise AlreadyJoined
    audit.record(by=by, verb="invited again", obj=user)
    user_invited.send(User, user=user, by=by, path=invitation_path(user))


@transaction.atomic
def accept_invitation(*, user: User, password: str) -> User:
    """Set the first password of somebody who came by their invitation; that proves the address as well."""
    user = _locked(user.pk)
    user.set_password(password)
    user.save(update_fields=["password"])
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True}, create_defaults={"verified": True, "primary": True}
    )
    audit.record(by=user, verb="accepted the invitation", obj=user)
    return user


@transaction.atomic
def change_user(*, by: User, user: User, given_name: str, family_name: str, roles: list[str]) -> User:
    """Change names and roles; new roles count from the person's next request on.

    Raises LastAdmin when nobody active would be left as admin, AdminsOnly when `by` may not touch admins.
    """
    admins = lock_admins()
    user = _locked(user.pk)
    if Role.ADMIN in {*user.roles, *roles}:
        _require_admin(by)
    if Role.ADMIN not in roles:
        _require_another_admin(admins, user)
    after = {"given_name": given_name, "family_name": family_name, "roles": sorted(roles)}
    changes = {name: [getattr(user, name), value] for name, value in after.items() if getattr(user, name) != value}
    if changes:
        for name, value in after.items():
            setattr(user, name, value)
        user.save(update_fields=list(after))
        audit.record(by=by, verb="changed", obj=user, changes=changes)
    return user


@transaction.atomic
def deactivate_user(*, by: User, user: User) -> User:
    """Lock the person out at once: every browser they are signed in with is signed out. What they did stays.

    Raises LastAdmin, AdminsOnly.
    """
    admins = lock_admins()
    user = _locked(user.pk)
    if Role.ADMIN in user.roles:
        _require_admin(by)
    _require_another_admin(admins, user)
    if user.is_active:
        user.is_active = False
        user.save(update_fields=["is_active"])
        audit.record(by=by, verb="deactivated", obj=user)
    end_sessions(user)
    return user


@transaction.atomic
def activate_user(*, by: User, user: User) -> User:
    """Let the person sign in again. Raises AdminsOnly."""
    user = _locked(user.pk)
    if Role.ADMIN in user.roles:
        _require_admin(by)
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
        audit.record(by=by, verb="activated", obj=user)
    return user


def end_sessions(user: User) -> None:
    """Sign the person out everywhere."""
    for session in UserSession.objects.filter(user=user):
        session.end()


@transaction.atomic
def switch_permission(*, by: User, role: Role, permission: Permission, on: bool) -> None:
    """Switch one cell of the matrix for this centre; it counts from everybody's next request on.

    Raises CellLocked, and AdminsOnly: whoever may manage users without being an admin must not give themselves rights.
    """
    _require_admin(by)
    if (role, permission) in UNSWITCHABLE:
        raise CellLocked
    lock_admins()  # of two who switch at once the second sees what the first did
    by_default = permission in MATRIX[role]
    switch = PermissionSwitch.objects.filter(role=role, permission=permission).first()
    before = switch.is_on if switch else by_default
    if before == on:
        return
    if on == by_default:
        PermissionSwitch.objects.filter(role=role, permission=permission).delete()
        switch = switch or PermissionSwitch(role=role, permission=permission, is_on=on)
    else:
        switch, _created = PermissionSwitch.objects.update_or_create(
            role=role, permission=permission, defaults={"is_on": on}
        )
    audit.record(by=by, verb="switched", obj=switch, changes={f"{role.value}: {permission.value}": [before, on]})


def _locked(pk: uuid.UUID) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=pk)


def lock_admins() -> list[User]:
    """Lock the active admins, in order: two admins demoting each other at once must not both succeed."""
    return list(User.objects.active().with_role(Role.ADMIN).order_by("pk").select_for_update(no_key=True))


def _require_another_admin(admins: list[User], user: User) -> None:
    if admins == [user]:
        raise LastAdmin


def _require_admin(by: User) -> None:
    if Role.ADMIN not in by.role_set:
        raise AdminsOnly
