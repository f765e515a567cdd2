"""Signing in by password, by code, after a reset; what is counted, and what nobody learns."""

import datetime as dt

import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import MD5PasswordHasher
from django_tenants.utils import tenant_context

from apps.accounts.models import AuditRecord, User
from tests.accounts.conftest import PASSWORD
from tests.factories.world import MONDAY_NOON

LOGIN = "/account/login/"
PROTECTED = "/account/2fa/totp/activate/"


def signed_in(client):
    return client.session.get("_auth_user_id")


def test_password_sign_in_any_case_of_the_address(browser, people):
    client = browser()
    answer = client.post(LOGIN, {"login": "Carol@SUNRISE.example", "password": PASSWORD})
    assert answer.status_code == 302 and answer.url == "/home/"
    assert signed_in(client) == str(people.carol.pk)


def test_sign_in_keeps_what_the_session_held_under_a_new_key(browser, people):
    client = browser()
    session = client.session
    session["booking"] = {"therapist": "bob"}
    session.save()
    key = session.session_key
    client.post(f"{LOGIN}?next=/book/resume/", {"login": people.carol.email, "password": PASSWORD})
    assert client.session["booking"] == {"therapist": "bob"} and client.session.session_key != key


def test_code_sign_in(browser, people, last_code):
    client = browser()
    answer = client.post("/account/login/code/?next=/book/resume/", {"email": people.carol.email})
    assert answer.url == "/account/login/code/confirm/?next=%2Fbook%2Fresume%2F"
    answer = client.post(answer.url, {"code": last_code(people.carol.email)})
    assert answer.url == "/book/resume/" and signed_in(client) == str(people.carol.pk)


def test_code_sign_in_answers_alike_for_a_stranger(browser, people):
    known, unknown = browser(), browser()
    first = known.post("/account/login/code/", {"email": people.carol.email})
    second = unknown.post("/account/login/code/", {"email": "nobody@nowhere.example"})
    assert (first.status_code, first.url) == (second.status_code, second.url)
    assert unknown.get(second.url).status_code == 200


def test_password_reset_by_code(browser, people, last_code):
    client = browser()
    assert client.post("/account/password/reset/", {"email": people.carol.email}).url.endswith("reset/confirm/")
    answer = client.post("/account/password/reset/confirm/", {"code": last_code(people.carol.email)})
    assert answer.url.endswith("reset/complete/")
    fresh = "another-good-password-2"
    client.post("/account/password/reset/complete/", {"password1": fresh, "password2": fresh})
    assert User.objects.get(pk=people.carol.pk).check_password(fresh)


def test_password_reset_answers_alike_for_a_stranger(browser, people):
    first = browser().post("/account/password/reset/", {"email": people.carol.email})
    second = browser().post("/account/password/reset/", {"email": "nobody@nowhere.example"})
    assert (first.status_code, first.url) == (second.status_code, second.url)


def test_wrong_password_and_unknown_address_read_alike(browser, people):
    pages = [
        list(browser().post(LOGIN, {"login": address, "password": "wrong"}).context["form"].non_field_errors())
        for address in (people.carol.email, "nobody@nowhere.example")
    ]
    assert pages[0] == pages[1] and len(pages[0]) == 1


def test_failures_are_limited_for_one_address(browser, people):
    client = browser()
    for _ in range(5):
        client.post(LOGIN, {"login": people.carol.email, "password": "wrong"})
    client.post(LOGIN, {"login": people.carol.email, "password": PASSWORD})
    assert signed_in(client) is None


def test_who_is_too_quick_is_told_what_to_do(browser):
    names = {"given_name": "Nadia", "family_name": "Newman"}
    for status in (302, 429):
        answer = browser().post(
            "/account/signup/", {**names, "email": "nadia@new.example", "password1": "quiet-river-42"}
        )
        assert answer.status_code == status
    assert "Please wait a minute" in answer.content.decode()


def test_failures_are_limited_while_redis_is_away(dead_redis, browser, people):
    test_failures_are_limited_for_one_address(browser, people)


def test_control_without_redis_the_right_password_signs_in(dead_redis, browser, people):
    client = browser()
    client.post(LOGIN, {"login": people.carol.email, "password": PASSWORD})
    assert signed_in(client) == str(people.carol.pk)


def test_limits_of_one_centre_do_not_count_in_another(browser, people, harbour):
    with tenant_context(harbour):
        carol = User.objects.create_user(people.carol.email, PASSWORD, roles=["patient"])
        EmailAddress.objects.create(user=carol, email=carol.email, verified=True, primary=True)
    for _ in range(5):
        browser().post(LOGIN, {"login": people.carol.email, "password": "wrong"})
    there = browser(slug="harbour")
    there.post(LOGIN, {"login": people.carol.email, "password": PASSWORD})
    with tenant_context(harbour):
        assert signed_in(there) == str(carol.pk)


def test_deactivated_person_stays_out(browser, people, last_mail):
    User.objects.filter(pk=people.carol.pk).update(is_active=False)
    client = browser()
    client.post(LOGIN, {"login": people.carol.email, "password": PASSWORD})
    assert signed_in(client) is None
    client.post("/account/login/code/", {"email": people.carol.email})
    mail = last_mail(people.carol.email)
    assert mail is None or "code" not in mail.subject.lower()


