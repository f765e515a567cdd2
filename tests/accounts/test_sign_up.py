"""From a stranger with an address to a patient who is where they wanted to be."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.db import IntegrityError

from apps.accounts.forms import PatientSignup
from apps.accounts.models import AuditRecord, User
from apps.accounts.signals import patient_signed_up

NEW = {
    "given_name": "Nadia",
    "family_name": "Newman",
    "email": "Nadia@New.example",
    "password1": "quiet-river-42-stone",
}
ADDRESS = "nadia@new.example"


@pytest.fixture
def signed_up():
    """Everybody for whom `patient_signed_up` was sent."""
    users = []

    def note(sender, user, **facts):
        users.append(user)

    patient_signed_up.connect(note)
    yield users
    patient_signed_up.disconnect(note)


def test_sign_up_midway_ends_where_it_began(browser, last_code, signed_up):
    """The booking flow sends a guest here and finds them again: the address, and what the session kept."""
    guest = browser()
    session = guest.session
    session["hold"] = "token-of-the-hold"
    session.save()
    key = session.session_key

    answer = guest.post("/account/signup/?next=/book/resume/", NEW)
    assert answer.status_code == 302 and answer.url == "/account/confirm-email/"
    assert not signed_up and "_auth_user_id" not in guest.session
    answer = guest.post("/account/confirm-email/", {"code": last_code(ADDRESS)})

    assert answer.status_code == 302 and answer.url == "/book/resume/"
    user = User.objects.get(email=ADDRESS)
    assert guest.session["_auth_user_id"] == str(user.pk)
    assert guest.session["hold"] == "token-of-the-hold" and guest.session.session_key != key
    assert (user.given_name, user.family_name, user.roles) == ("Nadia", "Newman", ["patient"])
    assert signed_up == [user]
    assert EmailAddress.objects.get(user=user).verified
    assert AuditRecord.objects.about(user).filter(verb="signed up", by=user).exists()


def test_sign_in_page_hands_next_on_to_sign_up(browser):
    page = browser().get("/account/login/?next=/book/resume/").content.decode()
    assert "/account/signup/?next=%2Fbook%2Fresume%2F" in page


def test_next_of_another_host_is_not_followed(browser, last_code):
    for elsewhere in ("https://evil.example/", "//evil.example/", "http://harbour.localhost/x/", "javascript:alert(1)"):
        cache.clear()
        guest = browser()
        guest.post("/account/signup/", {**NEW, "email": f"n{len(elsewhere)}@new.example", "next": elsewhere})
        code = last_code(f"n{len(elsewhere)}@new.example")
        assert guest.post("/account/confirm-email/", {"code": code}).url == "/home/"


def test_sign_up_of_a_known_address_looks_the_same_and_tells_the_owner(browser, last_mail, people):
    strange, known = browser(), browser()
    first = strange.post("/account/signup/", NEW)
    second = known.post("/account/signup/", {**NEW, "email": people.carol.email})
    assert (first.status_code, first.url) == (second.status_code, second.url) == (302, "/account/confirm-email/")
    pages = [client.get("/account/confirm-email/").content.decode() for client in (strange, known)]
    assert [page.count("<button") for page in pages] == [pages[0].count("<button")] * 2
    assert "already" in last_mail(people.carol.email).text
    assert User.objects.filter(email=people.carol.email).count() == 1


def test_sign_up_of_a_known_address_hashes_as_often_as_a_new_one(browser, people, monkeypatch):
    """Hashing is what takes the time: without it a known address would be told by the clock."""
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *facts: hashed.append(1) or encode(*facts))
    browser().post("/account/signup/", NEW)
    new, known = len(hashed), browser()
    known.post("/account/signup/", {**NEW, "email": people.carol.email})
    assert new > 0 and len(hashed) == 2 * new


def test_sign_up_lost_race_for_an_address_is_answered_as_known(browser, monkeypatch, people):
    def late(form, request):
        if not form.account_already_exists:
            raise IntegrityError

    monkeypatch.setattr(PatientSignup, "save", late)
    assert browser().post("/account/signup/", NEW).status_code == 302


def test_sign_up_wrong_code_three_times_ends_it(browser, last_code, signed_up):
    guest = browser()
    guest.post("/account/signup/", NEW)
    code = last_code(ADDRESS)
    wrong = "0000-0000" if code != "0000-0000" else "1111-1111"
    assert [guest.post("/account/confirm-email/", {"code": wrong}).status_code for _ in range(3)] == [200, 200, 302]
    guest.post("/account/confirm-email/", {"code": code})
    assert "_auth_user_id" not in guest.session and not signed_up


def test_sign_up_keeps_what_was_typed(browser):
    page = browser().post("/account/signup/", {**NEW, "password1": "short"}).content.decode()
    assert 'value="Nadia"' in page and "too short" in page


def test_code_of_an_address_disarms_a_password_set_by_somebody_else(browser, last_code, signed_up):
    """Somebody signs up with another's address and waits; the owner proves it by a sign-in code."""
    browser().post("/account/signup/", NEW)
    owner = browser()
    owner.post("/account/login/code/", {"email": ADDRESS})
    assert owner.post("/account/login/code/confirm/", {"code": last_code(ADDRESS)}).status_code == 302
    user = User.objects.get(email=ADDRESS)
    assert "_auth_user_id" in owner.session and signed_up == [user]
    assert not user.has_usable_password()
    assert AuditRecord.objects.about(user).filter(changes={"password": "changed"}).count() == 1
    stranger = browser()
    stranger.post("/account/login/", {"login": ADDRESS, "password": NEW["password1"]})
    assert "_auth_user_id" not in stranger.session


def test_nobody_signs_up_on_the_public_host(client, db):
    assert client.get("/account/signup/", HTTP_HOST="localhost").status_code == 404
    assert client.get("/.well-known/change-password", HTTP_HOST="localhost").status_code == 404
