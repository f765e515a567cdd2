"""Traps of this stack that were met before: each has its test."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache, caches
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django_tenants.utils import schema_context, tenant_context

from apps.accounts.models import User
from apps.core.postgresql import as_owner
from apps.tenants.models import Centre

SOURCES = [path for folder in ("apps", "config", "tests") for path in Path(settings.BASE_DIR, folder).rglob("*.py")]
TENANT_NAMES = re.compile(r"(centre|tenant|sunrise|harbour)$")


def test_schema_gone_and_domain_left_is_a_404_for_superusers_too(harbour):
    with schema_context("public"):
        User.objects.create_superuser("root@verbena.example", "a-good-password-1")
    with as_owner(), schema_context("public"), connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA c_harbour CASCADE")
    browser = Client(HTTP_HOST="harbour.localhost")
    assert browser.get("/account/login/").status_code == 404
    typed = {"login": "root@verbena.example", "password": "a-good-password-1"}
    assert browser.post("/account/login/", typed).status_code == 404
    assert "sessionid" not in browser.cookies


def test_superuser_of_the_platform_is_nobody_in_a_centre(sunrise, browser):
    with schema_context("public"):
        User.objects.create_superuser("root@verbena.example", "a-good-password-1")
    client = browser()
    client.post("/account/login/", {"login": "root@verbena.example", "password": "a-good-password-1"})
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("host", ["nowhere.localhost", "localhost.evil.example"])
def test_unknown_host_is_a_404_on_every_path(db, host):
    for path in ("/", "/account/login/", "/admin/", "/people/users/"):
        assert Client(HTTP_HOST=host).get(path).status_code == 404


def test_suspended_centre_shows_a_page_and_takes_no_password(harbour):
    with schema_context("public"):
        Centre.objects.filter(pk=harbour.pk).update(status="suspended")
    browser = Client(HTTP_HOST="harbour.localhost")
    answer = browser.post("/account/login/", {"login": "mallory@harbour.example", "password": "a-good-password-1"})
    assert answer.status_code == 503 and b"Harbour Clinic" in answer.content
    assert "sessionid" not in browser.cookies


def test_with_tenant_is_banned(sunrise):
    with pytest.raises(TypeError), sunrise:
        pass


def test_no_source_enters_a_centre_as_a_context_manager():
    """`with tenant:` left 1,718 of 2,400 threads in another schema; `tenant_context(centre)` does not."""
    found = {path.name for path in SOURCES for item in _with_items(path) if _is_bare_tenant(item)}
    assert found - {"test_actions.py"} == {"test_traps.py"}, "only the examples that it is refused"


def _with_items(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [item for node in ast.walk(tree) if isinstance(node, ast.With | ast.AsyncWith) for item in node.items]


def _is_bare_tenant(item):
    expression = item.context_expr
    name = getattr(expression, "attr", getattr(expression, "id", ""))
    return isinstance(expression, ast.Name | ast.Attribute) and bool(TENANT_NAMES.search(name))


@pytest.mark.parametrize("alias", list(settings.CACHES))
def test_every_cache_puts_the_schema_into_its_keys(alias, sunrise, harbour):
    assert settings.CACHES[alias]["KEY_FUNCTION"] == "django_tenants.cache.make_key"
    caches[alias].set("note", "sunrise's")
    with tenant_context(harbour):
        assert caches[alias].get("note") is None
        caches[alias].set("note", "harbour's")
    assert caches[alias].get("note") == "sunrise's"


def test_counting_in_one_centre_is_not_counting_in_another(sunrise, harbour):
    cache.add("tries", 0)
    cache.incr("tries")
    with tenant_context(harbour):
        assert cache.add("tries", 0) is True


@pytest.fixture
def letter(sunrise, settings, tmp_path):
    """A file of the first centre."""
    settings.MEDIA_ROOT = tmp_path
    name = default_storage.save("letters/carol.txt", ContentFile(b"about Carol"))
    assert (tmp_path / "c_sunrise" / name).exists()
    return name


def test_file_of_one_centre_is_not_there_in_another(letter, harbour):
    with tenant_context(harbour):
        assert not default_storage.exists(letter)
        with pytest.raises(FileNotFoundError):
            default_storage.open(letter)


def test_no_way_round_to_another_centres_folder(letter, harbour):
    with tenant_context(harbour):
        for way in (f"../c_sunrise/{letter}", f"/c_sunrise/{letter}", f"letters/../../c_sunrise/{letter}"):
            with pytest.raises(SuspiciousFileOperation):
                default_storage.open(way)


@pytest.mark.parametrize("slug", ["sunrise", "harbour"])
def test_no_file_has_an_address_of_its_own(letter, browser, slug):
    with pytest.raises(ValueError, match="no address"):
        default_storage.url(letter)
    for path in (f"/media/{letter}", f"/media/c_sunrise/{letter}", f"/static/../media/c_sunrise/{letter}"):
        assert browser(slug=slug).get(path).status_code == 404
