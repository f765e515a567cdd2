"""Text is text: what people, other systems and browsers write is shown, mailed and exported, and never runs.

What there is to be tried: pages, JSON, mail, CSV and calendar entries. There is no PDF yet.
"""

import csv
import io
import itertools
import json
from urllib.parse import urlencode

import pytest
import time_machine

from apps.accounts.models import AuditRecord
from apps.core import text
from apps.core.models import LineField, LinesField
from apps.core.postgresql import as_owner
from apps.notifications.models import Message
from apps.patients.imports import Outcome, import_patients
from apps.patients.models import Patient
from tests import factories
from tests.factories import world as days
from tests.isolation import texts
from tests.isolation.hostile import LOOK, MARKUP, PAYLOADS
from tests.isolation.judge import Page, entry_faults, faults, formulas
from tests.isolation.routes import read, routes
from tests.isolation.test_other_centre import _just_reauthenticated
from tests.pages import free_choice, hold_a_time

VIEWERS = ("alice", "bob", "carol", "dana", "nobody")
LISTS = [route for route in routes() if route.name.endswith(("list", "reads", "overview"))]
RANGE = "?start=2026-11-16T00:00&end=2026-12-20T00:00"
MORE = {
    "portal:calendar-events": (RANGE, RANGE + "&by=room"),
    **{route.name: ("?format=csv",) for route in LISTS},
}
SENT = [payload.encode("utf-8", "surrogatepass") for payload in PAYLOADS]
NAMES = (  # what addresses ask with
    "q", "page", "sort", "format", "status", "needs", "state", "kind", "verb", "by", "object", "since", "until", "when", "mode",
    "therapist", "therapy_type", "type", "specialty", "language", "gender", "date", "start", "end", "only", "view", "colour",
    "month", "on", "at", "slot", "part", "look", "next", "room", "patient", "who", "preview", "stay", "availability",
)  # fmt: skip


# --- what is tried ---------------------------------------------------------------------------------------------------


def test_every_text_column_is_classified():
    there = {name for name, _model, _field in texts.columns()}
    known = {name for name, _model, _field in texts.written()} | texts.NOT_TEXT.keys()
    assert not there - known, "make it a LineField or LinesField, or add it to tests/isolation/texts.py"
    assert not (texts.WRITTEN | texts.NOT_TEXT.keys()) - there


def test_payloads_are_enough():
    assert len(PAYLOADS) >= 200


@pytest.mark.parametrize("payload", [one for one in MARKUP if not one.startswith(("< ", "<%"))])
def test_control_markup_that_is_not_escaped_is_found(payload):
    assert faults(f"<body><table><tr><td>{payload}</td></tr></table>--></body>")


@pytest.fixture
def full(world, sunrise):
    """One of everything, and a page of what stands in lists."""
    with time_machine.travel(days.MONDAY_NOON, tick=True):
        factories.PatientFactory.create_batch(26)
        factories.MessageFactory.create_batch(26)
        factories.AuditRecordFactory.create_batch(26)
        factories.GuardianshipFactory(patient=world.patient)
        factories.PatientIdentifierFactory(patient=world.patient)
        factories.EducationFactory(therapist=world.colleague)
        factories.ExperienceFactory(therapist=world.colleague)
        world.colleague.specialties.add(world.specialty)
        days.booked(sunrise, days.at(11, days=7), patient=world.child, by=world.dana)
        yield world


@pytest.fixture
def visit(full, browser):
    """Return a function: the browser of one of the cast, signed in so that every page opens."""

    def visit(name):
        user = getattr(full, name, None)
        client = browser(user)
        if user:
            _just_reauthenticated(client, user)
        return client

    return visit


def judged(answer):
    """The faults of an answer, of whatever kind it is."""
    kind = answer.headers.get("Content-Type", "")
    assert answer.status_code < 500
    if answer.streaming:
        return []
    raw = answer.content
    if kind.startswith("text/html"):
        return faults(raw.decode(), is_letter="sandbox" in answer.headers.get("Content-Security-Policy", ""))
    if kind.startswith("text/calendar"):
        return entry_faults(raw.decode())
    if kind.startswith("application/json"):
        json.loads(raw)
    return [f"formula {cell}" for cell in formulas(raw.decode())] if kind.startswith("text/csv") else []


# --- shown -----------------------------------------------------------------------------------------------------------


def first_of_the_cast(visit, world, suffix=lambda route: ""):
    """Every address with the answer to the first of the cast who may open it, and who that is."""
    clients = {name: visit(name) for name in VIEWERS}
    for name in ("carol", "nobody"):
        hold_a_time(clients[name], *free_choice(clients[name]))
    for route in (route for route in routes() if route.name != "account_logout"):
        for name, client in clients.items():
            answer = client.get(route.address(world) + suffix(route))
            read(answer)
            if answer.status_code == 200:
                yield route, name, client, answer
                break


@pytest.mark.parametrize("turn", [0, 135])
def test_no_page_runs_what_is_kept(full, visit, turn):
    """Whatever way it came into the database: every text column of every row holds another payload."""
    texts.fill(PAYLOADS[turn:] + PAYLOADS[:turn])
    wrong, opened = [], set()
    for route, _name, client, answer in first_of_the_cast(visit, full):
        opened.add(route.name)
        wrong += [f"{route.name}: {fault}" for fault in judged(answer)]
        for more in MORE.get(route.name, ()):
            wrong += [f"{route.name}{more}: {fault}" for fault in judged(client.get(route.address(full) + more))]
    assert wrong == []
    assert len(opened) > 90


