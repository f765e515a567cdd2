"""Codes and security notices go through the outbox of the centre; the public host has none and sends at once."""

import pytest
from allauth.account.models import EmailAddress
from allauth.core import context
from django.core import mail
from django.test import RequestFactory
from django_tenants.utils import schema_context

from apps.accounts.signals import user_invited
from apps.notifications import outbox
from apps.notifications.account_adapter import AccountAdapter
from apps.notifications.models import Message
from tests.factories import UserFactory

CODE = {"code": "4BCD-EFGH"}


def send(email, template="account/email/login_code", **facts):
    request = RequestFactory().get("/", HTTP_HOST="sunrise.localhost")
    with context.request_context(request):
        AccountAdapter(request).send_mail(template, email, CODE | facts)


def test_code_becomes_a_secret_message(people):
    send("Carol@sunrise.example")
    message = Message.objects.get()
    assert (message.kind, message.is_secret, message.to_user) == (Message.Kind.ACCOUNT, True, people.carol)
    assert CODE["code"] in message.text and CODE["code"] in message.html
    assert "Hello from Sunrise Therapy!" in message.text
    assert message.subject == "Sign-in code"
    assert not mail.outbox


def test_message_leaves_with_the_worker(people):
    send("carol@sunrise.example")
    outbox.deliver_due()
    assert CODE["code"] in mail.outbox[0].body and mail.outbox[0].to == ["carol@sunrise.example"]


def test_each_code_is_a_message_of_its_own(people):
    send("carol@sunrise.example")
    send("carol@sunrise.example")
    assert Message.objects.count() == 2


def test_stranger_gets_a_message_that_is_nobodys(people):
    send("stranger@elsewhere.example")
    assert Message.objects.get().to_user is None


def test_new_address_of_a_known_person_is_theirs(people):
    send("new@elsewhere.example", user=people.carol)
    message = Message.objects.get()
    assert (message.to_user, message.to_address) == (people.carol, "new@elsewhere.example")


def test_public_host_sends_at_once(db):
    with schema_context("public"):
        send("root@verbena.example")
    assert mail.outbox[0].to == ["root@verbena.example"]


def test_words_of_a_stranger_become_no_link(people):
    send("carol@sunrise.example", code="http://evil.example/<b>")
    html = Message.objects.get().html
    assert "href" not in html and "<b>" not in html


def test_page_that_sends_a_code_writes_a_message(browser, people):
    answer = browser().post("/account/login/code/", {"email": "carol@sunrise.example"})
    assert answer.status_code == 302
    assert Message.objects.get().to_user == people.carol


def test_security_notice_goes_the_same_way(people):
    EmailAddress.objects.get(user=people.carol)
    request = RequestFactory().get("/", HTTP_HOST="sunrise.localhost")
    with context.request_context(request):
        AccountAdapter(request).send_notification_mail("account/email/password_changed", people.carol)
    assert Message.objects.get().to_user == people.carol


@pytest.mark.parametrize("roles", [["operator"], ["therapist"]])
def test_invitation_leads_to_a_password(people, roles):
    user = UserFactory(given_name="Nora", email="nora@sunrise.example", roles=roles)
    user_invited.send(type(user), user=user, by=people.alice, path="/account/set/once-only/")
    message = Message.objects.get()
    assert (message.kind, message.to_address, message.is_secret) == ("invitation", "nora@sunrise.example", True)
    link = "http://sunrise.localhost:8000/account/set/once-only/"
    assert link in message.text and f'href="{link}"' in message.html


@pytest.mark.parametrize("template", ["email_confirmation", "email_confirmation_signup"])
def test_whoever_confirms_an_address_is_told_by_the_centre_in_its_name(people, template):
    send("carol@sunrise.example", f"account/email/{template}", user=people.carol)
    text = Message.objects.get().text
    assert "gave this address to Sunrise Therapy." in text
    assert CODE["code"] in text
    assert "register an account on http" not in text
