import pytest
from allauth.account.models import EmailAddress

from apps.accounts import actions
from apps.accounts.models import User
from apps.accounts.tokens import invitation_path

PASSWORD = "quiet-river-42-stone"
BOTH = {"password1": PASSWORD, "password2": PASSWORD}


@pytest.fixture
def tess(people):
    facts = {"given_name": "Tess", "family_name": "Turner", "roles": ["therapist"]}
    return actions.invite_user(by=people.alice, email="tess@sunrise.example", **facts)


def test_invitation_accept_sets_password_proves_address_signs_in(browser, tess):
    path, client = invitation_path(tess), browser()
    page = client.get(path)
    assert page.status_code == 200 and "Welcome, Tess" in page.content.decode()
    answer = client.post(path, BOTH)
    assert answer.status_code == 302 and answer.url == "/home/"
    assert client.session["_auth_user_id"] == str(tess.pk)
    assert User.objects.get(pk=tess.pk).check_password(PASSWORD)
    assert EmailAddress.objects.get(user=tess).verified


def test_invitation_accept_works_once(browser, tess):
    path = invitation_path(tess)
    browser().post(path, BOTH)
    answer = browser().post(path, {"password1": "other-password-77", "password2": "other-password-77"})
    assert answer.status_code == 410 and "once, for a week" in answer.content.decode()
    assert User.objects.get(pk=tess.pk).check_password(PASSWORD)


@pytest.mark.parametrize("typed", [{"password1": "short", "password2": "short"}, {**BOTH, "password2": "another"}, {}])
def test_invitation_accept_invalid(browser, tess, typed):
    assert browser().post(invitation_path(tess), typed).status_code == 422
    assert not User.objects.get(pk=tess.pk).has_usable_password()


def test_invitation_accept_wrong_link(browser, tess):
    path = invitation_path(tess)
    assert browser().get(path[:-3] + "xx/").status_code == 410
    assert browser().get("/people/invitation/nonsense/token/").status_code == 410


def test_invitation_accept_wrong_method(browser, tess):
    assert browser().delete(invitation_path(tess)).status_code == 405


def test_invitation_accept_by_somebody_signed_in_ends_as_the_invited(browser, people, tess):
    client = browser(people.carol)
    client.post(invitation_path(tess), BOTH)
    assert client.session["_auth_user_id"] == str(tess.pk)
