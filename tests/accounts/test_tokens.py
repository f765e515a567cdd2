"""Links and sessions of one centre are nothing in another."""

import datetime as dt

import pytest
from allauth.account import app_settings
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django_tenants.utils import tenant_context

from apps.accounts.models import User
from apps.accounts.tokens import InvitationToken, PasswordResetToken, invitation_path, invited_user
from apps.core import clock
from tests.conftest import CentreClient


@pytest.fixture
def twin(harbour, people):
    """Carol's row copied into the other centre: the same key, the same password hash, the same everything."""
    facts = User.objects.filter(pk=people.carol.pk).values().get()
    with tenant_context(harbour):
        return User.objects.create(**facts)


@pytest.mark.parametrize("generator", [PasswordResetToken, InvitationToken])
def test_token_of_one_centre_is_refused_by_another(generator, harbour, people, twin):
    token = generator().make_token(people.carol)
    assert generator().check_token(people.carol, token)
    with tenant_context(harbour):
        assert not generator().check_token(twin, token)


def test_control_djangos_own_token_would_be_accepted(harbour, people, twin):
    token = default_token_generator.make_token(people.carol)
    with tenant_context(harbour):
        assert default_token_generator.check_token(twin, token)


def test_allauth_uses_our_token_and_no_signed_confirmation():
    assert app_settings.PASSWORD_RESET_TOKEN_GENERATOR is PasswordResetToken
    assert settings.ACCOUNT_EMAIL_CONFIRMATION_HMAC is False
    assert settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED is True


def test_session_of_one_centre_is_nobody_in_another(harbour, people, twin, browser):
    here = browser(people.carol)
    assert here.get("/account/email/").status_code == 200
    there = CentreClient("harbour")
    there.cookies = here.cookies
    assert there.get("/account/email/").status_code == 302


def test_session_row_carried_into_another_centre_is_dropped(harbour, people, twin, browser):
    """Should a row be copied together with its cookie, it still says where it was made."""
    from django.contrib.sessions.models import Session

    here = browser(people.carol)
    row = Session.objects.filter(pk=here.session.session_key).values().get()
    with tenant_context(harbour):
        Session.objects.create(**row)
    there = CentreClient("harbour")
    there.cookies = here.cookies
    assert there.get("/account/email/").status_code == 302
    with tenant_context(harbour):
        assert not Session.objects.filter(pk=row["session_key"]).exists()


def test_code_of_one_centre_means_nothing_in_another(harbour, people, twin, browser, last_code):
    browser().post("/account/login/code/", {"email": people.carol.email})
    code = last_code(people.carol.email)
    there = CentreClient("harbour")
    there.post("/account/login/code/", {"email": people.carol.email})
    there.post("/account/login/code/confirm/", {"code": code})
    with tenant_context(harbour):
        assert "_auth_user_id" not in there.session


def test_invitation_dies_with_sign_in_password_age_and_deactivation(people, time_machine):
    def holder():
        return invitation_path(people.carol).strip("/").split("/")[-2:]

    uid, token = holder()
    assert invited_user(uid, token) == people.carol
    assert invited_user(uid, token[:-1] + "x") is None and invited_user("nonsense", token) is None
    people.carol.last_login = clock.now()
    people.carol.save()
    assert invited_user(uid, token) is None
    uid, token = holder()
    people.carol.set_password("changed-since-then-9")
    people.carol.save()
    assert invited_user(uid, token) is None
    uid, token = holder()
    time_machine.move_to(clock.now() + dt.timedelta(days=8))
    assert invited_user(uid, token) is None
    uid, token = holder()
    User.objects.filter(pk=people.carol.pk).update(is_active=False)
    assert invited_user(uid, token) is None
