"""Every address of a centre stands in the permission table, and every cell of the matrix is tried on every address."""

import pytest
from django.core.cache import cache

from apps.accounts.models import PermissionSwitch
from apps.accounts.roles import MATRIX, UNSWITCHABLE, Permission, Role
from tests.architecture.permissions_table import MIDWAY, PERMISSIONS, PUBLIC, SIGNED_IN, Only
from tests.factories.cast import PERSON
from tests.isolation.routes import build_world, read, routes

SIGN_IN = "/account/login/"


def suggestion(route):
    right = getattr(route.view, "permission", "PUBLIC")
    rights = right if isinstance(right, tuple) else (right,)
    words = ", ".join(f"P.{one.name}" if isinstance(one, Permission) else str(one) for one in rights)
    wanted = (f"({words})" if len(rights) > 1 else words) or "SIGNED_IN"
    return f'    "{route.name}": {wanted},'


def test_every_address_stands_in_the_table():
    lacking = [suggestion(route) for route in routes() if route.name not in PERMISSIONS]
    assert not lacking, "Add to tests/architecture/permissions_table.py:\n" + "\n".join(lacking)


def test_the_table_names_no_address_that_is_gone():
    assert PERMISSIONS.keys() <= {route.name for route in routes()}


def test_every_parameter_of_an_address_is_classified():
    lacking = [line for route in routes() for line in route.unclassified()]
    assert not lacking, "Add to PARAMETERS in tests/isolation/routes.py:\n    " + "\n    ".join(lacking)


def opens(right, role, allowed):
    """Whether this role with these permissions opens a page that asks for this right."""
    if right in (PUBLIC, MIDWAY, SIGNED_IN):
        return True
    if isinstance(right, Only):
        return right.permission in allowed and role in right.roles
    return any(one in allowed for one in (right if isinstance(right, tuple) else (right,)))


def is_turned_away(answer):
    return answer.status_code in (301, 302) and answer.url.startswith(SIGN_IN)


def wrong_answers(client, world, role, allowed):
    """GET every address; return where the answer is not what this role with these permissions should get."""
    wrong = []
    for route in routes():
        right = PERMISSIONS.get(route.name)
        if right is None or route.unclassified() or route.name == "account_logout":
            continue
        cache.clear()
        answer = client.get(route.address(world))
        read(answer)
        good = answer.status_code != 403 if opens(right, role, allowed) else answer.status_code == 403
        if not good or answer.status_code >= 500 or (is_turned_away(answer) and right not in (PUBLIC, MIDWAY)):
            wrong.append(f"{route.name}: {answer.status_code}, asks for {right}")
    return wrong


@pytest.fixture
def world(sunrise, people, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return build_world(sunrise, people)


@pytest.fixture
def tolerant(browser):
    """A browser to which a crash is an answer, not an exception."""

    def open_tolerant(user=None):
        client = browser(user)
        client.raise_request_exception = False
        return client

    return open_tolerant


@pytest.mark.parametrize("role", list(Role))
def test_every_address_as(role, tolerant, world):
    assert wrong_answers(tolerant(getattr(world, PERSON[role])), world, role, MATRIX[role]) == []


def test_every_address_as_nobody(tolerant, world):
    """Without a login: public pages answer, everything else leads to the sign-in page."""
    wrong = []
    for route in routes():
        right = PERMISSIONS.get(route.name)
        if right is None or route.unclassified():
            continue
        cache.clear()
        answer = tolerant().get(route.address(world))
        read(answer)
        open_to_all = right in (PUBLIC, MIDWAY)
        good = answer.status_code not in (403, 500) if open_to_all else is_turned_away(answer)
        if not good or (right is PUBLIC and is_turned_away(answer)):
            wrong.append(f"{route.name}: {answer.status_code}, asks for {right}")
    assert wrong == []


@pytest.mark.parametrize("on", [True, False], ids=["all switched on", "all switched off"])
@pytest.mark.parametrize("role", list(Role))
def test_every_cell_switched(role, on, tolerant, world):
    """The centre's own switches decide on every page: everything on, everything off."""
    cells = [permission for permission in Permission if (role, permission) not in UNSWITCHABLE]
    for permission in cells:
        PermissionSwitch.objects.create(role=role, permission=permission, is_on=on)
    allowed = set(Permission) if on else {permission for locked, permission in UNSWITCHABLE if locked == role}
    assert wrong_answers(tolerant(getattr(world, PERSON[role])), world, role, allowed) == []
