"""A change of one's login and the line about it in the trail stand or fall together."""

import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from apps.accounts.models import AuditRecord, User
from tests.accounts.conftest import PASSWORD
from tests.isolation.routes import routes

NEW = "another-good-password-2"


@pytest.fixture
def carol(browser, people):
    """Carol's browser, her password given a moment ago; errors are answers."""
    client = browser(people.carol)
    client.raise_request_exception = False
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(people.carol.pk)
    session.save()
    return client


@pytest.fixture
def no_trail(monkeypatch):
    """The audit trail takes no line."""

    def refuse(self, **facts):
        raise RuntimeError("no line was written")

    monkeypatch.setattr(type(AuditRecord.objects), "create", refuse)


def change_password(client):
    return client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})


def test_password_changes_with_its_line(carol, people):
    assert change_password(carol).status_code == 302
    assert User.objects.get(pk=people.carol.pk).check_password(NEW)
    assert AuditRecord.objects.about(people.carol).latest("pk").changes == {"password": "changed"}


def test_password_stays_without_its_line(carol, people, no_trail):
    assert change_password(carol).status_code == 500
    assert User.objects.get(pk=people.carol.pk).check_password(PASSWORD)


def test_second_factor_stays_without_its_line(carol, people, no_trail):
    Authenticator.objects.create(user=people.carol, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert carol.post("/account/2fa/totp/deactivate/").status_code == 500
    assert Authenticator.objects.filter(user=people.carol).count() == 1


def test_address_stays_without_its_line(carol, people, no_trail):
    EmailAddress.objects.filter(user=people.carol).delete()
    for address, primary in ((people.carol.email, True), ("new@sunrise.example", False)):
        EmailAddress.objects.create(user=people.carol, email=address, verified=True, primary=primary)
    wanted = {"action_primary": "", "email": "new@sunrise.example"}
    assert carol.post("/account/email/", wanted).status_code == 500
    assert EmailAddress.objects.get(user=people.carol, primary=True).email == people.carol.email
    assert User.objects.get(pk=people.carol.pk).email == people.carol.email


def test_every_page_of_the_login_writes_all_or_nothing():
    theirs = [route for route in routes() if route.name.startswith(("account_", "mfa_", "usersessions_"))]
    assert len(theirs) > 20
    assert [route.name for route in theirs if not getattr(route.callback, "is_whole", False)] == []
