"""Two admins who deactivate each other at the same moment: one of them stays."""

import threading

import pytest
from django.db import connection
from django_tenants.utils import tenant_context

from apps.accounts import actions
from apps.accounts.errors import LastAdmin
from apps.accounts.models import User
from apps.accounts.roles import Role
from tests.factories import UserFactory

ROUNDS = 5


def race(centre, pairs):
    barrier, refused = threading.Barrier(len(pairs)), []

    def deactivate(by, user):
        try:
            with tenant_context(centre):
                barrier.wait(timeout=10)
                actions.deactivate_user(by=by, user=user)
        except LastAdmin:
            refused.append(user)
        finally:
            connection.close()

    threads = [threading.Thread(target=deactivate, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return len(refused)


@pytest.mark.race
def test_two_admins_deactivate_each_other(fresh_centre, django_db_blocker):
    with django_db_blocker.unblock():
        one, other = UserFactory(roles=[Role.ADMIN]), UserFactory(roles=[Role.ADMIN])
        for _ in range(ROUNDS):
            User.objects.update(is_active=True)
            assert race(fresh_centre, [(one, other), (other, one)]) == 1
            assert User.objects.active().with_role(Role.ADMIN).count() == 1


@pytest.mark.race
def test_control_without_the_lock_nobody_stays(fresh_centre, django_db_blocker, monkeypatch):
    def look_without_locking():
        admins = list(User.objects.active().with_role(Role.ADMIN).order_by("pk"))
        met.wait(timeout=10)
        return admins

    met = threading.Barrier(2)
    monkeypatch.setattr(actions, "lock_admins", look_without_locking)
    with django_db_blocker.unblock():
        one, other = UserFactory(roles=[Role.ADMIN]), UserFactory(roles=[Role.ADMIN])
        User.objects.update(is_active=True)
        assert race(fresh_centre, [(one, other), (other, one)]) == 0
        assert not User.objects.active().exists()
