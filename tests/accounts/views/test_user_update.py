import uuid

import pytest

from apps.accounts.models import User


@pytest.fixture
def url(people):
    return f"/people/users/{people.bob.pk}/"


FACTS = {"given_name": "Rob", "family_name": "Chen", "roles": ["therapist", "operator"]}


def test_user_update_changes_names_and_roles_at_once(browser, people, url):
    bob = browser(people.bob)
    assert bob.get("/people/users/").status_code == 403
    assert browser(people.alice).post(url, FACTS).url == "/people/users/"
    assert bob.get("/people/users/").status_code == 200
    assert User.objects.get(pk=people.bob.pk).roles == ["operator", "therapist"]


def test_user_update_right_taken_away_ends_at_once(browser, people):
    oscar = browser(people.oscar)
    assert oscar.get("/people/users/").status_code == 200
    facts = {"given_name": "Oscar", "family_name": "Desk", "roles": ["patient"]}
    browser(people.alice).post(f"/people/users/{people.oscar.pk}/", facts)
    assert oscar.get("/people/users/").status_code == 403


def test_user_update_address_is_not_for_staff_to_change(browser, people, url):
    browser(people.alice).post(url, {**FACTS, "email": "mine@evil.example"})
    assert User.objects.get(pk=people.bob.pk).email == "bob@sunrise.example"


def test_user_update_fragment(browser, people, url):
    text = browser(people.alice, htmx=True).get(url).content.decode()
    assert "<html" not in text and 'value="Bob"' in text


def test_user_update_wrong_role(browser, people, url):
    assert browser(people.oscar).get(url).status_code == 403
    assert browser(people.bob).post(url, FACTS).status_code == 403


def test_user_update_nobody(browser, people):
    assert browser(people.alice).get(f"/people/users/{uuid.uuid4()}/").status_code == 404


def test_user_update_wrong_method(browser, people, url):
    assert browser(people.alice).delete(url).status_code == 405


def test_user_update_invalid_keeps_what_was_typed(browser, people, url):
    answer = browser(people.alice).post(url, {**FACTS, "given_name": "", "family_name": "Typed"})
    text = answer.content.decode()
    assert answer.status_code == 422 and 'value="Typed"' in text and "<h1" in text and "Bob Chen" in text


def test_user_update_last_admin(browser, people):
    facts = {"given_name": "Alice", "family_name": "Admin", "roles": ["operator"]}
    answer = browser(people.alice).post(f"/people/users/{people.alice.pk}/", facts)
    assert answer.status_code == 422 and "only active administrator" in answer.content.decode()


def test_user_update_signed_out_goes_to_sign_in(browser, people, url):
    assert browser().get(url).url == f"/account/login/?next={url}"
    htmx = browser(htmx=True).get(url, headers={"HX-Current-URL": "http://sunrise.localhost/people/users/?q=b"})
    assert htmx["HX-Redirect"] == "/account/login/?next=/people/users/%3Fq%3Db"
    nonsense = browser(htmx=True).get(url, headers={"HX-Current-URL": "http://["})
    assert nonsense["HX-Redirect"] == f"/account/login/?next={url}"
