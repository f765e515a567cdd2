"""What may be done with therapists and what they offer, beyond editing one row."""

import datetime as dt
import uuid
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django_tenants.utils import schema_context
from psycopg.errors import ForeignKeyViolation

from apps.accounts import audit
from apps.accounts.actions import change_user, invite_user
from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.core import schema
from apps.therapists.errors import AddressInUse, LoginIsOff, OfferingOverlaps, ProfileExists
from apps.therapists.models import FormerSlug, Offering, Therapist, TherapyType
from apps.therapists.signals import therapist_approved

NAMESAKES = 5  # of one name, enrolled in one moment


@transaction.atomic
def enrol_therapist(
    *,
    by: User,
    user: User | None = None,
    email: str = "",
    given_name: str = "",
    family_name: str = "",
    therapy_types: Any = (),
    **facts: Any,
) -> Therapist:
    """Make a profile, waiting for approval, for a user or for somebody new, who is invited to sign in.

    Raises ProfileExists, and what `accounts.actions` raises (AddressTaken, AdminsOnly). Sends `user_invited` for
    somebody new.
    """
    if user is not None:
        User.objects.locked(user.pk)  # two who enrol one person at once take turns
    therapy_types = TherapyType.objects.keep(therapy_types)
    if user is None:
        names = {"given_name": given_name, "family_name": family_name}
        user = invite_user(by=by, email=email, roles=[Role.THERAPIST.value], **names)
    elif Therapist.objects.filter(user=user).exists():
        raise ProfileExists
    elif Role.THERAPIST not in user.role_set:
        roles = [*user.roles, Role.THERAPIST.value]
        change_user(by=by, user=user, given_name=user.given_name, family_name=user.family_name, roles=roles)
    therapist = _create_profile(user, facts)
    therapist.therapy_types.set(therapy_types)
    audit.record(by=by, verb="created", obj=therapist, changes={name: [None, value] for name, value in facts.items()})
    return therapist


def _create_profile(user: User, facts: dict[str, Any]) -> Therapist:
    """A profile at a free address, also when a namesake is enrolled at the same moment."""
    for _again in range(NAMESAKES):
        try:
            with transaction.atomic():
                return Therapist.objects.create(user=user, slug=free_slug(user.get_full_name()), **facts)
        except IntegrityError:
            continue
    raise AddressInUse


@transaction.atomic
def approve_therapist(*, therapist: Therapist, by: User) -> Therapist:
    """Make a therapist public and bookable. Sends `therapist_approved`. Raises LoginIsOff. Twice changes nothing."""
    therapist = locked(therapist)
    if not therapist.user.is_active:
        raise LoginIsOff
    if therapist.status != Therapist.Status.APPROVED:
        _turn(therapist, by, Therapist.Status.APPROVED, verb="approved")
        therapist_approved.send(Therapist, therapist=therapist, by=by)
    return therapist


@transaction.atomic
def deactivate_therapist(*, therapist: Therapist, by: User, reason: str = "") -> Therapist:
    """Take a therapist off the public pages and out of booking. Sessions already booked stay. Twice changes nothing."""
    therapist = locked(therapist)
    if therapist.status != Therapist.Status.INACTIVE:
        _turn(therapist, by, Therapist.Status.INACTIVE, verb="deactivated", reason=reason)
    return therapist


def _turn(therapist: Therapist, by: User, status: str, *, verb: str, reason: str = "") -> None:
    before, therapist.status = therapist.status, status
    therapist.save(update_fields=["status"])
    audit.record(by=by, verb=verb, obj=therapist, changes={"status": [before, status]}, reason=reason)


@transaction.atomic
def rename_therapist(*, therapist: Therapist, by: User, slug: str) -> Therapist:
    """Give the profile another address; the former ones keep leading to it. Raises AddressInUse."""
    therapist = locked(therapist)
    former = therapist.slug
    if slug == former:
        return therapist
    if _taken(slug, besides=therapist):
        raise AddressInUse
    FormerSlug.objects.filter(slug=slug).delete()  # its own: it is the present address again
    FormerSlug.objects.create(therapist=therapist, slug=former)
    therapist.slug = slug
    try:
        with transaction.atomic():
            therapist.save(update_fields=["slug"])
    except IntegrityError as error:  # another profile took it a moment ago
        raise AddressInUse from error
    audit.record(by=by, verb="renamed", obj=therapist, changes={"slug": [former, slug]})
    return therapist


