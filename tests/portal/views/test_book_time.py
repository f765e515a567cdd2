import datetime as dt

import pytest
from django.urls import reverse

from apps.portal import booking
from apps.portal.booking import slot_value
from apps.scheduling import world
from apps.scheduling.actions import Slot, hold_slot
from apps.scheduling.errors import ChoiceGone
from apps.sessions.models import Hold
from apps.therapists.models import Therapist
from tests.factories import TimeOffFactory
from tests.factories.world import another_therapist, at, booked


def shown(response, day_part=None):
    """The times of the page as the visitor reads them; struck ones in brackets."""
    starts = [start for _, starts in response.context["agenda"].parts for start in starts]
    local = [start.starts_at.astimezone(dt.timezone(dt.timedelta(hours=-5))) for start in starts]
    return [f"({at:%H:%M})" if start.why else f"{at:%H:%M}" for start, at in zip(starts, local, strict=True)]


def test_the_first_day_with_something_free_is_shown(browser, times_url):
    response = browser().get(times_url())
    assert shown(response)[:3] == ["14:00", "14:15", "14:30"]
    assert response.context["agenda"].day == at(0).date()
    assert [str(label) for label, _ in response.context["agenda"].parts] == ["Afternoon"]


def test_another_day_by_its_address(browser, times_url):
    response = browser().get(times_url(day="2026-11-24"))
    assert (shown(response)[0], shown(response)[-1]) == ("09:00", "16:15")
    assert [str(label) for label, _ in response.context["agenda"].parts] == ["Morning", "Afternoon"]


def test_taken_times_are_struck_through(browser, sunrise, people, times_url):
    booked(sunrise, at(10, days=1), by=people.oscar, override_reason="")
    response = browser().get(times_url(day="2026-11-24"))
    assert shown(response)[:9] == [
        "09:00", "(09:15)", "(09:30)", "(09:45)", "(10:00)", "(10:15)", "(10:30)", "(10:45)", "11:00",
    ]  # fmt: skip
    assert "This time is taken" in response.content.decode()


def test_a_day_without_times_names_the_next_one(browser, times_url):
    response = browser().get(times_url(day="2026-11-28"))
    assert "Nothing free on this day" in response.content.decode()
    assert response.context["agenda"].next_day == dt.date(2026, 11, 30)
    assert "Next free day: Mon, Nov 30" in response.content.decode()


def test_nothing_at_all_is_no_dead_end(browser, times_url, bob):
    TimeOffFactory(therapist=bob, starts_on=at(0).date(), ends_on=at(0, days=90).date())
    world.forget()
    page = browser().get(times_url()).content.decode()
    assert "No free times in the coming weeks" in page
    assert reverse("portal:book-therapist") in page


def test_the_first_free_day_may_lie_beyond_the_strip(browser, times_url, bob):
    TimeOffFactory(therapist=bob, starts_on=at(0).date(), ends_on=at(0, days=20).date())
    world.forget()
    agenda = browser().get(times_url()).context["agenda"]
    assert agenda.day == at(0, days=21).date()
    assert agenda.earlier_url


@pytest.mark.parametrize("day", ["nonsense", "1999-01-01", "2999-01-01"])
def test_odd_days_are_bent_into_the_horizon(browser, times_url, day):
    assert browser().get(times_url(day=day)).status_code == 200


@pytest.mark.parametrize("name", ["day", "at", "for", "therapist", "type", "mode"])
@pytest.mark.parametrize(
    "value", ["%00", "9999-12-31", "0001-01-01", "9999-12-31T23:59Z~bob-chen", "0001-01-01T00:00Z~bob-chen"]
)
def test_made_up_addresses_break_nothing(browser, speech, noon, name, value):
    client = browser()
    client.cookies["tz"] = "Pacific/Kiritimati"
    query = {"type": speech.pk, "mode": "video", "therapist": "bob-chen", name: value}
    address = "&".join(f"{key}={text}" for key, text in query.items())
    assert client.get(f"{reverse('portal:book-time')}?{address}", follow=True).status_code == 200


def test_times_are_the_visitors_and_the_centres_beside(browser, times_url):
    client = browser()
    client.cookies["tz"] = "Europe%2FBerlin"  # as static/js/timezone.js writes it
    page = client.get(times_url(day="2026-11-24")).content.decode()
    assert "3:00\N{NARROW NO-BREAK SPACE}PM" in page
    assert "9:00\N{NARROW NO-BREAK SPACE}AM" in page
    assert "Central European" in page


def test_parts_of_the_day_are_the_visitors(browser, times_url):
    """Nine to five in New York is from half past seven in the evening on in Kolkata, and past midnight."""
    client = browser()
    client.cookies["tz"] = "Asia/Kolkata"
    morning, evening = client.get(times_url(day="2026-11-25")).context["agenda"].parts
    assert (str(morning[0]), str(evening[0])) == ("Morning", "Evening")
    assert [morning[1][0].starts_at, morning[1][-1].starts_at] == [at(13, 30, days=1), at(16, 15, days=1)]
    assert [evening[1][0].starts_at, evening[1][-1].starts_at] == [at(9, days=2), at(13, 15, days=2)]


def test_a_far_visitors_day_takes_from_two_of_the_therapists(browser, times_url):
    client = browser()
    client.cookies["tz"] = "Asia/Tokyo"
    agenda = client.get(times_url(day="2026-11-25")).context["agenda"]
    starts = [start.starts_at for _, starts in agenda.parts for start in starts]
    assert min(starts) == at(10, days=1)  # midnight in Tokyo
    assert max(starts) == at(9, 45, days=2)


