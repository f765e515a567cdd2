import csv
import io

import pytest

from apps.notifications.models import Message
from tests.factories import MessageFactory

URL = "/messages/"


def subjects(page):
    return [message.subject for message in page.context["page_obj"]]


@pytest.mark.parametrize("who", ["alice", "oscar"])
def test_desk_sees_every_message(browser, people, who):
    MessageFactory(subject="To Carol", to_user=people.carol)
    page = browser(getattr(people, who)).get(URL)
    assert page.status_code == 200
    assert subjects(page) == ["To Carol"]


def test_therapist_sees_what_was_sent_to_them(browser, people):
    MessageFactory(subject="To Bob", to_user=people.bob)
    MessageFactory(subject="To Carol", to_user=people.carol)
    assert subjects(browser(people.bob).get(URL)) == ["To Bob"]


@pytest.mark.parametrize("who", ["erin", "carol", "dana"])
def test_others_may_not(browser, people, who):
    assert browser(getattr(people, who)).get(URL).status_code == 403


def test_nobody_is_sent_to_sign_in(browser):
    assert browser().get(URL).url.startswith("/account/login/")


def test_fragment_is_the_list_alone(browser, people):
    page = browser(people.alice, htmx=True).get(URL)
    assert b'id="list"' in page.content and b"<html" not in page.content


def test_post_is_not_allowed(browser, people):
    assert browser(people.alice).post(URL).status_code == 405


@pytest.mark.parametrize(
    "query", ["q=lunch", "q=nora@", "q=Nora", "state=failed", "kind=account", "q=lunch&state=failed"]
)
def test_search_and_filters_narrow(browser, people, query):
    MessageFactory(
        subject="About lunch", to_name="Nora", to_address="nora@x.example", state="failed", kind=Message.Kind.ACCOUNT
    )
    MessageFactory()
    assert subjects(browser(people.alice).get(f"{URL}?{query}")) == ["About lunch"]


def test_nothing_found_differs_from_nothing_yet(browser, people):
    alice = browser(people.alice)
    assert b"No messages yet" in alice.get(URL).content
    assert b"No message matches" in alice.get(f"{URL}?q=zzz").content


@pytest.mark.parametrize("sort", ["subject", "-subject", "to", "written", "-state", "nonsense"])
def test_every_sort_answers(browser, people, sort):
    MessageFactory.create_batch(2)
    assert len(subjects(browser(people.alice).get(f"{URL}?sort={sort}"))) == 2


def test_csv_holds_no_formula(browser, people):
    MessageFactory(subject="=1+1")
    page = browser(people.alice).get(f"{URL}?format=csv")
    (row,) = csv.DictReader(io.StringIO(page.content.decode("utf-8-sig")))
    assert row["Subject"] == "'=1+1" and row["State"] == "Waiting"


def test_queries_do_not_grow_with_rows(browser, people, django_assert_num_queries):
    alice = browser(people.alice)
    MessageFactory()
    alice.get(URL)
    with django_assert_num_queries(5):  # session, user, permissions, count, rows
        alice.get(URL)
    MessageFactory.create_batch(29)
    with django_assert_num_queries(5):
        alice.get(URL)


def test_other_centre_has_no_such_log(browser, people):
    MessageFactory(subject="To Carol")
    assert browser(people.alice, slug="harbour").get(URL).status_code == 302


def test_error_and_state_are_shown(browser, people):
    MessageFactory(state="failed", error="The mail server answered 550: unknown")
    page = browser(people.alice).get(URL).content.decode()
    assert "Failed" in page and "answered 550: unknown" in page
