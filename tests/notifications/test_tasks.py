"""Tasks enter the centre they name, or nothing runs at all."""

import pytest
from django.db import connection
from django_tenants.utils import schema_context, tenant_context

from apps.core.postgresql import as_owner
from apps.core.tasks import UnknownCentre, centre_task
from apps.notifications import tasks
from apps.notifications.models import Message
from apps.tenants.models import Centre
from tests.factories import MessageFactory

NO_CENTRES = ["", None, "public", "c_nobody", "centre_template", "c_sunrise; DROP SCHEMA c_sunrise"]
ran = []


@centre_task
def probe(*args):
    ran.append(connection.schema_name)


@pytest.fixture(autouse=True)
def _as_a_worker(sunrise):
    """A worker stands in public between two tasks."""
    ran.clear()
    with schema_context("public"):
        yield


def status(slug, value):
    with as_owner():
        Centre.objects.filter(slug=slug).update(status=value)


def test_body_runs_inside_the_centre_and_leaves_it():
    probe("c_sunrise")
    assert (ran, connection.schema_name) == (["c_sunrise"], "public")


@pytest.mark.parametrize("schema", NO_CENTRES)
def test_no_body_runs_for_a_schema_that_is_no_centre(schema):
    with pytest.raises(UnknownCentre):
        probe(schema)
    assert ran == []


def test_no_body_runs_without_any_schema():
    with pytest.raises(TypeError):
        probe()
    assert ran == []


@pytest.mark.parametrize("state", ["suspended", "closed"])
def test_no_body_runs_in_a_centre_that_is_not_open(state):
    status("sunrise", state)
    with pytest.raises(UnknownCentre):
        probe("c_sunrise")
    assert ran == []


def test_no_body_runs_when_the_schema_is_gone_and_the_row_is_left():
    with as_owner():
        Centre.objects.create(slug="gone", name="Gone", schema_name="c_gone", status="active")
    with pytest.raises(UnknownCentre):
        probe("c_gone")
    assert ran == []


def test_worker_says_no_to_the_broker_as_well():
    assert isinstance(probe.apply(args=["c_nobody"]).result, UnknownCentre)
    assert ran == []


def test_deliver_sends_what_it_is_told_to(mailoutbox, sunrise):
    with tenant_context(sunrise):
        first, second, _other = MessageFactory.create_batch(3)
    tasks.deliver("c_sunrise", str(first.pk), str(second.pk))
    assert len(mailoutbox) == 2


def test_sweep_hands_on_the_centres_with_something_due(monkeypatch, sunrise):
    handed = []
    monkeypatch.setattr(tasks.deliver_due, "apply_async", lambda args, **options: handed.extend(args))
    tasks.sweep_centres()
    with tenant_context(sunrise):
        MessageFactory()
        MessageFactory(state="failed")
    tasks.sweep_centres()
    assert handed == ["c_sunrise"]


def test_sweep_sends_by_itself_when_the_broker_is_away(monkeypatch, mailoutbox, sunrise):
    def no_broker(*args, **options):
        raise ConnectionRefusedError

    monkeypatch.setattr(tasks.deliver_due, "apply_async", no_broker)
    with tenant_context(sunrise):
        MessageFactory()
    tasks.sweep_centres()
    assert len(mailoutbox) == 1


def test_trouble_in_one_centre_is_not_the_others(monkeypatch, caplog, sunrise, harbour):
    swept = []

    def sweep(centre):
        swept.append(centre.slug)
        raise RuntimeError

    monkeypatch.setattr(tasks, "_sweep", sweep)
    tasks.sweep_centres()
    assert {"sunrise", "harbour"} <= set(swept)


def test_suspended_centre_sends_nothing_until_it_is_resumed(monkeypatch, mailoutbox, sunrise):
    monkeypatch.setattr(tasks.deliver_due, "apply_async", lambda args, **options: tasks.deliver_due(*args))
    with tenant_context(sunrise):
        message = MessageFactory()
    status("sunrise", "suspended")
    tasks.sweep_centres()
    assert mailoutbox == []
    status("sunrise", "active")
    tasks.sweep_centres()
    with tenant_context(sunrise):
        assert Message.objects.get(pk=message.pk).state == Message.State.SENT
    assert len(mailoutbox) == 1
