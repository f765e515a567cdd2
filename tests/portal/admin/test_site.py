import pytest
from django.core.management import call_command
from django.test import Client
from django_tenants.utils import schema_context

from apps.accounts.models import AuditRecord, User
from tests.portal.admin.conftest import PASSWORD

LOGIN = "/admin/login/?next=/admin/"


def sign_in(client, password, email="root@verbena.example"):
    return client.post(LOGIN, {"username": email, "password": password, "next": "/admin/"})


def test_login_lets_a_superuser_in(root, public_host):
    assert public_host.get(LOGIN).status_code == 200
    assert sign_in(public_host, PASSWORD).status_code == 302
    page = public_host.get("/admin/")
    assert page.status_code == 200
    assert b"Audit trail" in page.content


def test_login_refuses_a_wrong_password_and_keeps_the_address(root, public_host):
    response = sign_in(public_host, "wrong")
    assert response.status_code == 422
    assert b"root@verbena.example" in response.content


def test_login_refuses_somebody_who_is_no_superuser(root, public_host):
    User.objects.create_user("plain@verbena.example", PASSWORD)
    assert sign_in(public_host, PASSWORD, "plain@verbena.example").status_code == 422


def test_login_knows_nobody_of_a_centre(people, public_host):
    assert sign_in(public_host, "a-good-password-1", "alice@sunrise.example").status_code == 422


def test_login_counts_attempts_on_one_account(root, public_host):
    answers = [sign_in(public_host, "wrong").status_code for _attempt in range(6)]
    assert answers == [422] * 5 + [429]
    refused = sign_in(public_host, PASSWORD)
    assert refused.status_code == 429
    assert b"Too many attempts" in refused.content


def test_login_forgets_the_count_after_success(root, public_host):
    for _round in range(3):
        sign_in(public_host, "wrong")
    assert sign_in(public_host, PASSWORD).status_code == 302
    assert [sign_in(Client(HTTP_HOST="localhost"), "wrong").status_code for _attempt in range(4)] == [422] * 4


def test_index_sends_a_stranger_to_the_login(root, public_host):
    assert public_host.get("/admin/")["Location"] == LOGIN


def test_index_is_not_for_a_user_without_the_right(root, public_host):
    plain = User.objects.create_user("plain@verbena.example", PASSWORD)
    public_host.force_login(plain)
    assert public_host.get("/admin/").status_code == 302


def test_admin_is_not_on_a_centres_host(browser, people):
    assert browser(people.alice).get("/admin/").status_code == 404


@pytest.mark.parametrize("path", ["", "tenants/", "tenants/centre/", "tenants/centre/add/", "accounts/user/"])
def test_pages_carry_no_inline_script_or_style(admin, path):
    page = admin.get(f"/admin/{path}")
    assert page.status_code == 200
    text = page.content.decode()
    assert "style=" not in text
    assert "<style" not in text
    assert "onclick" not in text
    assert "script-src 'self'" in page["Content-Security-Policy"]


def test_audit_trail_can_only_be_read(admin, root):
    record = AuditRecord.objects.create(verb="opened", object_type="tenants.centre", object_id="1", by=root)
    page = f"/admin/accounts/auditrecord/{record.pk}/"
    assert admin.get(f"{page}change/").status_code == 200
    assert admin.post(f"{page}change/", {"verb": "forged"}).status_code == 403
    assert admin.get(f"{page}delete/").status_code == 403
    assert admin.get("/admin/accounts/auditrecord/add/").status_code == 403


def test_superuser_is_shut_out_with_a_trail(admin, root):
    other = User.objects.create_superuser("other@verbena.example", PASSWORD)
    sent = {"given_name": "Other", "family_name": ""}
    assert admin.post(f"/admin/accounts/user/{other.pk}/change/", sent).status_code == 302
    other.refresh_from_db()
    assert not other.is_active
    assert AuditRecord.objects.latest("pk").changes["is_active"] == [True, False]


def test_superuser_cannot_shut_themselves_out(admin, root):
    admin.post(f"/admin/accounts/user/{root.pk}/change/", {"given_name": "Me", "family_name": ""})
    root.refresh_from_db()
    assert (root.given_name, root.is_active) == ("Me", True)


def test_createsuperuser_works(db, public_host, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    with schema_context("public"):
        call_command("createsuperuser", "--noinput", "--email", "New@Verbena.example", verbosity=0)
    assert sign_in(public_host, PASSWORD, "new@verbena.example").status_code == 302
