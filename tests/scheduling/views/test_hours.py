import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import AuditRecord
from apps.scheduling.models import WorkingHours
from apps.therapists.models import Therapist
from tests.factories import (
    ClosureFactory,
    HoursExceptionSpanFactory,
    PatientFactory,
    TherapistFactory,
    TimeOffFactory,
    WorkingHoursFactory,
)
from tests.scheduling.conftest import MONDAY, TUESDAY, at
from tests.scheduling.test_forms import posted

MINE = "/schedule/hours/mine/"
NEW_WEEK = posted((0, "10:00", "12:00"), (0, "13:00", "15:00"), (4, "", ""), initial=2)


def bars(page):
    return {bar["date"].day: bar for bar in page.context["bars"]}


def test_hours_shows_the_week_and_the_month(browser, people, bob, book):
    book()
    TimeOffFactory(therapist=bob, starts_on=dt.date(2026, 11, 25), ends_on=dt.date(2026, 11, 25), note="Berlin")
    page = browser(people.bob).get(MINE)
    text = page.content.decode()
    assert page.status_code == 200 and "My hours" in text and "Working week" in text
    assert text.count('class="week-block"') == 5 and "9:00\u202fAM" in text
    assert bars(page)[24] | {"label": ""} == {"date": TUESDAY, "offered": 8, "booked": 1, "off": "", "label": ""}
    assert bars(page)[25]["off"] == "Vacation" and bars(page)[26]["off"] == "Thanksgiving Day"
    assert "Berlin" in text and page.context["offered"] == 144 and page.context["booked"] == 1


def test_hours_of_somebody_for_the_desk_and_for_reading(browser, people, address):
    for user, may_edit in ((people.alice, True), (people.oscar, True), (people.erin, False)):
        page = browser(user).get(address("hours/BOB/"))
        assert page.status_code == 200 and "Hours of Bob Chen" in page.content.decode()
        for offered in ("data-hours", "Save hours", "Add a date", "Change status"):
            assert (offered in page.content.decode()) == may_edit


def test_hours_fragment_is_the_month_asked_for(browser, people, address):
    for user in (people.bob, people.erin):
        page = browser(user, htmx=True).get(address("hours/BOB/"), {"month": "2026-12"})
        text = page.content.decode()
        assert "<html" not in text and "December 2026" in text and "Working week" not in text
        assert "HX-Request" in page["Vary"]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("2026-10", "October 2026"),
        ("2026-09", "November 2026"),
        ("2027-11", "November 2027"),
        ("2027-12", "November 2026"),
        ("soon", "November 2026"),
        ("0000-00", "November 2026"),
    ],
)
def test_hours_month_lies_within_reach(browser, people, asked, shown):
    page = browser(people.bob).get(MINE, {"month": asked})
    assert page.context["title"] == shown and len(page.context["bars"]) >= 30


def test_hours_of_last_month_still_show_its_time_off(browser, people, bob):
    TimeOffFactory(therapist=bob, starts_on=dt.date(2026, 10, 1), ends_on=dt.date(2026, 10, 1))
    assert bars(browser(people.bob).get(MINE, {"month": "2026-10"}))[1]["off"] == "Vacation"


def test_hours_preview_counts_what_nobody_saved(browser, people, book):
    book(at(TUESDAY, "16:00"))
    page = browser(people.bob, htmx=True).post(f"{MINE}?preview=1", {**NEW_WEEK.dict(), "month": "2026-12"})
    text = page.content.decode()
    assert page.status_code == 200 and "<html" not in text and "Not saved yet" in text
    assert page.context["title"] == "December 2026" and page.context["offered"] == 16
    assert page.context["offered_now"] == 176
    assert "1 booked session lies outside these hours" in text
    assert WorkingHours.objects.count() == 5 and not AuditRecord.objects.filter(verb="set hours").exists()


