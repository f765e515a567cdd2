import pytest

from apps.accounts.models import User
from apps.notifications.models import Message

CREATE = "/people/users/new/"
FACTS = {"given_name": "Tess", "family_name": "Turner", "email": "tess@sunrise.example", "roles": ["therapist"]}


def test_user_create_invites(browser, people):
    answer = browser(people.alice).post(CREATE, FACTS)
    assert answer.status_code == 302 and answer.url == "/people/users/"
    user = User.objects.get(email="tess@sunrise.example")
    assert user.roles == ["therapist"] and not user.has_usable_password()
    letter = Message.objects.get(to_address=user.email)
    assert "http://sunrise.localhost:8000/people/invitation/" in letter.text and letter.is_secret


def test_user_create_fragment(browser, people):
    alice = browser(people.alice, htmx=True)
    text = alice.get(CREATE).content.decode()
    assert "<html" not in text and "<form" in text
    assert alice.post(CREATE, FACTS)["HX-Redirect"] == "/people/users/"


def test_user_create_wrong_role(browser, people):
    assert browser(people.oscar).get(CREATE).status_code == 403
    assert browser(people.oscar).post(CREATE, FACTS).status_code == 403
    assert not User.objects.filter(email="tess@sunrise.example").exists()


def test_user_create_wrong_method(browser, people):
    assert browser(people.alice).delete(CREATE).status_code == 405


@pytest.mark.parametrize("wrong", [{"email": "nonsense"}, {"roles": []}, {"roles": ["king"]}, {"given_name": ""}])
def test_user_create_invalid_keeps_what_was_typed(browser, people, wrong):
    answer = browser(people.alice).post(CREATE, {**FACTS, **wrong})
    assert answer.status_code == 422
    assert 'value="Turner"' in answer.content.decode()


def test_user_create_taken_address_is_told_beside_the_field(browser, people):
    answer = browser(people.alice).post(CREATE, {**FACTS, "email": "BOB@sunrise.example"})
    assert answer.status_code == 422 and "email" in answer.context["form"].errors


def test_user_create_admin_by_somebody_else_is_refused(browser, people):
    from apps.accounts.models import PermissionSwitch

    PermissionSwitch.objects.create(role="operator", permission="user.manage", is_on=True)
    answer = browser(people.oscar).post(CREATE, {**FACTS, "roles": ["admin"]})
    assert answer.status_code == 422 and "Only an administrator" in answer.content.decode()
