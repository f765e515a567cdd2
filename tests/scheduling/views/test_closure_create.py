import datetime as dt

from apps.accounts.models import AuditRecord
from apps.scheduling.models import Closure
from tests.scheduling.conftest import TUESDAY

LIST, NEW = "/schedule/closures/", "/schedule/closures/new/"
FACTS = {"name": "Team day", "starts_on": "2026-11-24"}


def test_closure_create_holds_at_once(browser, people, free_on, elsewhere):
    assert free_on(TUESDAY)
    elsewhere(lambda: browser(people.alice).post(NEW, FACTS))
    assert free_on(TUESDAY) == []
    closure = Closure.objects.get()
    assert (closure.name, closure.ends_on) == ("Team day", TUESDAY)
    record = AuditRecord.objects.get(object_id=str(closure.pk))
    assert (record.verb, record.by) == ("created", people.alice)


def test_closure_create_says_how_many_are_booked(browser, people, book):
    book()
    page = browser(people.alice).post(NEW, FACTS, follow=True)
    said = [str(message) for message in page.context["messages"]]
    assert said == ["Saved. 1 session is already booked on these days: move or cancel it."]
    page = browser(people.alice).post(NEW, {**FACTS, "starts_on": "2026-12-01"}, follow=True)
    assert "Nothing can be booked on these days" in str(next(iter(page.context["messages"])))


def test_closure_create_fragment(browser, people):
    alice = browser(people.alice, htmx=True)
    text = alice.get(NEW).content.decode()
    assert "<html" not in text and 'name="starts_on"' in text
    assert alice.post(NEW, FACTS)["HX-Redirect"] == LIST


def test_closure_create_invalid_keeps_what_was_typed(browser, people):
    page = browser(people.alice).post(NEW, {**FACTS, "ends_on": "2026-11-20"})
    text = page.content.decode()
    assert page.status_code == 422 and not Closure.objects.exists()
    assert all(f'value="{typed}"' in text for typed in ("Team day", "2026-11-24", "2026-11-20"))


def test_closure_create_wrong_role(browser, people):
    for user in (people.oscar, people.erin, people.bob, people.carol):
        assert browser(user).get(NEW).status_code == 403
        assert browser(user).post(NEW, FACTS).status_code == 403
    assert not Closure.objects.exists()


def test_closure_create_wrong_method(browser, people):
    assert browser(people.alice).delete(NEW).status_code == 405


def test_closure_create_over_a_long_time_costs_no_more(browser, people, free_on):
    facts = {"name": "For ever", "starts_on": "2000-01-01", "ends_on": "2036-01-01"}
    assert browser(people.alice).post(NEW, facts).status_code == 302
    assert free_on(TUESDAY) == [] and free_on(TUESDAY + dt.timedelta(days=300), by_staff=True) == []


def test_closure_create_in_the_past_shows_where_it_stands(browser, people):
    page = browser(people.alice).post(NEW, {**FACTS, "starts_on": "2026-11-02"}, follow=True)
    assert [row.name for row in page.context["page_obj"]] == ["Team day"]
    assert "stands among the past ones" in str(next(iter(page.context["messages"])))
