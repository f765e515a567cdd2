import uuid

import pytest

from apps.accounts.models import User


@pytest.fixture
def url(people):
    return f"/people/users/{people.bob.pk}/deactivate/"


def test_user_deactivate_ends_every_session_at_once(browser, people, url):
    bobs = [browser(), browser()]
    for bob in bobs:
        bob.post("/account/login/", {"login": people.bob.email, "password": "a-good-password-1"})
        assert bob.get("/account/email/").status_code == 200
    answer = browser(people.alice).post(url)
    assert answer.status_code == 302 and answer.url == f"/people/users/{people.bob.pk}/"
    assert [bob.get("/account/email/").status_code for bob in bobs] == [302, 302]
    browser(people.alice).post(url.replace("deactivate", "activate"))
    assert User.objects.get(pk=people.bob.pk).is_active
    assert [bob.get("/account/email/").status_code for bob in bobs] == [302, 302]


def test_user_deactivate_asks_first(browser, people, url):
    page = browser(people.alice).get(url)
    assert page.status_code == 200 and "Deactivate Bob Chen?" in page.content.decode()
    assert "<html" not in browser(people.alice, htmx=True).get(url).content.decode()
    assert User.objects.get(pk=people.bob.pk).is_active


def test_user_deactivate_last_admin(browser, people):
    answer = browser(people.alice).post(f"/people/users/{people.alice.pk}/deactivate/")
    assert answer.status_code == 422 and "only active administrator" in answer.content.decode()
    assert User.objects.get(pk=people.alice.pk).is_active


@pytest.mark.parametrize("act", ["deactivate", "activate", "invite"])
def test_user_buttons_rights_methods_and_nobody(browser, people, act):
    url = f"/people/users/{people.bob.pk}/{act}/"
    assert browser(people.oscar).post(url).status_code == 403
    assert browser(people.alice).put(url).status_code == 405
    assert browser(people.alice).post(f"/people/users/{uuid.uuid4()}/{act}/").status_code == 404


@pytest.mark.parametrize("act", ["activate", "invite"])
def test_user_buttons_are_no_links(browser, people, act):
    assert browser(people.alice).get(f"/people/users/{people.bob.pk}/{act}/").status_code == 405


def test_user_invite_again_says_why_not(browser, people):
    browser(people.bob)
    User.objects.filter(pk=people.bob.pk).update(last_login="2026-01-01T00:00Z")
    page = browser(people.alice).post(f"/people/users/{people.bob.pk}/invite/", follow=True).content.decode()
    assert "needs no invitation" in page
