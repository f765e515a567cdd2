"""What a person reads in their mail."""

import re

import pytest

from apps.notifications.models import Message

PASSWORD = "a-good-password-1"  # of everybody in the cast
CODE = re.compile(r"\b\d{4}-\d{4}\b")


@pytest.fixture
def last_mail(sunrise):
    """Return a function: the newest message to an address."""

    def newest(address):
        return Message.objects.filter(to_address=address).order_by("-created_at").first()

    return newest


@pytest.fixture
def last_code(last_mail):
    """Return a function: the code in the newest message to an address."""
    return lambda address: CODE.search(last_mail(address).text).group()
