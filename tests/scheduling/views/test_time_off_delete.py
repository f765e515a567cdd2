import pytest

from apps.accounts.models import AuditRecord
from apps.scheduling.models import TimeOff
from tests.factories import TimeOffFactory
from tests.scheduling.conftest import TUESDAY


@pytest.fixture
def row(bob):
    return TimeOffFactory(therapist=bob, starts_on=TUESDAY, ends_on=TUESDAY, rule="FREQ=WEEKLY")


@pytest.fixture
def url(row, address):
    return address(f"time-off/BOB/{row.pk}/delete/")


def test_time_off_delete_asks_first(browser, people, url):
    text = browser(people.bob).get(url).content.decode()
    assert "Remove this time off?" in text and "with all its repetitions" in text and TimeOff.objects.exists()
    assert "<html" not in browser(people.bob, htmx=True).get(url).content.decode()


def test_time_off_delete_frees_the_time_at_once(browser, people, row, url, free_on):
    assert free_on(TUESDAY) == []
    assert browser(people.bob).post(url)["Location"] == "/schedule/time-off/mine/"
    assert len(free_on(TUESDAY)) == 30
    assert AuditRecord.objects.get(object_id=str(row.pk)).verb == "deleted"
    assert browser(people.bob).post(url).status_code == 404


def test_time_off_delete_wrong_role(browser, people, url):
    for user in (people.erin, people.carol):
        assert browser(user).post(url).status_code == 403
    assert TimeOff.objects.exists()


def test_time_off_delete_of_a_stranger(browser, people, bob, noor):
    theirs = TimeOffFactory(therapist=noor)
    for therapist in (noor, bob):
        assert browser(people.bob).post(f"/schedule/time-off/{therapist.pk}/{theirs.pk}/delete/").status_code == 404
    assert TimeOff.objects.exists()


def test_time_off_delete_wrong_method(browser, people, url):
    assert browser(people.bob).delete(url).status_code == 405
