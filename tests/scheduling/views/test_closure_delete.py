import pytest

from apps.accounts.models import AuditRecord
from apps.scheduling.models import Closure
from tests.factories import ClosureFactory
from tests.scheduling.conftest import TUESDAY


@pytest.fixture
def closure(sunrise):
    return ClosureFactory(name="Team day", starts_on=TUESDAY, ends_on=TUESDAY)


@pytest.fixture
def url(closure):
    return f"/schedule/closures/{closure.pk}/delete/"


def test_closure_delete_asks_first(browser, people, url):
    assert "Remove Team day?" in browser(people.alice).get(url).content.decode() and Closure.objects.exists()
    assert "<html" not in browser(people.alice, htmx=True).get(url).content.decode()


def test_closure_delete_frees_the_days_at_once(browser, people, closure, url, free_on):
    assert free_on(TUESDAY) == []
    assert browser(people.alice).post(url)["Location"] == "/schedule/closures/"
    assert len(free_on(TUESDAY)) == 30
    assert AuditRecord.objects.get(object_id=str(closure.pk)).verb == "deleted"
    assert browser(people.alice).post(url).status_code == 404


def test_closure_delete_wrong_role(browser, people, url):
    for user in (people.oscar, people.bob, people.carol):
        assert browser(user).post(url).status_code == 403
    assert Closure.objects.exists()


def test_closure_delete_wrong_method(browser, people, url):
    assert browser(people.alice).delete(url).status_code == 405
