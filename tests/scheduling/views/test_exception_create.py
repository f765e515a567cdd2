import datetime as dt

from apps.accounts.models import AuditRecord
from apps.scheduling.models import HoursException
from tests.factories import HoursExceptionSpanFactory, WorkingHoursFactory
from tests.scheduling.conftest import TUESDAY

NEW = "hours/BOB/dates/new/"
FACTS = {"on": "2026-11-24", "first_starts": "10:00", "first_ends": "11:00", "note": "A funeral"}


def test_exception_create_works_and_holds_at_once(browser, people, address, free_on):
    page = browser(people.bob).post(address(NEW), FACTS)
    assert (page.status_code, page["Location"]) == (302, "/schedule/hours/mine/")
    assert HoursException.objects.get().note == "A funeral" and free_on(TUESDAY) == ["10:00", "10:15"]
    assert AuditRecord.objects.get(verb="set hours").reason == "A funeral"
    assert "A funeral" in browser(people.bob).get("/schedule/hours/mine/").content.decode()


def test_exception_create_without_times_is_a_day_off(browser, people, address, free_on):
    page = browser(people.oscar).post(address(NEW), {"on": "2026-11-24"})
    assert page["Location"] == address("hours/BOB/") and free_on(TUESDAY) == []
    assert "Day off" in browser(people.oscar).get(address("hours/BOB/")).content.decode()


def test_exception_create_opens_with_the_hours_that_hold_then(browser, people, address, bob):
    form = browser(people.bob).get(address(NEW), {"on": "2026-11-24"}).context["form"]
    assert form.initial == {
        "on": TUESDAY, "first_starts": dt.time(9), "first_ends": dt.time(17), "as_read": "2026-11-24:"
    }  # fmt: skip
    HoursExceptionSpanFactory(exception__therapist=bob, exception__on=TUESDAY, exception__note="A funeral")
    form = browser(people.bob).get(address(NEW), {"on": "2026-11-24"}).context["form"]
    assert form.initial["first_starts"] == dt.time(12) and form.initial["note"] == "A funeral"
    assert browser(people.bob).get(address(NEW), {"on": "soon"}).context["form"].initial == {}


def test_exception_create_keeps_every_span_of_a_day(browser, people, address, bob):
    """Whoever opens a day of three spans to change its note loses none of them."""
    bob.working_hours.all().delete()
    day = [(9 * 60, 10 * 60), (11 * 60, 12 * 60), (14 * 60, 17 * 60)]
    for starts, ends in day:
        WorkingHoursFactory(therapist=bob, weekday=1, starts_minute=starts, ends_minute=ends)
    page = browser(people.bob).get(address(NEW), {"on": "2026-11-24"})
    shown = page.context["form"].span_fields
    assert len(shown) == 8 and all(f'name="{field.html_name}"' in page.content.decode() for field in shown)
    sent = {field.html_name: f"{field.value():%H:%M}" for field in shown if field.value()}
    browser(people.bob).post(address(NEW), {"on": "2026-11-24", "note": "Late", **sent})
    spans = HoursException.objects.get().spans.values_list("starts_minute", "ends_minute")
    assert sorted(spans) == day


def test_exception_create_fragment(browser, people, address):
    bob = browser(people.bob, htmx=True)
    text = bob.get(address(NEW)).content.decode()
    assert "<html" not in text and 'name="first_starts"' in text
    assert bob.post(address(NEW), FACTS)["HX-Redirect"] == "/schedule/hours/mine/"


def test_exception_create_invalid_keeps_what_was_typed(browser, people, address):
    page = browser(people.bob, htmx=True).post(address(NEW), {**FACTS, "first_ends": "09:00", "second_starts": "14:00"})
    text = page.content.decode()
    assert page.status_code == 422 and not HoursException.objects.exists()
    for typed in ("2026-11-24", "10:00", "09:00", "14:00", "A funeral"):
        assert f'value="{typed}"' in text
    assert "The end must come after the beginning." in text


