"""Authenticator apps, recovery codes and passkeys; their scripts under the strict policy."""

import json
import re

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.totp.internal.auth import yield_hotp_counters_from_time as counters
from allauth.mfa.webauthn.internal import auth
from django.core.cache import cache
from django_tenants.utils import tenant_context

from apps.accounts import sealing
from apps.accounts.models import AuditRecord, User
from tests.accounts.conftest import PASSWORD

LOGIN = "/account/login/"


def code_now(secret):
    return format_hotp_value(hotp_value(secret, next(iter(counters()))))


def enter(client, user):
    """Sign in and show that it is really they, as every page of the second factor asks."""
    client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def test_totp_from_set_up_to_sign_in(browser, people):
    client = enter(browser(), people.alice)
    page = client.get("/account/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert "Sunrise%20Therapy" in page.context["totp_url"]
    client.post("/account/2fa/totp/activate/", {"code": code_now(secret)})
    stored = Authenticator.objects.get(user=people.alice, type="totp").data["secret"]
    assert secret not in stored and get_adapter().decrypt(stored) == secret

    cache.clear()  # a code is good once; another one would take half a minute
    fresh = browser()
    assert fresh.post(LOGIN, {"login": people.alice.email, "password": PASSWORD}).url == "/account/2fa/authenticate/"
    assert "_auth_user_id" not in fresh.session
    fresh.post("/account/2fa/authenticate/", {"code": code_now(secret)})
    assert fresh.session["_auth_user_id"] == str(people.alice.pk)


def test_second_factor_leaves_a_record(people):
    found = TOTP.activate(people.alice, generate_totp_secret()).instance
    facts = {"request": None, "user": people.alice, "authenticator": found}
    authenticator_added.send(Authenticator, **facts)
    authenticator_removed.send(Authenticator, **facts)
    changes = AuditRecord.objects.about(people.alice).order_by("id").values_list("changes", flat=True)
    assert [change["second factor"].partition(":")[0] for change in changes] == ["set up", "removed"]


def test_totp_code_is_good_once_in_a_centre_and_marked_for_that_centre_only(harbour, people):
    secret = generate_totp_secret()
    here = TOTP.activate(people.alice, secret)
    code = code_now(secret)
    assert here.validate_code(code) and not here.validate_code(code)
    with tenant_context(harbour):
        twin = User.objects.create(pk=people.alice.pk, email="twin@harbour.example")
        assert TOTP.activate(twin, secret).validate_code(code)


def test_sealed_secret_opens_in_its_own_centre_only(harbour, sunrise, settings):
    sealed = sealing.seal("JBSWY3DP", purpose="mfa")
    assert sealing.unseal(sealed, purpose="mfa") == "JBSWY3DP"
    with pytest.raises(sealing.NotReadable):
        sealing.unseal(sealed, purpose="other")
    with tenant_context(harbour), pytest.raises(sealing.NotReadable):
        sealing.unseal(sealed, purpose="mfa")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "k" * 50, [settings.SECRET_KEY]
    assert sealing.unseal(sealed, purpose="mfa") == "JBSWY3DP"


def test_recovery_code_signs_in_once(browser, people):
    client = enter(browser(), people.alice)
    secret = client.get("/account/2fa/totp/activate/").context["form"].secret
    client.post("/account/2fa/totp/activate/", {"code": code_now(secret)})
    codes = client.get("/account/2fa/recovery-codes/").context["unused_codes"]
    assert len(codes) == 10
    for expected in (True, False):
        fresh = browser()
        fresh.post(LOGIN, {"login": people.alice.email, "password": PASSWORD})
        fresh.post("/account/2fa/authenticate/", {"code": codes[0]})
        assert ("_auth_user_id" in fresh.session) is expected


PAGES = [
    "/account/2fa/",
    "/account/2fa/webauthn/",
    "/account/2fa/webauthn/add/",
    "/account/2fa/totp/activate/",
    "/account/email/",
    "/account/password/change/",
    "/account/sessions/",
]


@pytest.mark.parametrize("path", PAGES)
def test_account_page_has_no_inline_script_or_style(browser, people, path):
    answer = enter(browser(), people.alice).get(path)
    assert answer.status_code == 200
    page = answer.content.decode()
    for script in re.findall(r"<script\b[^>]*>", page):
        assert "src=" in script or 'type="application/json"' in script, script
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style", page)


def test_sign_in_page_offers_a_passkey(browser):
    page = browser().get(LOGIN).content.decode()
    assert "mfa/js/webauthn.js" in page and "allauth.webauthn.forms.loginForm" in page
    asked = browser().get("/account/2fa/webauthn/login/", headers={"Accept": "application/json"}).json()
    assert asked["request_options"]["publicKey"]["rpId"] == "sunrise.localhost"


def answer(**facts):
    response = {"clientDataJSON": "e30", "authenticatorData": "AAAA", "signature": "AA", "attestationObject": "oA"}
    return json.dumps({"id": "eA", "rawId": "eA", "type": "public-key", "response": response, **facts})


NO_ANSWERS = {
    "empty": "",
    "a list": "[]",
    "a number": "1",
    "too long a number": "9" * 5000,
    "too deep": "[" * 100_000,
    "no raw id": '{"id": 1}',
    "another raw id": answer(rawId="eB"),
    "half a surrogate pair": answer(id="\ud800", rawId="\ud800"),
    "a response of no kind": answer(response=[]),
    "no such authenticator": answer(),
}


@pytest.mark.parametrize("sent", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_passkey_answer_that_is_none_signs_nobody_in(browser, sent):
    guest, url = browser(), "/account/2fa/webauthn/login/"
    guest.get(url, headers={"Accept": "application/json"})
    refusal = guest.post(url, {"credential": sent})
    assert refusal.status_code == 302 and "_auth_user_id" not in guest.session


@pytest.mark.parametrize("sent", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_passkey_answer_that_is_none_is_not_kept(browser, people, sent):
    alice, url = enter(browser(), people.alice), "/account/2fa/webauthn/add/"
    assert alice.get(url).status_code == 200
    refusal = alice.post(url, {"credential": sent, "name": "Mine"})
    assert refusal.context["form"].errors
    assert not Authenticator.objects.exists()


# --- a passkey's wrong answer ------------------------------------------------------------------------------------------

ONCE_MORE = "/account/2fa/webauthn/reauthenticate/"
NOT_ACCEPTED = "The passkey was not accepted"


@pytest.fixture
def with_passkey(people):
    """Carol, who has a passkey; what it holds is never looked at, as no answer of it is good."""
    Authenticator.objects.create(user=people.carol, type=Authenticator.Type.WEBAUTHN, data={"name": "Key"})
    return people.carol


@pytest.fixture
def blank_keys(monkeypatch):
    monkeypatch.setattr(auth, "get_credentials", lambda user: [])


@pytest.mark.parametrize("sent", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_wrong_answer_of_somebody_signed_in_is_said_on_the_page(browser, with_passkey, blank_keys, sent):
    carol = browser(with_passkey)
    refusal = carol.post(ONCE_MORE, {"credential": sent, "next": "/account/email/?from=mail"})
    assert refusal.status_code == 422 and NOT_ACCEPTED in refusal.text
    assert 'name="next" value="/account/email/?from=mail"' in refusal.text
    assert refusal.context["js_data"]["request_options"]["publicKey"]["challenge"]


def test_wrong_answer_at_the_sign_in_keeps_where_one_was_going(browser):
    refusal = browser().post("/account/2fa/webauthn/login/", {"credential": "{}", "next": "/book/resume/?x=1"})
    assert refusal.url == f"{LOGIN}?next=%2Fbook%2Fresume%2F%3Fx%3D1"
    elsewhere = browser().post("/account/2fa/webauthn/login/", {"credential": "{}", "next": "//elsewhere.example/"})
    assert elsewhere.url == LOGIN


def test_wrong_answer_at_the_second_step_is_said(browser, with_passkey, blank_keys):
    client = browser()
    client.post(LOGIN, {"login": with_passkey.email, "password": PASSWORD})
    refusal = client.post("/account/2fa/authenticate/", {"credential": "{}"})
    assert NOT_ACCEPTED in refusal.text and "_auth_user_id" not in client.session
