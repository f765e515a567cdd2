import csv
import datetime as dt
import io

import time_machine

from apps.accounts import audit
from apps.accounts.models import AuditRecord
from tests.factories import AuditRecordFactory, PatientFactory
from tests.factories.world import MONDAY_NOON, at, booked

AUDIT = "/people/audit/"


def found(client, **query):
    return [record.verb for record in client.get(AUDIT, query).context["page_obj"]]


def test_audit_list_tells_who_what_and_what_changed(browser, people):
    audit.record(by=people.oscar, verb="changed", obj=people.bob, changes={"given_name": ["Rob", "Bob"]}, reason="typo")
    text = browser(people.alice).get(AUDIT).content.decode()
    for words in ("Oscar Desk", "changed", "Bob Chen", "given name", "Rob", "typo"):
        assert words in text


def test_audit_list_names_a_session_by_the_centres_clock(browser, people, sunrise):
    with time_machine.travel(MONDAY_NOON, tick=False):
        booked(sunrise, at(14), by=people.carol)
    record = AuditRecord.objects.get(verb="booked")
    assert record.object_name == "Speech therapy 2026-11-23 14:00"


def test_audit_list_filters(browser, people):
    patient = PatientFactory()
    audit.record(by=people.oscar, verb="created", obj=patient)
    audit.read(by=people.bob, obj=patient)
    audit.record(by=people.alice, verb="deactivated", obj=people.bob)
    alice = browser(people.alice)
    assert found(alice) == ["deactivated", "read", "created"]
    assert found(alice, by=str(people.bob.pk)) == ["read"]
    assert found(alice, verb="created") == ["created"]
    assert found(alice, kind="patients.patient") == ["read", "created"]
    assert found(alice, object=str(patient.pk), q="oscar") == ["created"]
    assert len(found(alice, by="nonsense", verb="no-such", since="yesterday")) == 3


def test_audit_list_days_are_the_centres(browser, people, time_machine):
    time_machine.move_to(dt.datetime(2026, 6, 2, 3, 30, tzinfo=dt.UTC))  # still the first of June in New York
    audit.record(by=people.oscar, verb="late", obj=people.bob)
    alice = browser(people.alice)
    assert found(alice, since="2026-06-01", until="2026-06-01") == ["late"]
    assert found(alice, since="2026-06-02") == []


def test_audit_list_ignores_a_day_after_which_there_is_none(browser, people):
    audit.record(by=people.oscar, verb="changed", obj=people.bob)
    assert found(browser(people.alice), until="9999-12-31", since="0001-01-01") == ["changed"]


def test_audit_list_subject_is_named(browser, people):
    audit.record(by=people.oscar, verb="changed", obj=people.bob)
    text = browser(people.alice).get(AUDIT, {"object": str(people.bob.pk), "kind": "accounts.user"}).content.decode()
    assert "Only what concerns the user" in text and f'name="object" value="{people.bob.pk}"' in text


def test_audit_list_fragment(browser, people):
    AuditRecordFactory(verb="shown")
    text = browser(people.alice, htmx=True).get(AUDIT).content.decode()
    assert "<html" not in text and "shown" in text


def test_audit_list_wrong_role_and_method(browser, people):
    for person in (people.oscar, people.bob, people.carol, people.erin):
        assert browser(person).get(AUDIT).status_code == 403
    assert browser(people.alice).post(AUDIT).status_code == 405


def test_audit_list_csv(browser, people):
    audit.record(by=people.oscar, verb="=cmd", obj=people.bob, changes={"roles": [["operator"], ["admin"]]})
    answer = browser(people.alice).get(AUDIT, {"format": "csv"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1][1:4] == ["Oscar Desk", "'=cmd", "user"] and "operator → admin" in rows[1][5]


def test_audit_list_same_queries_for_one_row_and_thirty(browser, people, django_assert_max_num_queries):
    alice = browser(people.alice)
    AuditRecordFactory()
    alice.get(AUDIT)
    for _ in range(30):
        audit.record(by=people.oscar, verb="changed", obj=people.bob, changes={"roles": [[], ["admin"]]})
    with django_assert_max_num_queries(6) as seen:
        page = alice.get(AUDIT)
    assert len(page.context["page_obj"]) == 25, len(seen)


def test_audit_list_empty(browser, people):
    assert not AuditRecord.objects.exists()
    assert "leaves a line here" in browser(people.alice).get(AUDIT).content.decode()
