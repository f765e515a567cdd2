import pytest
from django.test import Client
from django_tenants.utils import schema_context

from apps.accounts.models import User

PASSWORD = "root-password-1"


@pytest.fixture
def root(db):
    """A superuser, in the public schema. The test starts there as well."""
    with schema_context("public"):
        yield User.objects.create_superuser("root@verbena.example", PASSWORD, given_name="Root")


@pytest.fixture
def public_host():
    return Client(HTTP_HOST="localhost")


@pytest.fixture
def admin(root, public_host):
    """A browser on the public host, signed in as the superuser."""
    public_host.force_login(root)
    return public_host
