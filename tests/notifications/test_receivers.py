"""Approvals and invitations are told as well."""

from apps.notifications.models import Message
from apps.therapists.actions import approve_therapist
from apps.therapists.models import Therapist
from tests.factories import TherapistFactory


def test_approval_is_told_once(people):
    therapist = TherapistFactory(status=Therapist.Status.PENDING, user__email="nora@sunrise.example")
    for _time in range(2):
        approve_therapist(therapist=therapist, by=people.alice)
    message = Message.objects.get()
    assert (message.kind, message.to_address) == (Message.Kind.THERAPIST_APPROVED, "nora@sunrise.example")
    assert "Your profile at Sunrise Therapy is approved" in message.text
    assert "http://sunrise.localhost:8000/" in message.text
    assert message.html.startswith('<!DOCTYPE html>\n<html lang="en">')