def test_changed_address_must_be_proven_and_be_free(browser, people, last_code):
    client = browser()
    client.post(LOGIN, {"login": people.carol.email, "password": PASSWORD})
    client.post("/account/email/", {"action_add": "", "email": people.dana.email})
    client.post("/account/confirm-email/", {"code": last_code(people.dana.email)})
    assert User.objects.get(pk=people.carol.pk).email == "carol@sunrise.example"

    client.post("/account/email/", {"action_add": "", "email": "new@carol.example"})
    assert User.objects.get(pk=people.carol.pk).email == "carol@sunrise.example"
    client.post("/account/confirm-email/", {"code": last_code("new@carol.example")})
    assert User.objects.get(pk=people.carol.pk).email == "new@carol.example"
    assert list(EmailAddress.objects.filter(user=people.carol).values_list("email", flat=True)) == ["new@carol.example"]
    assert people.carol.patient.email == "new@carol.example"
    assert AuditRecord.objects.about(people.carol.patient).get(verb="changed").by == people.carol
    changes = AuditRecord.objects.about(people.carol).filter(verb="changed").values_list("changes", flat=True)
    assert list(changes) == [{"email": ["carol@sunrise.example", "new@carol.example"]}]


def test_another_address_on_the_record_is_not_touched_by_the_logins(browser, people, last_code):
    patient = people.carol.patient
    patient.email = "carols.work@office.example"
    patient.save()
    client = browser()
    client.post(LOGIN, {"login": people.carol.email, "password": PASSWORD})
    client.post(
        client.post("/account/email/", {"action_add": "", "email": "new@carol.example"}).url, {"password": PASSWORD}
    )
    client.post("/account/email/", {"action_add": "", "email": "new@carol.example"})
    client.post("/account/confirm-email/", {"code": last_code("new@carol.example")})
    assert User.objects.get(pk=people.carol.pk).email == "new@carol.example"
    patient.refresh_from_db()
    assert patient.email == "carols.work@office.example"


def test_sessions_are_listed_and_ended(browser, people):
    here, there = browser(), browser()
    for client in (here, there):
        client.post(LOGIN, {"login": people.carol.email, "password": PASSWORD})
    assert here.get("/account/sessions/").content.decode().count("Since ") == 2
    here.post("/account/sessions/")
    assert there.get("/account/sessions/").status_code == 302
    assert here.get("/account/sessions/").status_code == 200


def test_unknown_address_costs_as_many_digests_as_a_wrong_password(browser, people, monkeypatch):
    """Time tells who is known here, and nearly all of it is the digest: as many are made for a stranger."""
    digests = []
    plain = MD5PasswordHasher.encode

    def encode(self, password, salt):
        digests.append(password)
        return plain(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", encode)
    browser().post(LOGIN, {"login": people.carol.email, "password": "wrong"})
    known = len(digests)
    browser().post(LOGIN, {"login": "nobody@nowhere.example", "password": "wrong"})
    assert len(digests) - known == known > 0


def test_pages_at_the_end_of_a_road_say_how_to_go_on(browser):
    assert f'href="{LOGIN}"' in main_of(browser().get("/account/password/reset/done/"))
    assert "Sessions that are booked stay booked" in main_of(browser().get("/account/inactive/"))


def test_the_code_page_says_what_to_do_and_nothing_of_other_addresses(browser, people):
    client = browser()
    page = main_of(client.get(client.post("/account/login/code/", {"email": people.carol.email}).url))
    for words in ("Enter the code we sent you", people.carol.email, "spam folder", "Send a new code"):
        assert words in page
    assert "mailto:" not in page
    assert 'value="change"' not in page


def main_of(answer):
    return answer.text.split("<main")[1].split("</main>")[0]


def test_whoever_has_just_typed_the_password_is_not_asked_for_it_again(browser, people):
    client = browser()
    with time_machine.travel(MONDAY_NOON, tick=False) as clock:
        client.post(LOGIN, {"login": people.carol.email, "password": PASSWORD})
        assert client.get(PROTECTED).status_code == 200
        clock.shift(dt.timedelta(minutes=5))
        assert client.get(PROTECTED).url.startswith("/account/reauthenticate/")


def test_whoever_has_just_signed_in_by_a_mailed_code_is_not_asked_for_the_password(browser, people, last_code):
    """Who reads the mailbox can reset the password there: asking for it would stop only those who have forgotten it."""
    client = browser()
    with time_machine.travel(MONDAY_NOON, tick=False) as clock:
        client.post("/account/login/code/", {"email": people.carol.email})
        client.post("/account/login/code/confirm/", {"code": last_code(people.carol.email)})
        assert signed_in(client) == str(people.carol.pk)
        assert client.get(PROTECTED).status_code == 200
        clock.shift(dt.timedelta(minutes=5))
        assert client.get(PROTECTED).url.startswith("/account/reauthenticate/")


def test_mailed_code_alone_shows_nothing_of_somebody_with_a_second_factor(browser, people, last_code):
    TOTP.activate(people.carol, generate_totp_secret())
    client = browser()
    client.post("/account/login/code/", {"email": people.carol.email})
    client.post("/account/login/code/confirm/", {"code": last_code(people.carol.email)})
    assert signed_in(client) is None
    assert client.get(PROTECTED).url.startswith(LOGIN)


def test_whoever_is_asked_for_a_forgotten_password_can_set_a_new_one_and_go_on(browser, people, last_code):
    client, fresh = browser(people.carol), "another-good-password-2"
    asked = main_of(client.get(PROTECTED, follow=True))
    reset = "/account/password/reset/"
    assert asked.count(f'href="{reset}"') == 1
    there = client.post(reset, {"email": people.carol.email}).url
    there = client.post(there, {"code": last_code(people.carol.email)}).url
    client.post(there, {"password1": fresh, "password2": fresh})
    sign_in = client.get(PROTECTED).url  # a new password ends every session
    assert client.post(sign_in, {"login": people.carol.email, "password": fresh}).url == PROTECTED
    assert client.get(PROTECTED).status_code == 200