def test_among_several_each_time_stands_once_with_a_name(browser, times_url):
    another_therapist()
    response = browser().get(times_url("any", day="2026-11-24"))
    assert len(shown(response)) == len(set(shown(response)))
    assert "Tara Novak" in response.content.decode() or "Bob Chen" in response.content.decode()


def test_unknown_choices_go_back_a_step(browser, times_url):
    response = browser().get(times_url("nobody"))
    assert response["Location"].startswith(reverse("portal:book-therapist"))


def test_fragment_is_the_times_alone(browser, times_url):
    page = browser(htmx=True).get(times_url()).content.decode().strip()
    assert page.startswith('<div id="times"')


def test_choosing_keeps_the_time_and_goes_on(browser, choose, sunrise):
    client = browser()
    response = choose(client)
    assert response["Location"] == reverse("portal:book-details")
    hold = Hold.objects.get()
    assert hold.starts_at == at(10, days=1)
    assert hold.expires_at == at(12, 10)
    assert hold.token == client.session["booking"]["token"]


def test_choosing_again_lets_the_earlier_time_go(browser, choose, times_url):
    client = browser()
    choose(client)
    choose(client, slot_value(at(15, days=1).astimezone(dt.UTC), "bob-chen"))
    assert Hold.objects.get().starts_at == at(15, days=1)


def test_ones_own_time_is_free_and_chosen_when_one_comes_back(browser, choose, times_url, ten):
    client = browser()
    choose(client)
    response = client.get(times_url())
    assert response.context["selected"] == ten
    assert "10:00" in shown(response)
    assert "(10:00)" in shown(browser().get(times_url(day="2026-11-24")))


@pytest.mark.parametrize(
    "slot", ["", "nonsense", "9999-12-31T23:59Z~bob-chen", "2026-11-24T15:00Z~nobody", "2026-99-24T15:00Z~bob-chen"]
)
def test_no_time_chosen_is_said(browser, times_url, slot):
    response = browser().post(times_url(), {"slot": slot})
    assert response.status_code == 422
    assert "Please choose a time." in response.content.decode()
    assert not Hold.objects.exists()


def test_null_characters_are_refused(browser, times_url):
    assert browser().post(times_url(), {"slot": "a\0b"}).status_code == 422


def test_loser_of_a_race_is_offered_the_three_nearest(browser, choose, times_url, sunrise, people):
    booked(sunrise, at(10, days=1), by=people.oscar, override_reason="")
    client = browser()
    response = choose(client)
    assert response.status_code == 409
    assert [one.starts_at for one in response.context["alternatives"]] == [
        at(9, days=1), at(11, days=1), at(11, 15, days=1),
    ]  # fmt: skip
    choose(client, response.context["alternatives"][1].value)
    assert Hold.objects.get().starts_at == at(11, days=1)


def test_without_near_times_of_one_others_are_offered(browser, choose, bob):
    another_therapist()
    TimeOffFactory(therapist=bob, starts_on=at(0).date(), ends_on=at(0, days=40).date())
    world.forget()
    response = choose(browser())
    assert response.status_code == 409
    assert {one.therapist.user.given_name for one in response.context["alternatives"]} == {"Tara"}


def test_held_by_somebody_else_is_taken(browser, choose, sunrise, bob, speech):
    hold_slot(centre=sunrise, slot=Slot(bob, speech, "video", at(10, days=1)), token="another browser")
    assert choose(browser()).status_code == 409


def test_a_therapist_on_leave_since_is_explained(browser, choose):
    Therapist.objects.update(availability="on_leave")
    response = choose(browser())
    assert response.status_code == 409
    assert "on leave" in response.content.decode()


def test_a_type_that_was_removed_at_the_last_moment_is_explained(browser, choose, monkeypatch, speech):
    def gone(**facts):
        speech.delete()
        raise ChoiceGone

    monkeypatch.setattr(booking.actions, "hold_slot", gone)
    response = choose(browser())
    assert response.status_code == 409
    assert str(ChoiceGone.message) in response.content.decode()


def test_too_many_holds_are_refused(browser, choose, monkeypatch):
    monkeypatch.setattr(booking, "MOST_HOLDS", 2)
    client = browser()
    assert [choose(client).status_code for _ in range(3)] == [302, 302, 422]
    assert "You have chosen many times" in choose(client).content.decode()


def test_the_count_is_each_persons_own(browser, people, choose, monkeypatch):
    monkeypatch.setattr(booking, "MOST_HOLDS", 1)
    assert [choose(browser()).status_code for _ in range(2)] == [302, 422]
    assert choose(browser(people.carol)).status_code == 409  # counted apart: it is the time that is taken


def test_the_team_does_not_book_here(browser, people, choose, times_url):
    assert choose(browser(people.oscar)).status_code == 403
    assert "Continue" not in browser(people.oscar).get(times_url()).content.decode()


def test_two_clicks_from_a_profile(browser, people, choose):
    client = browser(people.carol)
    assert choose(client, quick="1")["Location"] == reverse("portal:book-review")


def test_two_clicks_only_when_nothing_is_missing(browser, people, choose):
    people.carol.patient.phone = ""
    people.carol.patient.save()
    client = browser(people.carol)
    assert choose(client, quick="1")["Location"] == reverse("portal:book-details")


def test_wrong_method(browser, times_url):
    assert browser().delete(times_url()).status_code == 405


def test_queries_stay_few(browser, times_url, django_assert_max_num_queries):
    client = browser()
    client.get(times_url())
    with django_assert_max_num_queries(9):
        client.get(times_url(day="2026-11-24"))
