from apps.accounts.models import AuditRecord
from apps.therapists.models import Therapist
from tests.scheduling.conftest import TUESDAY

URL = "hours/BOB/status/"


def test_status_update_holds_at_once(browser, people, address, bob, free_on, elsewhere):
    assert free_on(TUESDAY)
    elsewhere(lambda: browser(people.bob).post(address(URL), {"availability": "on_leave", "daily_cap": "5"}))
    assert free_on(TUESDAY) == []
    bob.refresh_from_db()
    assert (bob.availability, bob.daily_cap) == ("on_leave", 5)
    changes = AuditRecord.objects.get(verb="changed", object_id=str(bob.pk)).changes
    assert changes == {"availability": ["available", "on_leave"], "daily_cap": [None, 5]}


def test_status_update_without_a_change_leaves_no_record(browser, people, address, bob):
    browser(people.oscar).post(address(URL), {"availability": "available", "daily_cap": ""})
    assert not AuditRecord.objects.filter(object_id=str(bob.pk)).exists()


def test_status_update_fragment(browser, people, address):
    bob = browser(people.bob, htmx=True)
    text = bob.get(address(URL)).content.decode()
    assert "<html" not in text and 'value="limited"' in text
    answer = bob.post(address(URL), {"availability": "limited", "daily_cap": ""})
    assert answer["HX-Redirect"] == "/schedule/hours/mine/"


def test_status_update_invalid_keeps_what_was_typed(browser, people, address):
    page = browser(people.alice).post(address(URL), {"availability": "limited", "daily_cap": "99"})
    text = page.content.decode()
    assert page.status_code == 422 and 'value="99"' in text
    assert Therapist.objects.get(user=people.bob).availability == "available"


def test_status_update_wrong_role(browser, people, address):
    for user in (people.erin, people.dana):
        assert browser(user).get(address(URL)).status_code == 403
        assert browser(user).post(address(URL), {"availability": "on_leave"}).status_code == 403


def test_status_update_of_a_stranger(browser, people, address, noor):
    assert browser(people.bob).post(address(URL, noor), {"availability": "on_leave"}).status_code == 404


def test_status_update_wrong_method(browser, people, address):
    assert browser(people.bob).delete(address(URL)).status_code == 405
