import csv
import io

from django.urls import reverse

from apps.accounts.roles import Role
from tests.factories import UserFactory

LIST = "/people/users/"


def test_user_list_shows_everybody_with_their_roles(browser, people):
    page = browser(people.alice).get(LIST)
    assert page.status_code == 200
    text = page.content.decode()
    assert "Oscar Desk" in text and "oscar@sunrise.example" in text and "Front desk" in text
    assert reverse("accounts:user-update", args=[people.oscar.pk]) in text


def test_user_list_fragment_is_only_the_list(browser, people):
    page = browser(people.alice, htmx=True).get(LIST, {"q": "osc"})
    text = page.content.decode()
    assert "<html" not in text and 'id="list"' in text
    assert "oscar@" in text and "erin@" not in text


def test_user_list_readers_see_no_links_to_change(browser, people):
    text = browser(people.oscar).get(LIST).content.decode()
    assert "alice@" in text and reverse("accounts:user-create") not in text
    assert reverse("accounts:user-update", args=[people.alice.pk]) not in text


def test_user_list_wrong_role(browser, people):
    assert browser(people.bob).get(LIST).status_code == 403
    assert browser(people.carol).get(LIST).status_code == 403


def test_user_list_wrong_method(browser, people):
    assert browser(people.alice).post(LIST).status_code == 405


def test_user_list_filters_by_role_and_state(browser, people):
    UserFactory(given_name="Gone", is_active=False)
    UserFactory(given_name="Newcomer", roles=[Role.THERAPIST])
    alice = browser(people.alice)
    found = lambda **query: {user.given_name for user in alice.get(LIST, query).context["page_obj"]}  # noqa: E731
    assert found(role="therapist") == {"Bob", "Newcomer"}
    assert found(state="inactive") == {"Gone"}
    assert "Newcomer" in found(state="invited") and "Alice" not in found(state="invited")
    assert "Alice" in found(state="active")
    assert len(found(role="no-such-role")) > 5


def test_user_list_csv_carries_no_formula(browser, people):
    UserFactory(given_name="=1+1", family_name="@SUM(A1)")
    answer = browser(people.alice).get(LIST, {"format": "csv"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer["Content-Type"].startswith("text/csv") and len(rows) == 8
    assert any(row[:2] == ["'=1+1", "'@SUM(A1)"] for row in rows)


def test_user_list_empty_says_what_next(browser, people):
    text = browser(people.alice).get(LIST, {"q": "zzzz"}).content.decode()
    assert "Nobody fits" in text and "Clear the search" in text


def test_user_list_same_queries_for_one_row_and_thirty(browser, people, django_assert_max_num_queries):
    alice = browser(people.alice)
    alice.get(LIST)
    UserFactory.create_batch(30)
    with django_assert_max_num_queries(6) as seen:
        alice.get(LIST)
    assert len(seen) == 5, [query["sql"] for query in seen]
