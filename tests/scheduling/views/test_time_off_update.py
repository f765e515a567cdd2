import pytest

from apps.accounts.models import AuditRecord
from tests.factories import TimeOffFactory
from tests.scheduling.conftest import TUESDAY

FACTS = {"kind": "sick", "starts_on": "2026-11-25", "ends_on": "2026-11-25", "note": "Flu"}


@pytest.fixture
def row(bob):
    return TimeOffFactory(therapist=bob, starts_on=TUESDAY, ends_on=TUESDAY, rule="FREQ=WEEKLY;UNTIL=20270131")


@pytest.fixture
def url(row, address):
    return address(f"time-off/BOB/{row.pk}/")


def test_time_off_update_shows_what_was_entered(browser, people, url):
    text = browser(people.bob).get(url).content.decode()
    assert "Change time off" in text and 'value="FREQ=WEEKLY" selected' in text and 'value="2027-01-31"' in text


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        ("FREQ=WEEKLY;BYDAY=TU", "FREQ=WEEKLY"),  # it begins on a Tuesday
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "FREQ=WEEKLY;INTERVAL=2"),
        ("FREQ=WEEKLY;BYDAY=MO", "custom"),
        ("FREQ=MONTHLY;BYDAY=TU", "custom"),
    ],
)
def test_time_off_update_names_a_rule_that_has_a_name(browser, people, row, url, rule, shown):
    row.rule = rule
    row.save()
    assert browser(people.bob).get(url).context["form"]["repeats"].value() == shown


def test_time_off_update_holds_at_once(browser, people, row, url, free_on):
    assert free_on(TUESDAY) == []
    assert browser(people.bob).post(url, FACTS)["Location"] == "/schedule/time-off/mine/"
    row.refresh_from_db()
    assert (row.kind, row.rule, row.note) == ("sick", "", "Flu") and len(free_on(TUESDAY)) == 30
    record = AuditRecord.objects.get(object_id=str(row.pk))
    assert record.verb == "changed" and record.changes["kind"] == ["vacation", "sick"]


def test_time_off_update_fragment(browser, people, url):
    bob = browser(people.bob, htmx=True)
    assert "<html" not in bob.get(url).content.decode()
    assert bob.post(url, FACTS)["HX-Redirect"] == "/schedule/time-off/mine/"


def test_time_off_update_invalid_keeps_what_was_typed(browser, people, row, url):
    page = browser(people.bob).post(url, {**FACTS, "starts_on": "2026-11-26"})
    assert page.status_code == 422 and 'value="2026-11-26"' in page.content.decode()
    row.refresh_from_db()
    assert row.starts_on == TUESDAY


def test_time_off_update_wrong_role(browser, people, url):
    for user in (people.erin, people.carol):
        assert browser(user).get(url).status_code == 403
        assert browser(user).post(url, FACTS).status_code == 403


def test_time_off_update_of_a_stranger(browser, people, bob, noor, row):
    theirs = TimeOffFactory(therapist=noor)
    for therapist in (noor, bob):
        assert browser(people.bob).get(f"/schedule/time-off/{therapist.pk}/{theirs.pk}/").status_code == 404
    assert browser(people.bob).get(f"/schedule/time-off/{noor.pk}/{row.pk}/").status_code == 404


def test_time_off_update_wrong_method(browser, people, url):
    assert browser(people.bob).delete(url).status_code == 405
