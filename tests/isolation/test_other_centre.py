"""Every route, by every method, on the other centre's host: with the first centre's ids, and with its cookies.

Nothing of the first centre may be seen or changed. What was expected of each answer:

* an address that names a thing of the first centre: 404, 403, 405, 410 of a dead link, or the way to the sign-in page;
* an address that names nothing: whatever the other centre shows of itself, without a trace of the first.
"""

import time
from http.cookies import SimpleCookie

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import transaction
from django_tenants.utils import tenant_context

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.notifications.models import Message
from tests.architecture.permissions_table import MIDWAY, PERMISSIONS, PUBLIC
from tests.conftest import CentreClient
from tests.factories import UserFactory
from tests.isolation.routes import read, routes

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
STOLEN = ("alice", "oscar", "bob", "carol")  # their cookies, sent to the other centre's host
LOGINS = ("admin", "therapist", "patient")  # people of the other centre, with the first centre's ids
IDENTITIES = ("nobody", *STOLEN, *LOGINS)
MARKS = ("Reyes", "Okafor", "Novak", "sunrise.example", "Sunrise Therapy", "Garden room", "Speech therapy")
REFUSED = (403, 404, 405, 410)


def test_probes_are_enough():
    assert len(routes()) * len(METHODS) * len(IDENTITIES) >= 2000


def test_every_parameter_is_classified():
    lacking = [line for route in routes() for line in route.unclassified()]
    assert not lacking, "Add to PARAMETERS in tests/isolation/routes.py:\n    " + "\n    ".join(lacking)


def test_every_route_has_a_right():
    assert {route.name for route in routes()} <= PERMISSIONS.keys()


def classified():
    return [route for route in routes() if not route.unclassified()]


ENTRY = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Verbena//EN
METHOD:REQUEST
BEGIN:VEVENT
UID:reyes@sunrise.example
DTSTAMP:20300604T140000Z
DTSTART:20300604T140000Z
DTEND:20300604T150000Z
SEQUENCE:0
SUMMARY:Speech therapy
LOCATION:Garden room
STATUS:CONFIRMED
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


@pytest.fixture
def world(world):
    """With a letter that has all to show that a letter may."""
    Message.objects.filter(pk=world.message.pk).update(html="<p>Dear Ms Reyes</p>", calendar=ENTRY)
    return world


def body(world):
    """What a form might take, every id in it the first centre's."""
    ids = {name: str(getattr(row, "pk", "")) for name, row in vars(world).items() if hasattr(row, "pk")}
    words = {"given_name": "Probe", "family_name": "Probe", "email": "probe@probe.example", "reason": "probe"}
    return {**ids, **words, "user": ids["carol"], "roles": "operator", "on": "1", "code": "1234-5678", "confirm": "1"}


class Intruder:
    """Somebody on the other centre's host. Each request comes with the cookies of the first, and finds its session."""

    def __init__(self, identity, world, harbour, browser):
        self.harbour = harbour
        self.is_login = identity in LOGINS
        self.session, self.cookies = None, SimpleCookie()
        if self.is_login:
            self._sign_in(_login(identity, harbour))
        elif identity in STOLEN:
            self.cookies = browser(getattr(world, identity)).cookies

    def _sign_in(self, user):
        with tenant_context(self.harbour):
            client = CentreClient("harbour")
            client.force_login(user)
            _just_reauthenticated(client, user)
            self.cookies, self.session = client.cookies, Session.objects.get(pk=client.session.session_key)

    def client(self):
        client = CentreClient("harbour", raise_request_exception=False)
        client.cookies = self.cookies.copy()
        if self.session:
            self.session.save()  # as it was: whatever the last request did with it
        return client

    def ask(self, method, address, facts=None):
        with tenant_context(self.harbour):
            client = self.client()
            send = getattr(client, method.lower())
            return send(address, facts) if method in ("GET", "POST") else send(address)


def _login(identity, harbour):
    with tenant_context(harbour):
        if identity != "patient":
            role = Role(identity)
            return User.objects.with_role(role).get()
        user = UserFactory(given_name="Harriet", roles=[Role.PATIENT])
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user


def _just_reauthenticated(client, user):
    """Let the pages that ask for the password once more open: what lies behind them is tried as well."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def is_fine(route, intruder, answer):
    content = read(answer)
    if answer.status_code >= 500 or any(mark.encode() in content for mark in MARKS):
        return False
    turned_away = answer.status_code == 302 and answer.url.startswith("/account/")
    if route.names_a_thing:
        return answer.status_code in REFUSED or turned_away
    is_open = intruder.is_login or PERMISSIONS.get(route.name) in (PUBLIC, MIDWAY)
    return is_open or turned_away or answer.status_code in REFUSED


@pytest.mark.parametrize("identity", IDENTITIES)
def test_nothing_is_seen_or_changed(identity, world, harbour, browser, fingerprint):
    intruder, facts, wrong = Intruder(identity, world, harbour, browser), body(world), []
    before = fingerprint()
    for route in classified():
        for method in METHODS:
            cache.clear()  # the limits on guessing must not hide what lies behind them
            answer = intruder.ask(method, route.address(world), facts)
            if not is_fine(route, intruder, answer):
                wrong.append(f"{method} {route.name}: {answer.status_code} {answer.get('Location', '')}")
    assert wrong == []
    assert intruder.ask("GET", "/account/email/").status_code == (200 if intruder.is_login else 302)
    assert {table: row for table, row in fingerprint().items() if row != before[table]} == {}


def test_control_addresses_mean_something_at_home(world, browser):
    """The same addresses are no 404 for somebody of the first centre: otherwise the probes above prove nothing."""
    meaningless = []
    for route in (route for route in classified() if route.names_a_thing):
        with transaction.atomic():
            statuses = answers_at_home(route, world, browser)
            transaction.set_rollback(True)  # what one address took away is there for the next
        if not statuses - NOTHING:
            meaningless.append(f"{route.name}: only {sorted(map(str, statuses))}; look at its line in PARAMETERS")
    assert meaningless == []


NOTHING = {403, 404, 405, 500, "to the sign-in page"}


def is_turned_away(answer):
    return answer.status_code == 302 and answer.url.startswith("/account/login/")


def answers_at_home(route, world, browser):
    """The statuses that its own people and nobody get, up to the first that means something."""
    seen = set()
    for name in ("alice", "carol", "dana", "bob", "invited", None):
        client = browser(getattr(world, name) if name else None)
        client.raise_request_exception = False
        if name:
            _just_reauthenticated(client, getattr(world, name))
        for method in ("get", "post"):
            cache.clear()
            answer = getattr(client, method)(route.address(world))
            read(answer)
            seen.add("to the sign-in page" if is_turned_away(answer) else answer.status_code)
        if seen - NOTHING:
            break
    return seen


def test_control_the_fingerprint_sees_a_change(world, fingerprint):
    before = fingerprint()
    User.objects.filter(pk=world.carol.pk).update(given_name="Karol")
    changed = [table for table, row in fingerprint().items() if row != before[table]]
    assert changed == ["accounts_user"]
