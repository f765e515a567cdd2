"""Signing in with more than a password, to the end: an authenticator app, its recovery codes, a passkey."""

import base64
import hashlib
import hmac
import re
import struct
import time
import uuid

import pytest

from tests.e2e import walk
from tests.e2e.conftest import PHONE
from tests.e2e.flow import NEW_PASSWORD, sign_up

pytestmark = pytest.mark.e2e


@pytest.fixture
def nadia(visitor, letter_to):
    """A new patient who has just signed up, and who has shown once more that it is her."""
    person = visitor(PHONE)
    person.address = f"nadia-{uuid.uuid4().hex[:8]}@new.example"
    person.go("/account/signup/")
    sign_up(person, person.address, letter_to)
    person.page.wait_for_url("**/my/")
    return person


def submit(page, name, value):
    page.fill(f"input[name={name}]", value)
    page.locator(f"main form:has(input[name={name}]) [type=submit]").first.click()


def open_protected(person, path):
    """A page that changes how one signs in: it asks for the password when that was long ago."""
    page = person.go(path)
    if "/reauthenticate/" in page.url:
        submit(page, "password", NEW_PASSWORD)
        page.wait_for_url(f"**{path}")
    return page


def sign_out(person):
    person.go("/account/logout/").locator("main form [type=submit]").click()
    person.page.get_by_role("link", name="Sign in").wait_for()


def code_now(secret):
    """The six digits of RFC 6238 that an authenticator app shows."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.digest(base64.b32decode(secret + "=" * (-len(secret) % 8)), counter, hashlib.sha1)
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place : place + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def test_authenticator_app_from_enrolment_to_the_last_recovery_code(nadia):
    page = open_protected(nadia, "/account/2fa/totp/activate/")
    secret = page.locator("#authenticator_secret").input_value()
    submit(page, "code", "000000")
    page.get_by_text("Incorrect code.").last.wait_for()
    assert page.locator("#authenticator_secret").input_value() == secret  # the app need not be set up anew
    submit(page, "code", code_now(secret))
    page.wait_for_url("**/account/2fa/recovery-codes/")
    recovery = page.locator("main textarea").input_value().split()
    assert len(recovery) == 10
    for code in (code_now, lambda _secret: recovery[0]):
        sign_out(nadia)
        nadia.sign_in(nadia.address, NEW_PASSWORD)
        page.wait_for_url("**/account/2fa/authenticate/")
        assert not nadia.axe()
        submit(page, "code", code(secret))
        page.wait_for_url("**/my/")
    page = open_protected(nadia, "/account/2fa/totp/deactivate/")
    page.locator("main form [type=submit]").first.click()
    page.wait_for_url("**/account/2fa/")
    sign_out(nadia)
    nadia.sign_in(nadia.address, NEW_PASSWORD)
    page.wait_for_url("**/my/")


def keep_passkeys(person):
    """Give the person's device a place for passkeys, behind a finger that is always right; it is empty."""
    devices = person.context.new_cdp_session(person.page)
    devices.send("WebAuthn.enable")
    facts = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    device = devices.send("WebAuthn.addVirtualAuthenticator", {"options": {**facts, "isUserVerified": True}})
    person.tell_device = lambda what, **facts: devices.send(f"WebAuthn.{what}", {**device, **facts})
    return person


@pytest.fixture
def phone_with_a_lock(nadia):
    return keep_passkeys(nadia)


def add_passkey(person, name):
    """With the keyboard: Enter in the name's field adds it."""
    page = open_protected(person, "/account/2fa/webauthn/add/")
    page.fill("input[name=name]", name)
    page.keyboard.press("Enter")
    return page


def test_passkey_signs_in_alone_is_renamed_and_removed(phone_with_a_lock):
    nadia = phone_with_a_lock
    page = add_passkey(nadia, "My phone")
    page.get_by_text(re.compile("added", re.I)).first.wait_for()
    sign_out(nadia)
    nadia.go("/account/login/").locator("#passkey_login").click()
    page.wait_for_url("**/my/")
    page = nadia.go("/account/2fa/webauthn/")
    page.get_by_text("My phone", exact=True).first.wait_for()
    assert not nadia.overflows() and not nadia.axe()
    page.get_by_role("link", name="Rename My phone").click()  # nobody is asked again who has just used a passkey
    submit(page, "name", "The blue one")
    page.get_by_role("link", name="Remove The blue one").click()
    page.locator("main form [type=submit]").click()
    page.get_by_role("heading", name="No passkey yet").wait_for()


