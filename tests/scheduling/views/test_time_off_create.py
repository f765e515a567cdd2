from apps.accounts.models import AuditRecord
from apps.scheduling.models import TimeOff
from tests.scheduling.conftest import TUESDAY, at

NEW = "time-off/BOB/new/"
FACTS = {"kind": "training", "starts_on": "2026-11-24", "note": "Berlin"}


def said(page):
    return [str(message) for message in page.context["messages"]] if page.context else []


def test_time_off_create_holds_at_once(browser, people, address, free_on, elsewhere):
    assert free_on(TUESDAY)
    pages = []
    elsewhere(lambda: pages.append(browser(people.bob).post(address(NEW), FACTS)))
    assert pages[0]["Location"] == "/schedule/time-off/mine/"
    assert free_on(TUESDAY) == []
    row = TimeOff.objects.get()
    assert (row.kind, row.note, row.is_all_day) == ("training", "Berlin", True)
    record = AuditRecord.objects.get(object_id=str(row.pk))
    assert (record.verb, record.by) == ("created", people.bob) and record.changes["note"] == [None, "Berlin"]


def test_time_off_create_by_a_rule_and_timed(browser, people, address, free_on):
    facts = {**FACTS, "starts_on": "2026-11-17", "starts_time": "10:00", "ends_time": "16:00", "repeats": "FREQ=WEEKLY"}
    assert browser(people.oscar).post(address(NEW), facts)["Location"] == address("time-off/BOB/")
    assert free_on(TUESDAY) == ["09:00", "09:15", "16:00", "16:15"]


def test_time_off_create_says_how_many_are_booked_in_it(browser, people, address, book):
    book()
    book(at(TUESDAY, "14:00"))
    page = browser(people.bob).post(address(NEW), FACTS, follow=True)
    assert said(page) == ["Saved. 2 sessions are already booked in this time: move or cancel them."]
    page = browser(people.bob).post(address(NEW), {**FACTS, "starts_time": "11:00", "ends_time": "12:00"}, follow=True)
    assert said(page) == ["The time off is saved and holds at once."]


def test_time_off_create_fragment(browser, people, address):
    bob = browser(people.bob, htmx=True)
    text = bob.get(address(NEW)).content.decode()
    assert "<html" not in text and "Add time off" in text and "FREQ=WEEKLY;INTERVAL=2" in text
    assert bob.post(address(NEW), FACTS)["HX-Redirect"] == "/schedule/time-off/mine/"


def test_time_off_create_invalid_keeps_what_was_typed(browser, people, address):
    facts = {**FACTS, "ends_on": "2026-11-20", "repeats": "custom", "rule": "every Monday", "starts_time": "10:00"}
    page = browser(people.bob).post(address(NEW), facts)
    text = page.content.decode()
    assert page.status_code == 422 and not TimeOff.objects.exists()
    for typed in ("2026-11-24", "2026-11-20", "every Monday", "10:00", "Berlin"):
        assert f'value="{typed}"' in text
    assert 'value="training" selected' in text and 'value="custom" selected' in text
    assert "This is not a rule of RFC 5545" in text


def test_time_off_create_wrong_role(browser, people, address):
    for user in (people.erin, people.carol):
        assert browser(user).get(address(NEW)).status_code == 403
        assert browser(user).post(address(NEW), FACTS).status_code == 403
    assert not TimeOff.objects.exists()


def test_time_off_create_for_a_stranger(browser, people, address, noor):
    assert browser(people.bob).post(address(NEW, noor), FACTS).status_code == 404
    assert not TimeOff.objects.exists()


def test_time_off_create_wrong_method(browser, people, address):
    assert browser(people.bob).delete(address(NEW)).status_code == 405


def test_time_off_create_in_the_past_shows_where_it_stands(browser, people, address):
    page = browser(people.bob).post(address(NEW), {**FACTS, "starts_on": "2026-11-03"}, follow=True)
    assert "stands among the past ones" in said(page)[0]
    assert "Berlin" in page.text