def free_slug(name: str) -> str:
    """The name as an address that no profile has or had."""
    base = slugify(name)[:70] or "therapist"
    slug, number = base, 1
    while _taken(slug):
        number += 1
        slug = f"{base}-{number}"
    return slug


def _taken(slug: str, besides: Therapist | None = None) -> bool:
    profiles, former = Therapist.objects.filter(slug=slug), FormerSlug.objects.filter(slug=slug)
    if besides is not None:
        profiles, former = profiles.exclude(pk=besides.pk), former.exclude(therapist=besides)
    return profiles.exists() or former.exists()


@transaction.atomic
def set_photo(*, therapist: Therapist, by: User, content: bytes | None) -> Therapist:
    """Take another photo (a JPEG of `photos.square`) or none. The former file goes when the transaction commits."""
    therapist = locked(therapist)
    former, storage = therapist.photo.name, therapist.photo.storage
    if content is None and not former:
        return therapist
    if content is None:
        therapist.photo = ""
    else:
        therapist.photo.save(f"{uuid.uuid4().hex}.jpg", ContentFile(content), save=False)
    therapist.save(update_fields=["photo"])
    audit.record(by=by, verb="photo removed" if content is None else "photo changed", obj=therapist)
    if former:
        here = schema.current()
        transaction.on_commit(lambda: _delete_file(here, storage, former))
    return therapist


def _delete_file(centre: str, storage: Storage, name: str) -> None:
    """Delete in the centre's own folder: a commit may come after the centre was left."""
    with schema_context(centre):
        storage.delete(name)


@transaction.atomic
def save_offering(*, offering: Offering, by: User, changes: dict[str, Any], ends_running: bool = False) -> Offering:
    """Save a price and duration; with `ends_running` the one that holds when it begins ends the day before.

    Raises OfferingOverlaps. Bookings already made keep what they were promised.
    """
    locked(offering.therapist)
    TherapyType.objects.keep([offering.therapy_type])
    if ends_running:
        _end_running(offering, by)
    if other := overlapping(offering).first():
        raise OfferingOverlaps(other=other)
    is_new = offering._state.adding
    try:
        with transaction.atomic():
            offering.save()
    except IntegrityError as error:
        if isinstance(error.__cause__, ForeignKeyViolation):  # the therapy type went
            raise
        raise OfferingOverlaps from error
    audit.record(by=by, verb="created" if is_new else "changed", obj=offering, changes=changes)
    return offering


def overlapping(offering: Offering) -> Any:
    """Other prices of the same therapist and type that hold on one of its days."""
    return (
        Offering.objects.filter(therapist=offering.therapist, therapy_type=offering.therapy_type)
        .exclude(pk=offering.pk)
        .between(offering.valid_from, offering.valid_until)
    )


def _end_running(offering: Offering, by: User) -> None:
    for running in overlapping(offering).filter(valid_from__lt=offering.valid_from):
        day_before = offering.valid_from - dt.timedelta(days=1)  # there is one: the other began before
        changes = {"valid_until": [running.valid_until, day_before]}
        running.valid_until = day_before
        running.save(update_fields=["valid_until"])
        audit.record(by=by, verb="changed", obj=running, changes=changes)


@transaction.atomic
def remove_offering(*, offering: Offering, by: User) -> None:
    """Take a price away: the therapy type's own holds again. Bookings already made keep what they were promised.

    Raises AlreadyGone.
    """
    audit.remove(offering, by=by, changes={"price": [offering.price, None]})


def locked(therapist: Therapist) -> Therapist:
    return Therapist.objects.select_for_update(of=("self",)).select_related("user").get(pk=therapist.pk)