def test_exception_create_says_beside_the_later_span_what_it_overlaps(browser, people, address):
    facts = {**FACTS, "second_starts": "10:30", "second_ends": "12:00"}
    page = browser(people.bob).post(address(NEW), facts)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["second_starts"]
    assert 'id="id_second_starts_error"><p>Overlaps with ' in page.text


def test_exception_create_wrong_role(browser, people, address):
    for user in (people.erin, people.carol):
        assert browser(user).get(address(NEW)).status_code == 403
        assert browser(user).post(address(NEW), FACTS).status_code == 403
    assert not HoursException.objects.exists()


def test_exception_create_for_a_stranger(browser, people, address, noor):
    assert browser(people.bob).get(address(NEW, noor)).status_code == 404
    assert browser(people.bob).post(address(NEW, noor), FACTS).status_code == 404


def test_exception_create_wrong_method(browser, people, address):
    assert browser(people.bob).delete(address(NEW)).status_code == 405


# --- two people, one date ---------------------------------------------------------------------------------------------


def sent(page, **changes):
    """What a browser sends of the form of a page, but for the changes."""
    form = page.context["form"]
    data = {field.html_name: field.value() for field in form}
    data = {name: f"{value:%H:%M}" if isinstance(value, dt.time) else value for name, value in data.items()}
    return {name: value for name, value in {**data, **changes}.items() if value is not None}


def noted(page, note):
    """Whether the page is the form again, with what was typed."""
    return page.status_code == 422 and page.context["form"]["note"].value() == note


def test_hours_of_a_date_that_another_set_are_not_undone_unseen(browser, people, address):
    bob, alice = browser(people.bob), browser(people.alice)
    stale = bob.get(address(NEW), {"on": "2026-11-24"})
    alice.post(address(NEW), {**FACTS, "note": "Hers"})
    refusal = bob.post(address(NEW), sent(stale, note="His"))
    assert noted(refusal, "His") and HoursException.objects.get().note == "Hers"
    words = "Tue, Nov 24, 2026 has other hours by now: 10:00\u202fAM – 11:00\u202fAM. Save once more to replace them."
    assert refusal.context["form"].non_field_errors() == [words]
    assert bob.post(address(NEW), sent(refusal)).status_code == 302
    assert HoursException.objects.get().note == "His"


def test_hours_of_a_date_that_another_removed_do_not_come_back_unseen(browser, people, address, bob):
    HoursExceptionSpanFactory(exception__therapist=bob, exception__on=TUESDAY, exception__note="A funeral")
    client = browser(people.bob)
    stale = client.get(address(NEW), {"on": "2026-11-24"})
    HoursException.objects.all().delete()
    refusal = client.post(address(NEW), sent(stale, note="His"))
    assert noted(refusal, "His") and b"Somebody else has changed these hours" in refusal.content
    assert not HoursException.objects.exists()
    assert client.post(address(NEW), sent(refusal)).status_code == 302


def test_another_date_than_the_opened_one_is_not_replaced_unseen(browser, people, address, bob):
    """Chosen in the form, it shows nothing of what stands there."""
    HoursExceptionSpanFactory(exception__therapist=bob, exception__on=TUESDAY, exception__note="A funeral")
    client = browser(people.bob)
    opened = client.get(address(NEW), {"on": "2026-11-25"})
    refusal = client.post(address(NEW), sent(opened, on="2026-11-24", note="His"))
    assert noted(refusal, "His") and HoursException.objects.get().note == "A funeral"
    assert client.post(address(NEW), sent(refusal, on="2026-11-26")).status_code == 302
    assert client.post(address(NEW), sent(refusal)).status_code == 302
    assert set(HoursException.objects.values_list("note", flat=True)) == {"His"}


def test_one_writer_of_a_date_is_never_stopped(browser, people, address):
    client = browser(people.bob)
    for note in ("One", "Two", "Three"):
        shown = client.get(address(NEW), {"on": "2026-11-24"})
        assert client.post(address(NEW), sent(shown, note=note)).status_code == 302
