import pytest

from apps.accounts.models import AuditRecord
from tests.factories import ClosureFactory
from tests.scheduling.conftest import TUESDAY

FACTS = {"name": "Team days", "starts_on": "2026-11-25", "ends_on": "2026-11-27"}


@pytest.fixture
def closure(sunrise):
    return ClosureFactory(name="Team day", starts_on=TUESDAY, ends_on=TUESDAY)


@pytest.fixture
def url(closure):
    return f"/schedule/closures/{closure.pk}/"


def test_closure_update_holds_at_once(browser, people, closure, url, free_on):
    assert free_on(TUESDAY) == []
    assert 'value="Team day"' in browser(people.alice).get(url).content.decode()
    assert browser(people.alice).post(url, FACTS)["Location"] == "/schedule/closures/"
    assert len(free_on(TUESDAY)) == 30
    record = AuditRecord.objects.get(object_id=str(closure.pk))
    assert record.verb == "changed" and record.changes["name"] == ["Team day", "Team days"]


def test_closure_update_fragment(browser, people, url):
    alice = browser(people.alice, htmx=True)
    assert "<html" not in alice.get(url).content.decode()
    assert alice.post(url, FACTS)["HX-Redirect"] == "/schedule/closures/"


def test_closure_update_invalid_keeps_what_was_typed(browser, people, closure, url):
    page = browser(people.alice).post(url, {**FACTS, "name": ""})
    assert page.status_code == 422 and 'value="2026-11-27"' in page.content.decode()
    closure.refresh_from_db()
    assert closure.name == "Team day"


def test_closure_update_wrong_role(browser, people, url):
    for user in (people.oscar, people.bob, people.carol):
        assert browser(user).get(url).status_code == 403
        assert browser(user).post(url, FACTS).status_code == 403


def test_closure_update_of_nothing(browser, people):
    url = "/schedule/closures/00000000-0000-4000-8000-000000000000/"
    assert browser(people.alice).get(url).status_code == 404


def test_closure_update_wrong_method(browser, people, url):
    assert browser(people.alice).delete(url).status_code == 405
