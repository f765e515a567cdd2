import pytest

from apps.accounts.models import PermissionSwitch

MATRIX = "/people/roles/"


def test_role_matrix_shows_every_cell(browser, people):
    text = browser(people.alice).get(MATRIX).content.decode()
    assert text.count('role="switch"') == 5 * 19 - 2
    assert "Front desk: See the audit trail" in text and text.count("always allowed") == 2


def test_role_matrix_wrong_role_and_method(browser, people):
    assert browser(people.oscar).get(MATRIX).status_code == 403
    assert browser(people.alice).post(MATRIX).status_code == 405


def test_role_matrix_queries(browser, people, django_assert_num_queries):
    alice = browser(people.alice)
    alice.get(MATRIX)
    with django_assert_num_queries(4):  # session, user, their permissions, the switches
        alice.get(MATRIX)


@pytest.fixture
def cell():
    return f"{MATRIX}operator/audit.read/"


def test_permission_switch_counts_from_the_next_request(browser, people, cell):
    oscar, alice = browser(people.oscar), browser(people.alice)
    assert oscar.get("/people/audit/").status_code == 403
    assert alice.post(cell, {"on": "1"}).url == f"{MATRIX}#audit-read"
    assert oscar.get("/people/audit/").status_code == 200
    alice.post(cell, {"on": "0"})
    assert oscar.get("/people/audit/").status_code == 403


def test_permission_switch_answers_htmx_with_the_cell(browser, people, cell):
    text = browser(people.alice, htmx=True).post(cell, {"on": "1"}).content.decode()
    assert text.strip().startswith("<td") and 'aria-checked="true"' in text and "<html" not in text


def test_permission_switch_locked_cell_stays(browser, people):
    browser(people.alice).post(f"{MATRIX}admin/user.manage/", {"on": "0"})
    assert not PermissionSwitch.objects.exists()
    assert browser(people.alice).get(MATRIX).status_code == 200


@pytest.mark.parametrize("path", ["king/audit.read/", "operator/audit.burn/"])
def test_permission_switch_unknown_cell(browser, people, path):
    assert browser(people.alice).post(MATRIX + path, {"on": "1"}).status_code == 404


def test_permission_switch_rights_and_methods(browser, people, cell):
    assert browser(people.oscar).post(cell, {"on": "1"}).status_code == 403
    assert browser(people.alice).get(cell).status_code == 405
