"""Whoever proves an address becomes a patient, or is found to be one the centre knows; a new address is on the record."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed
from django.db import transaction
from django.db.models import Q, QuerySet
from django.dispatch import receiver

from apps.accounts import audit
from apps.accounts.models import User
from apps.accounts.signals import patient_signed_up
from apps.patients.models import Guardian, Patient


@receiver(patient_signed_up)
@transaction.atomic
def welcome(sender: object, user: User, **facts: Any) -> None:
    """Give the login its record: the one with this address and name that has no login yet, else a new one.

    A guardian whom the centre entered gets that record and no patient's: they may never be treated themselves. Minors'
    records are left alone (their address is often a parent's). Called again for the same user it changes nothing.
    """
    User.objects.locked(user.pk)  # an address proven twice at once makes one record
    Patient.objects.take_turns()  # and so does whoever the desk registers at the same moment
    if Patient.objects.filter(user=user).exists() or Guardian.objects.filter(user=user).exists():
        return
    guardian = _only(Guardian.objects.all(), user)
    patient = _only(Patient.objects.active(), user)
    patient = None if patient and patient.is_minor else patient
    for record in filter(None, (guardian, patient)):
        _give_login(record, user)
    if not (guardian or patient):
        names = {"given_name": user.given_name, "family_name": user.family_name}
        audit.record(by=user, verb="created", obj=Patient.objects.create(user=user, email=user.email, **names))


@receiver(email_changed)
@transaction.atomic
def follow(
    sender: object,
    user: User,
    from_email_address: EmailAddress | None,
    to_email_address: EmailAddress,
    **facts: Any,
) -> None:
    """A new address of the login, once proven, is the address on the person's own records too: letters go there.

    A record with another address than the login's keeps it: somebody wrote it there on purpose.
    """
    followed = Q(email="") | Q(email__iexact=from_email_address.email if from_email_address else "")
    for rows in (Patient.objects.filter(user=user), Guardian.objects.filter(user=user)):
        for record in rows.filter(followed):
            changes = {"email": [record.email, to_email_address.email]}
            record.email = to_email_address.email
            record.save(update_fields=["email"])
            audit.record(by=user, verb="changed", obj=record, changes=changes)


def _only(rows: QuerySet[Any], user: User) -> Any:
    """The one record without a login that has this proven address and name; None when there are none or several.

    The address is compared letter by letter: to the database's `iexact`, which compares capitals, a dotless i is an i,
    and whoever owns gmaıl.com would be given the record of somebody at gmail.com.
    """
    same = {"given_name__iexact": user.given_name, "family_name__iexact": user.family_name}
    alike = rows.filter(user__isnull=True, email__iexact=user.email, **same)
    found = [row for row in alike if row.email.lower() == user.email.lower()]
    return found[0] if len(found) == 1 else None


def _give_login(record: Patient | Guardian, user: User) -> None:
    record.user = user
    record.save(update_fields=["user"])
    audit.record(by=user, verb="changed", obj=record, changes={"user": [None, user.email]})
