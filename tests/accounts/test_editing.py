"""The flow of pages that create or change one row, tried on rooms' and therapy types' pages."""

import pytest
from django.db import IntegrityError
from django.urls import reverse

from apps.accounts import audit, editing
from apps.accounts.errors import AlreadyGone
from apps.accounts.models import AuditRecord
from apps.therapists.models import TherapyType
from tests.factories import ClosureFactory, RoomFactory, TherapySessionFactory, TherapyTypeFactory

URL = reverse("sessions:room-create")
FACTS = {"name": "Attic", "place": "Typed floor", "modes": ["in_person"], "position": "1"}


def test_whoever_comes_second_gets_a_sentence_and_keeps_what_was_typed(browser, people, monkeypatch):
    def somebody_was_faster(form, *, by):
        raise IntegrityError("duplicate key value")

    monkeypatch.setattr(audit, "save_form", somebody_was_faster)
    response = browser(people.alice).post(URL, FACTS)
    assert response.status_code == 422
    assert b"at the same moment" in response.content
    assert b"Typed floor" in response.content


def test_the_row_and_its_audit_record_stand_or_fall_together(browser, people, monkeypatch):
    def broken(**facts):
        raise RuntimeError("the trail cannot be written")

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(RuntimeError):
        browser(people.alice).post(URL, FACTS)
    assert b"Attic" not in browser(people.alice).get(reverse("sessions:room-list")).content


def test_remove_or_retire_deletes_only_what_nothing_needs(people):
    free, used = TherapyTypeFactory(), TherapyTypeFactory()
    TherapySessionFactory(therapy_type=used, state="cancelled")
    assert editing.remove_or_retire(obj=free, by=people.alice)
    assert not editing.remove_or_retire(obj=used, by=people.alice)
    assert list(TherapyType.objects.filter(pk__in=[used.pk]).values_list("is_active", flat=True)) == [False]
    assert not editing.remove_or_retire(obj=used, by=people.alice)
    assert [record.verb for record in AuditRecord.objects.about(used)] == ["deactivated"]


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (ClosureFactory, "scheduling:closure-delete"),
        (RoomFactory, "sessions:room-delete"),
        (TherapyTypeFactory, "therapists:therapy-type-delete"),
    ],
)
def test_whoever_removes_what_is_gone_is_told(browser, people, monkeypatch, make, name):
    def gone(row):
        raise AlreadyGone

    url = reverse(name, args=[make().pk])
    monkeypatch.setattr(audit, "standing", gone)
    response = browser(people.alice, htmx=True).post(url)
    assert response.status_code == 422
    assert str(AlreadyGone.message) in response.content.decode()