def test_hours_preview_of_what_is_saved_is_none(browser, people):
    week = posted(*[(day, "09:00", "17:00") for day in range(5)], initial=5)
    page = browser(people.bob, htmx=True).post(f"{MINE}?preview=1", week)
    assert "Not saved yet" not in page.content.decode()


def test_hours_preview_of_another_month_by_its_link(browser, people):
    page = browser(people.bob, htmx=True).post(
        f"{MINE}?preview=1&month=2027-01", {**NEW_WEEK.dict(), "month": "2026-12"}
    )
    assert page.context["title"] == "January 2027" and page.context["is_preview"]


def test_hours_preview_while_something_is_wrong_shows_what_is_saved(browser, people):
    page = browser(people.bob, htmx=True).post(f"{MINE}?preview=1", posted((0, "12:00", "10:00")))
    assert page.status_code == 200 and page.context["offered"] == 152
    assert "Not saved yet" not in page.content.decode()


def test_hours_saved_hold_at_once(browser, people, free_on):
    page = browser(people.bob).post(MINE, NEW_WEEK)
    assert (page.status_code, page["Location"]) == (302, MINE)
    assert list(WorkingHours.objects.values_list("weekday", "starts_minute")) == [(0, 600), (0, 780)]
    assert free_on(TUESDAY) == [] and free_on(MONDAY)[0] == "10:00"
    assert AuditRecord.objects.get(verb="set hours").by == people.bob


def test_hours_saved_by_the_desk_lead_back_to_the_therapist(browser, people, address):
    page = browser(people.oscar).post(address("hours/BOB/"), NEW_WEEK)
    assert page["Location"] == address("hours/BOB/")
    assert AuditRecord.objects.get(verb="set hours").by == people.oscar


def test_hours_saved_from_another_process_are_seen(browser, people, free_on, elsewhere):
    assert free_on(TUESDAY)
    elsewhere(lambda: browser(people.bob).post(MINE, NEW_WEEK))
    assert free_on(TUESDAY) == []


def test_hours_that_another_changed_are_not_undone_unseen(browser, people, bob):
    """The second to save is told, keeps what they typed, and may go on."""
    first, second = browser(people.bob), browser(people.alice)
    shown = first.get(MINE).context["as_read"]
    address = f"/schedule/hours/{bob.pk}/"
    assert first.post(MINE, {**NEW_WEEK, "as_read": shown}).status_code == 302
    other = posted((2, "08:00", "11:00"), initial=1)
    answer = second.post(address, {**other, "as_read": shown})
    assert answer.status_code == 422 and b"Somebody else has changed these hours" in answer.content
    gone = ", ".join(f"{day} (no hours now)" for day in ("Tuesday", "Wednesday", "Thursday", "Friday"))
    monday = "Monday (10:00\u202fAM – 12:00\u202fPM and 1:00\u202fPM – 3:00\u202fPM now)"
    assert f"Changed: {monday}, {gone}." in answer.context["formset"].non_form_errors()[0]
    assert set(WorkingHours.objects.values_list("weekday", flat=True)) == {0}
    assert 'value="08:00"' in answer.content.decode()
    assert second.post(address, {**other, "as_read": answer.context["as_read"]}).status_code == 302
    assert set(WorkingHours.objects.values_list("weekday", flat=True)) == {2}


def test_hours_invalid_keep_everything_typed(browser, people):
    week = posted((0, "12:00", "10:00"), (2, "never", "11:15"), (3, "08:00", "09:00", "on"), (5, "", ""))
    page = browser(people.bob).post(MINE, week)
    text = page.content.decode()
    assert page.status_code == 422
    for typed in ("12:00", "10:00", "never", "11:15"):
        assert f'value="{typed}"' in text
    assert text.count("The end must come after the beginning.") >= 2  # in the summary, and beside the row
    assert text.count("Enter a valid time.") >= 2 and 'aria-invalid="true"' in text
    assert "data-refused" in text and "data-removed" in text and "checked" in text
    assert WorkingHours.objects.count() == 5


