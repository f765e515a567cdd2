"""Signing in with more than a password, to the end: an authenticator app, its recovery codes, a passkey."""

import base64
import hashlib
import hmac
import re
import struct
import time
import uuid

import pytest

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
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": {**facts, "isUserVerified": True}})
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