def test_passkey_that_does_not_come_about_is_said_on_the_page(phone_with_a_lock):
    page = phone_with_a_lock.page
    add_passkey(phone_with_a_lock, "My phone")
    page.wait_for_url("**/recovery-codes/")
    add_passkey(phone_with_a_lock, "The same phone")
    refused = page.get_by_role("alert").filter(has_text="There is a passkey of this account already.")
    refused.wait_for()
    assert refused.evaluate("(box) => box === document.activeElement")
    assert page.input_value("input[name=name]") == "The same phone"


def test_sign_in_without_any_passkey_here_is_answered(visitor):
    person = keep_passkeys(visitor(PHONE))
    person.go("/account/login/").locator("#passkey_login").click()
    person.page.get_by_role("alert").filter(has_text="No passkey was used").wait_for()
    assert not person.axe()


# --- showing once more that it is you ---------------------------------------------------------------------------------

ONCE_MORE = "/account/2fa/webauthn/reauthenticate/"
WANTED = "/account/2fa/totp/activate/?from=mail&for=app"
KEPT = "?next=%2Faccount%2F2fa%2Ftotp%2Factivate%2F%3Ffrom%3Dmail%26for%3Dapp"


@pytest.fixture
def an_hour_later(phone_with_a_lock, backstage):
    """Nadia, with a passkey, an hour after she last showed who she is."""
    nadia = phone_with_a_lock
    page = add_passkey(nadia, "My phone")
    page.wait_for_url("**/recovery-codes/")
    cookie = next(one["value"] for one in nadia.context.cookies() if one["name"] == "sessionid")
    backstage.let_an_hour_pass(cookie=cookie)
    return nadia


def use_passkey(page):
    page.get_by_role("heading", name="Is it you?").wait_for()
    page.get_by_role("button", name="Use a passkey").click()


def test_passkey_shows_once_more_who_it_is_and_leads_where_one_was_going(an_hour_later):
    page = an_hour_later.go(WANTED)
    assert page.url.endswith(f"/account/reauthenticate/{KEPT}")
    page.get_by_role("link", name="Use a passkey").click()
    page.wait_for_url(f"**{ONCE_MORE}{KEPT}")
    for name, path in (
        ("Use your password", "/account/reauthenticate/"),
        ("Use a code", "/account/2fa/reauthenticate/"),
    ):
        assert page.get_by_role("link", name=name).get_attribute("href") == f"{path}{KEPT}"
    use_passkey(page)
    page.wait_for_url(f"**{WANTED}")
    page.get_by_label("The six digits").wait_for()


def test_passkey_that_is_not_given_is_said_and_may_be_tried_again(an_hour_later):
    """Browsers tell a page the same whether it was cancelled or the finger was not known."""
    page = an_hour_later.go(f"{ONCE_MORE}{KEPT}")
    an_hour_later.tell_device("setUserVerified", isUserVerified=False)
    use_passkey(page)
    refused = page.get_by_role("alert").filter(has_text="No passkey was used: it was cancelled")
    refused.wait_for()
    assert refused.evaluate("(box) => box === document.activeElement")
    assert not an_hour_later.axe()
    an_hour_later.tell_device("setUserVerified", isUserVerified=True)
    use_passkey(page)
    page.wait_for_url(f"**{WANTED}")


def test_wrong_answer_is_said_where_it_was_given(an_hour_later):
    page = an_hour_later.go(f"{ONCE_MORE}{KEPT}")
    elsewhere = an_hour_later.context.new_page()
    elsewhere.goto(page.url)  # asks anew: what the first page asked counts no more
    use_passkey(page)
    page.get_by_role("alert").filter(has_text="The passkey was not accepted").wait_for()
    assert not an_hour_later.axe()
    use_passkey(page)
    page.wait_for_url(f"**{WANTED}")


def test_passkey_leads_to_no_other_site(an_hour_later):
    for elsewhere in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"):
        use_passkey(an_hour_later.go(f"{ONCE_MORE}?next={elsewhere}"))
        an_hour_later.page.wait_for_url(an_hour_later.stack.url("/my/"))


def test_pages_of_somebody_with_a_passkey_are_as_good_as_all_others(an_hour_later):
    """The walk over every page meets nobody like that: who has a passkey cannot sign in by the demo's password alone."""
    site = an_hour_later.stack.url("")
    an_hour_later.context.add_init_script(walk.WATCH)
    for path in (
        f"{ONCE_MORE}{KEPT}",
        f"/account/2fa/reauthenticate/{KEPT}",
        f"/account/reauthenticate/{KEPT}",
        "/account/2fa/webauthn/",
        "/account/2fa/",
    ):
        one = {"viewer": "nadia", "name": path, "path": path, "judged": True, "dark": True}
        seen = walk.look(an_hour_later.page, site, one)
        assert [seen.axe, seen.dark, seen.wide, seen.twice, seen.complaints] == [[]] * 5, path
        assert seen.shift < 0.05
