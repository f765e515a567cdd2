import uuid

import pytest
from django.urls import reverse
from django_tenants.utils import tenant_context

from apps.accounts.models import AuditRecord
from apps.scheduling import actions
from apps.sessions.actions import cancel_session
from tests.factories.world import another_therapist, at


def page(session):
    return reverse("sessions:session-detail", args=[session.pk])


def test_session_detail_shows_what_was_promised_and_what_happened(browser, people, earlier):
    answer = browser(people.oscar).get(page(earlier))
    assert answer.status_code == 200
    for words in ("Carol Reyes", "Bob Chen", "Speech therapy", "$85.00", "Stammers when tired", "Booked", "A test"):
        assert words in answer.text


def test_session_detail_in_a_dialog_is_a_summary(browser, people, earlier):
    answer = browser(people.oscar, htmx=True).get(page(earlier))
    assert "<html" not in answer.text
    assert "Carol Reyes" in answer.text
    assert reverse("sessions:session-complete", args=[earlier.pk]) in answer.text


@pytest.mark.parametrize(("who", "htmx", "reads"), [("bob", False, 1), ("oscar", True, 1), ("erin", False, 0)])
def test_session_detail_with_concerns_is_a_reading_of_the_record(browser, people, earlier, who, htmx, reads):
    browser(getattr(people, who), htmx=htmx).get(page(earlier))
    read = AuditRecord.objects.about(people.carol.patient).filter(verb="read", by=getattr(people, who))
    assert read.count() == reads


def test_session_detail_offers_what_may_follow(browser, people, earlier, later):
    past, coming = (browser(people.oscar).get(page(session)).text for session in (earlier, later))
    assert reverse("sessions:session-complete", args=[earlier.pk]) in past
    assert reverse("sessions:session-cancel", args=[earlier.pk]) not in past
    assert reverse("sessions:session-cancel", args=[later.pk]) in coming
    assert reverse("portal:session-move", args=[later.pk]) in coming
    assert reverse("sessions:session-complete", args=[later.pk]) not in coming


def test_session_detail_tells_an_accountant_no_concerns_and_offers_nothing(browser, people, earlier):
    text = browser(people.erin).get(page(earlier)).text
    assert "Carol Reyes" in text
    assert "Stammers" not in text
    assert reverse("sessions:session-complete", args=[earlier.pk]) not in text


def test_session_detail_keeps_the_history_of_a_move_and_a_cancellation(browser, people, sunrise, later):
    moved = actions.move_session(centre=sunrise, session=later, starts_at=at(14, days=1), by=people.oscar, reason="Bus")
    cancel_session(session=moved, by=people.oscar, reason="Snow storm")
    text = browser(people.oscar).get(page(later)).text
    for words in ("Moved", "Bus", "10:00", "Cancelled", "Snow storm", "Oscar Desk"):
        assert words in text


@pytest.mark.parametrize("name", ["carol", "dana"])
def test_session_detail_is_no_page_for_patients(browser, people, earlier, name):
    assert browser(getattr(people, name)).get(page(earlier)).status_code == 403


def test_session_detail_of_a_colleague_is_404(browser, people, earlier):
    other = another_therapist().user
    assert browser(other).get(page(earlier)).status_code == 404
    assert browser(people.bob).get(page(earlier)).status_code == 200


def test_session_detail_of_another_centre_or_nobody_is_404(browser, people, harbour, earlier):
    assert browser(people.alice).get(reverse("sessions:session-detail", args=[uuid.uuid4()])).status_code == 404
    with tenant_context(harbour):
        from apps.accounts.models import User

        mallory = User.objects.get(given_name="Mallory")
        assert browser(mallory, slug="harbour").get(page(earlier)).status_code == 404


def test_session_detail_asks_for_a_login_and_refuses_post(browser, people, earlier):
    assert browser().get(page(earlier)).status_code == 302
    assert browser(people.alice).post(page(earlier)).status_code == 405


@pytest.mark.parametrize(("who", "is_shown"), [("oscar", True), ("bob", False)])
def test_session_detail_has_a_next_step_only_for_whoever_may_take_it(browser, people, later, who, is_shown):
    """Before its time the one step is that the patient confirmed, which is the desk's to say."""
    assert ("Next step" in browser(getattr(people, who)).get(page(later)).text) is is_shown