LISTED = {
    "/patients/": (Patient, "given_name", factories.PatientFactory),
    "/messages/": (Message, "subject", factories.MessageFactory),
    "/people/audit/": (AuditRecord, "object_name", factories.AuditRecordFactory),
}


@pytest.mark.parametrize("address", LISTED)
def test_lists_show_every_payload_as_it_is(world, browser, address):
    model, name, factory = LISTED[address]
    field, client = model._meta.get_field(name), browser(world.alice)
    for number, payload in enumerate(PAYLOADS):
        factory(**{name: texts.storable(payload, field, model, number)})
    shown, wrong = [], []
    for number in range(1, model.objects.count() // 25 + 2):
        source = client.get(f"{address}?page={number}").content.decode()
        shown.append(Page(source).text)
        wrong += faults(source)
    kept = {" ".join(value.split()) for value in model.objects.values_list(name, flat=True)}
    assert wrong == []
    assert [value for value in kept if not any(value in page for page in shown)] == []


@pytest.mark.parametrize("address", LISTED)
def test_exports_hold_every_payload_and_no_formula(world, browser, address):
    model, name, factory = LISTED[address]
    field = model._meta.get_field(name)
    for number, payload in enumerate(PAYLOADS):
        factory(**{name: texts.storable(payload, field, model, number)})
    source = browser(world.alice).get(f"{address}?format=csv").content.decode()
    cells = {cell.replace("'", "") for row in csv.reader(io.StringIO(source, newline="")) for cell in row}
    assert formulas(source) == []
    kept = [value.replace("'", "") for value in model.objects.values_list(name, flat=True)]
    assert [value for value in kept if value not in cells] == []


# --- typed -----------------------------------------------------------------------------------------------------------


def test_forms_take_it_as_text_or_say_why_not(full, visit):
    """Every form of every page, sent with a payload in each of its text fields: shown again or saved, never run."""
    wrong, sent = [], set()
    for route, _name, client, page in list(first_of_the_cast(visit, full)):
        if page.headers.get("Content-Type", "").startswith("text/html"):
            for address, data in _filled(Page(page.content.decode()), route.address(full), 31 * len(sent)):
                sent.add((route.name, *data))
                wrong += [f"{route.name}: {fault}" for fault in judged(_sent(client, address, data))]
        read(page)
    assert wrong == []
    assert len(sent) > 30
    assert _broken_lines() == []


def _filled(page, address, turn):
    """Every form of the page that is posted and has text fields, all else left as it stands."""
    for facts, fields in page.forms:
        wanted = [field[1]["name"] for field in fields if _takes_text(field)]
        if facts.get("method", "").lower() == "post" and wanted:
            supply = (SENT[(turn + number) % len(SENT)] for number in itertools.count())
            yield facts.get("action") or address, {**_as_it_stands(fields), **dict(zip(wanted, supply, strict=False))}


def _sent(client, address, data):
    return client.post(address, urlencode(data, doseq=True), content_type="application/x-www-form-urlencoded")


def _takes_text(field):
    tag, facts, _text = field
    kinds = ("text", "search", "email", "tel", "url", None)
    return "name" in facts and (tag == "textarea" or (tag == "input" and facts.get("type") in kinds))


def _as_it_stands(fields):
    data, select = {}, None
    for tag, facts, content in fields:
        name = facts.get("name")
        if tag == "select":
            select = name
        elif tag == "option" and select and ("selected" in facts or select not in data):
            data[select] = facts.get("value") or ""
        elif tag == "textarea" or (tag == "input" and facts.get("type") not in ("checkbox", "radio", "submit", "file")):
            data[name] = content or facts.get("value") or ""
        elif tag == "input" and "checked" in facts:
            data.setdefault(name, []).append(facts.get("value", "on"))
    return {name: value for name, value in data.items() if name}


def _broken_lines():
    """What stands in single-line columns and should not."""
    found = []
    with as_owner():
        for name, model, field in texts.written():
            if isinstance(field, LineField | LinesField) and model._meta.label != "tenants.Centre":
                refuse = text.require_line if isinstance(field, LineField) else text.require_seen
                found += [
                    (name, value)
                    for value in model._default_manager.values_list(field.name, flat=True)
                    if _is(refuse, value)
                ]
    return found


def _is(refuse, value):
    try:
        refuse(value)
    except Exception:
        return True
    return False


def test_no_address_stumbles_over_what_it_is_asked_with(full, visit):
    """Null characters, halves of letters, line ends and markup in every word of every address: answered, never run."""
    value = f'a\0\ud800\x1b\r\nb">{LOOK}'.encode("utf-8", "surrogatepass")
    query = "?" + urlencode(dict.fromkeys(NAMES, value))
    asked = first_of_the_cast(visit, full, lambda route: query)
    assert [f"{route.name}: {fault}" for route, _name, _client, answer in asked for fault in judged(answer)] == []


# --- imported --------------------------------------------------------------------------------------------------------


def test_import_makes_lines_of_it(sunrise):
    rows = [
        {"resourceType": "Patient", "id": f"p{number}", "name": [{"family": f"{payload} x", "given": [payload]}]}
        for number, payload in enumerate(PAYLOADS)
    ]
    content = "\n".join(json.dumps(row) for row in rows).encode()
    report = import_patients(content=content, source="file", region="US", by=None)
    assert len(report.lines) == len(PAYLOADS) and report.count(Outcome.MADE) > 200
    assert _broken_lines() == []