def test_hours_without_a_management_form_are_refused_not_wiped(browser, people):
    assert browser(people.bob).post(MINE, {}).status_code == 422
    assert WorkingHours.objects.count() == 5


def test_hours_wrong_role(browser, people, address):
    assert browser(people.carol).get(MINE).status_code == 403
    assert browser(people.dana).get(address("hours/BOB/")).status_code == 403
    assert browser(people.erin).post(address("hours/BOB/"), NEW_WEEK).status_code == 403
    assert browser(people.erin, htmx=True).post(address("hours/BOB/") + "?preview=1", NEW_WEEK).status_code == 403
    assert browser().get(MINE)["Location"].startswith("/account/login/")


def test_hours_of_a_stranger(browser, people, address, noor):
    theirs = address("hours/BOB/", noor)
    assert browser(people.bob).get(theirs).status_code == 404
    assert browser(people.bob).post(theirs, NEW_WEEK).status_code == 404
    assert not WorkingHours.objects.filter(therapist=noor).exists()
    assert browser(people.alice).get("/schedule/hours/00000000-0000-4000-8000-000000000000/").status_code == 404
    assert browser(people.alice).get(MINE).status_code == 404  # she treats nobody


def test_hours_wrong_method(browser, people):
    assert browser(people.bob).put(MINE).status_code == 405
    assert browser(people.bob).delete(MINE).status_code == 405


def test_hours_nobody_has_set_yet(browser, people, address, noor):
    text = browser(people.alice).get(address("hours/BOB/", noor)).content.decode()
    assert "No hours" in text and "Longer, shorter or no hours" in text and "Nothing is planned." in text


def test_hours_say_when_nothing_can_be_booked(browser, people, address):
    Therapist.objects.filter(user=people.bob).update(availability="on_leave")
    assert "On leave: nothing can be booked" in browser(people.bob).get(MINE).content.decode()
    waiting = TherapistFactory(status=Therapist.Status.PENDING)
    WorkingHoursFactory(therapist=waiting)
    page = browser(people.alice).get(address("hours/BOB/", waiting))
    assert "Not bookable yet" in page.content.decode() and page.context["offered"] == 40


def test_hours_of_another_zone_say_so(browser, people):
    Therapist.objects.filter(user=people.bob).update(time_zone="Europe/London")
    assert "Greenwich Mean Time" in browser(people.bob).get(MINE).content.decode()


def test_hours_early_and_late_widen_the_picture(browser, people, bob):
    WorkingHoursFactory(therapist=bob, weekday=5, starts_minute=5 * 60, ends_minute=24 * 60)
    week = browser(people.bob).get(MINE).context["week"]
    assert (week["first"], week["last"], week["hours"]) == (4, 24, 59)
    assert week["days"][5]["blocks"][0] == {
        "y": "5%",
        "height": "95%",
        "starts": "5:00\u202fAM",
        "ends": "12:00\u202fAM",
    }


def test_hours_same_queries_for_one_row_and_thirty(browser, people, bob):
    bob_browser = browser(people.bob)

    def count():
        bob_browser.get(MINE)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            bob_browser.get(MINE)
        return len(seen)

    one = count()
    for number in range(30):
        on = dt.date(2026, 12, 1) + dt.timedelta(days=number)
        HoursExceptionSpanFactory(exception__therapist=bob, exception__on=on)
        TimeOffFactory(therapist=bob, starts_on=on, ends_on=on)
        ClosureFactory(starts_on=on, ends_on=on)
    assert count() == one + 1  # the spans of the dates, once there are any
    assert one <= 14


def test_hours_warn_of_sessions_outside(browser, people, book):
    book(at(TUESDAY, "16:00"))
    book(at(TUESDAY, "15:00"), patient=PatientFactory())
    browser(people.bob).post(MINE, NEW_WEEK)
    assert "2 booked sessions lie outside these hours" in browser(people.bob).get(MINE).content.decode()
