import pytest

from apps.accounts.changes import told


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"given_name": ["Rob", "Bob"]}, "given name: Rob → Bob"),
        ({"is_active": [True, False]}, "may sign in: yes → no"),
        ({"roles": [[], ["admin", "operator"]]}, "roles: nothing → admin, operator"),
        ({"given_name": [None, "Bob"]}, "given name: nothing → Bob"),
        ({"password": "changed"}, "password"),
        ({"operator: audit.read": [False, True]}, "operator: audit.read: no → yes"),
        ({"second factor": "set up: TOTP"}, "second factor:  → set up: TOTP"),
        ({"anything": {"odd": 1}}, "anything:  → {'odd': 1}"),
    ],
)
def test_told(changes, words):
    assert [str(change) for change in told("accounts.user", changes)] == [words]


def test_told_of_a_model_that_is_gone():
    assert str(told("gone.thing", {"some_field": [1, 2]})[0]) == "some field: 1 → 2"
