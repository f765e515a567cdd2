"""allauth's pages speak as the others do."""

import pytest
from django.utils import translation

from apps.accounts.words import sentence_case
from tests.accounts.conftest import PASSWORD


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("\n Sign In \n", "\n Sign in \n"),
        ("Two-Factor Authentication", "Two-factor authentication"),
        ("Deactivate Authenticator App", "Deactivate authenticator app"),
        ("Sign Out Other Sessions", "Sign out other sessions"),
        ("Where you are signed in", "Where you are signed in"),
        ("Scan the QR code", "Scan the QR code"),
        ("Is it you? Then go on", "Is it you? Then go on"),
    ],
)
def test_headings_keep_the_first_capital_only(theirs, ours):
    assert sentence_case(theirs) == ours


def test_other_languages_keep_their_capitals():
    with translation.override("de"):
        assert sentence_case("Anmeldung mit Code") == "Anmeldung mit Code"


@pytest.mark.parametrize(
    "path", ["/account/login/", "/account/signup/", "/account/password/reset/", "/account/login/code/"]
)
def test_pages_of_signing_in_use_the_house_s_words(browser, people, path):
    text = browser().get(path).text
    assert ">E-mail<" in text
    assert "Email address" not in text
    assert "Sign In" not in text
    assert "Sign Up" not in text


def test_passwords_are_asked_for_in_the_house_s_words(browser, people):
    text = browser(people.carol).get("/account/password/change/").text
    assert ">Current password<" in text
    assert ">New password<" in text
    assert "placeholder" not in text.split("<main")[1].split("</main>")[0]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/account/email/", "You sign in with carol@sunrise.example"),
        ("/account/2fa/", "Set up the app"),
        ("/account/2fa/webauthn/", "No passkey yet"),
        ("/account/2fa/webauthn/add/", "Add the passkey"),
        ("/account/2fa/totp/activate/", "Key for the app"),
    ],
)
def test_pages_of_the_account_use_the_house_s_words(browser, people, path, words):
    client = browser()
    client.post("/account/login/", {"login": people.carol.email, "password": PASSWORD})
    text = client.get(path).text
    assert words in text
    for theirs in (
        "Email address",
        "Change to:",
        "Security key",
        "Successfully",
        "Authenticator secret",
    ):
        assert theirs not in text
