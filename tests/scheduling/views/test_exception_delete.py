import pytest

from apps.accounts.models import AuditRecord
from apps.scheduling.models import HoursException
from tests.factories import HoursExceptionSpanFactory
from tests.scheduling.conftest import TUESDAY


@pytest.fixture
def url(bob, address):
    exception = HoursExceptionSpanFactory(exception__therapist=bob, exception__on=TUESDAY).exception
    return address(f"hours/BOB/dates/{exception.pk}/delete/")


def test_exception_delete_asks_first(browser, people, url):
    text = browser(people.bob).get(url).content.decode()
    assert "Remove the hours of Tue, Nov 24, 2026?" in text and HoursException.objects.exists()
    assert "<html" not in browser(people.bob, htmx=True).get(url).content.decode()


def test_exception_delete_lets_the_week_hold_again_at_once(browser, people, url, free_on):
    assert free_on(TUESDAY)[0] == "12:00"
    assert browser(people.bob).post(url)["Location"] == "/schedule/hours/mine/"
    assert free_on(TUESDAY)[0] == "09:00" and not HoursException.objects.exists()
    assert AuditRecord.objects.get(verb="set hours").changes == {"2026-11-24": ["12:00-15:00", ""]}
    assert browser(people.bob).post(url).status_code == 404


def test_exception_delete_wrong_role(browser, people, url):
    for user in (people.erin, people.carol):
        assert browser(user).post(url).status_code == 403
    assert HoursException.objects.exists()


def test_exception_delete_of_a_stranger(browser, people, url, noor, bob):
    theirs = HoursExceptionSpanFactory(exception__therapist=noor).exception
    assert browser(people.bob).post(f"/schedule/hours/{noor.pk}/dates/{theirs.pk}/delete/").status_code == 404
    assert browser(people.bob).post(f"/schedule/hours/{bob.pk}/dates/{theirs.pk}/delete/").status_code == 404
    assert browser(people.alice).post(f"/schedule/hours/{bob.pk}/dates/{theirs.pk}/delete/").status_code == 404
    assert HoursException.objects.count() == 2


def test_exception_delete_wrong_method(browser, people, url):
    assert browser(people.bob).delete(url).status_code == 405
