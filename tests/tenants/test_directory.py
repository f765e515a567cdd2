import pytest
from django.core.cache import cache
from django_tenants.utils import schema_context

from apps.tenants import actions, directory
from apps.tenants.models import Centre, Domain

pytestmark = pytest.mark.django_db


@pytest.fixture
def another_process():
    """Another process changes something: it writes the version, our memory does not know."""

    def change():
        with schema_context("public"):
            cache.set(directory.VERSION_KEY, 12345, None)

    return change


def overtaken(read):
    """The same reading, with a change that is told while it is under way."""

    def slow(*args, **kwargs):
        found = read(*args, **kwargs)
        directory._forget()
        return found

    return slow


def test_second_question_costs_no_query(django_assert_num_queries):
    assert directory.find("sunrise.localhost").slug == "sunrise"
    with django_assert_num_queries(0):
        assert directory.find("sunrise.localhost").slug == "sunrise"


def test_unknown_host_is_remembered_too(django_assert_num_queries):
    assert directory.find("nobody.localhost") is None
    with django_assert_num_queries(0):
        assert directory.find("nobody.localhost") is None


def test_own_change_is_seen_at_once(sunrise, django_capture_on_commit_callbacks):
    assert directory.find("sunrise.localhost").is_open
    with django_capture_on_commit_callbacks(execute=True):
        actions.suspend(sunrise)
    assert not directory.find("sunrise.localhost").is_open


def test_own_change_is_no_news_a_second_later(django_assert_num_queries):
    directory.find("sunrise.localhost")
    directory.changed()
    directory.find("sunrise.localhost")
    directory._seen["looked"] -= directory.LOOK_EVERY
    with django_assert_num_queries(0):
        directory.find("sunrise.localhost")


def test_change_elsewhere_is_seen_within_a_second(another_process):
    """The version is compared once a second; `monotonic` is moved by hand."""
    assert directory.find("sunrise.localhost").tagline == ""
    Centre.objects.filter(slug="sunrise").update(tagline="New words")
    another_process()
    assert directory.find("sunrise.localhost").tagline == ""
    directory._seen["looked"] -= directory.LOOK_EVERY
    assert directory.find("sunrise.localhost").tagline == "New words"


def test_change_elsewhere_is_seen_without_redis(monkeypatch):
    assert directory.find("sunrise.localhost").tagline == ""
    Centre.objects.filter(slug="sunrise").update(tagline="New words")
    later = directory.time.monotonic() + directory.FORGET_AFTER
    monkeypatch.setattr(directory.time, "monotonic", lambda: later)
    assert directory.find("sunrise.localhost").tagline == "New words"


@pytest.mark.parametrize("ask", [lambda centre: directory.find("sunrise.localhost"), directory.primary_host])
def test_answer_read_before_a_change_is_not_remembered_after_it(sunrise, monkeypatch, ask):
    """A thread reads the old row; the change is committed and told; only then the thread puts down what it read."""
    monkeypatch.setattr(directory, "_load", overtaken(directory._load))
    monkeypatch.setattr(Domain.objects, "filter", overtaken(Domain.objects.filter))
    ask(sunrise)
    assert not any(directory._holds(entry) for entry in (*directory._hosts.values(), *directory._primary.values()))


class Overtaken(dict):
    """Another thread sees a change at the last moment, just before what was read earlier is put down."""

    def __setitem__(self, key, entry):
        directory._forget()
        super().__setitem__(key, entry)


def test_host_put_down_after_a_change_is_not_believed(monkeypatch):
    monkeypatch.setattr(directory, "_hosts", Overtaken())
    directory.find("sunrise.localhost")
    Centre.objects.filter(slug="sunrise").update(tagline="New words")
    assert directory.find("sunrise.localhost").tagline == "New words"


def test_address_put_down_after_a_change_is_not_believed(monkeypatch):
    centre = directory.find("sunrise.localhost")
    monkeypatch.setattr(directory, "_primary", Overtaken())
    directory.primary_host(centre)
    Domain.objects.filter(domain="sunrise.localhost").update(domain="dawn.localhost")
    assert directory.primary_host(centre) == "dawn.localhost"


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(directory, "MOST_HOSTS", 10)
    for number in range(50):
        directory.find(f"made-up-{number}.localhost")
    assert len(directory._hosts) <= 10


def test_centre_without_a_schema_is_nobody():
    """The domain row alone must not open a door: the search path would fall through to public."""
    ghost = Centre.objects.create(slug="ghost", name="Ghost", schema_name="c_ghost", status="active")
    Domain.objects.create(tenant=ghost, domain="ghost.localhost")
    assert directory.find("ghost.localhost") is None
    assert ghost not in Centre.objects.open()
    assert ghost not in Centre.objects.listed()
