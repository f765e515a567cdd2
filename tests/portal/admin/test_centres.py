import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tenants.utils import tenant_context

from apps.accounts.models import AuditRecord, User
from apps.accounts.roles import Role
from apps.notifications.models import Message
from apps.portal.admin.centres import Centres
from apps.tenants.models import Centre, Domain, SchemaTemplate
from tests.factories import UserFactory

LIST = "/admin/tenants/centre/"
NEW = {
    "name": "Probe",
    "slug": "probe",
    "host": "",
    "admin_email": "Boss@Probe.example",
    "time_zone": "Europe/Berlin",
    "currency": "EUR",
    "locale": "de",
    "country": "DE",
    "subdivision": "",
    "tagline": "",
    "email": "",
    "phone": "",
    "address": "",
    "brand_colour": "#00695f",
    "grid_minutes": "15",
    "notice_minutes": "120",
    "horizon_days": "60",
    "hold_minutes": "10",
    "cancel_notice_minutes": "1440",
}


def facts_of(centre, **changes):
    """What the change form sends when only `changes` were typed."""
    names = [name for name in NEW if name not in ("slug", "host", "admin_email")]
    rows = list(centre.domains.order_by("pk"))
    sent = {name: getattr(centre, name) for name in names} | {"status": centre.status}
    sent |= {"domains-TOTAL_FORMS": len(rows) + 1, "domains-INITIAL_FORMS": len(rows)}
    for number, row in enumerate(rows):
        sent |= {
            f"domains-{number}-id": row.pk,
            f"domains-{number}-tenant": centre.pk,
            f"domains-{number}-domain": row.domain,
        }
        sent |= {f"domains-{number}-is_primary": "on"} if row.is_primary else {}
    return sent | {f"domains-{len(rows)}-tenant": centre.pk} | changes


def asked(queries):
    return sum(not query["sql"].startswith("SET ROLE") for query in queries)


def errors(response):
    form = response.context["adminform"].form
    formsets = [*response.context["inline_admin_formsets"]]
    return (
        form.errors,
        [formset.formset.errors for formset in formsets],
        [f.formset.non_form_errors() for f in formsets],
    )


@pytest.fixture
def harbour_centre(root):
    return Centre.objects.get(slug="harbour")


def test_list_shows_use_in_a_constant_number_of_queries(admin, root, harbour_centre):
    with CaptureQueriesContext(connection) as few:
        page = admin.get(LIST)
    assert page.status_code == 200
    assert [centre.slug for centre in page.context["cl"].result_list] == ["harbour", "sunrise"]
    assert b"harbour.localhost" in page.content
    users = {centre.slug: centre.counts["Users"] for centre in page.context["cl"].result_list}
    assert users == {"harbour": 2, "sunrise": 6}
    with tenant_context(harbour_centre):
        UserFactory.create_batch(3)
    with CaptureQueriesContext(connection) as more:
        page = admin.get(LIST)
    assert page.context["cl"].result_list[0].counts["Users"] == 5
    assert asked(more) == asked(few)
    assert sum("UNION ALL" in query["sql"] for query in more) == 1


def test_list_names_a_centre_whose_schema_is_missing(admin):
    Centre.objects.create(slug="ghost", name="Ghost", schema_name="c_ghost")
    page = admin.get(LIST)
    assert page.status_code == 200
    assert b"Schema is missing" in page.content


def test_open_makes_the_centre_and_invites_its_admin(admin, root):
    response = admin.post(LIST + "add/", NEW)
    assert response.status_code == 302, errors(response)
    centre = Centre.objects.get(slug="probe")
    assert (centre.schema_name, centre.status, centre.primary_host) == ("c_probe", "trial", "probe.localhost")
    record = AuditRecord.objects.latest("pk")
    assert (record.verb, record.by, record.object_id) == ("opened", root, str(centre.pk))
    with tenant_context(centre):
        boss = User.objects.get()
        assert (boss.email, boss.roles) == ("boss@probe.example", [Role.ADMIN])
        assert not boss.has_usable_password()
        letter = Message.objects.get()
        assert letter.to_address == "boss@probe.example"
        assert "probe.localhost" in letter.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("slug", "sunrise"),
        ("slug", "Big Name"),
        ("slug", "admin"),
        ("host", "sunrise.localhost"),
        ("host", "Sunrise.LOCALHOST"),
        ("host", "localhost"),
        ("host", "http://probe.example"),
        ("admin_email", "nobody"),
        ("time_zone", "Mars/Base"),
        ("currency", "QQQ"),
        ("locale", "xx-zz"),
        ("country", "QQ"),
        ("brand_colour", "#ffff00"),
        ("grid_minutes", "1"),
    ],
)
def test_open_refuses_beside_the_field_and_keeps_what_was_typed(admin, field, value):
    response = admin.post(LIST + "add/", NEW | {field: value})
    assert response.status_code == 200
    found, *_rest = errors(response)
    assert field in found
    assert b'value="Boss@Probe.example"' in response.content or field == "admin_email"
    assert not Centre.objects.filter(name="Probe").exists()


def test_open_says_when_the_template_is_not_up_to_date(admin):
    SchemaTemplate.objects.update(fingerprint="of another release")
    response = admin.post(LIST + "add/", NEW)
    assert b"manage.py prepare" in response.content
    assert not Centre.objects.filter(slug="probe").exists()


def test_change_saves_what_was_typed_with_its_trail(admin, harbour_centre):
    response = admin.post(f"{LIST}{harbour_centre.pk}/change/", facts_of(harbour_centre, tagline="By the sea"))
    assert response.status_code == 302, errors(response)
    harbour_centre.refresh_from_db()
    assert harbour_centre.tagline == "By the sea"
    record = AuditRecord.objects.latest("pk")
    assert (record.verb, record.changes) == ("changed", {"tagline": ["", "By the sea"]})


def test_change_without_a_change_leaves_no_trail(admin, harbour_centre):
    assert admin.post(f"{LIST}{harbour_centre.pk}/change/", facts_of(harbour_centre)).status_code == 302
    assert not AuditRecord.objects.exists()


def read_of(page):
    """What the form of a page says it has read, as a browser sends it."""
    return re.search(r'name="as_read" value="([^"]+)"', page.text)[1]


def test_change_does_not_undo_unseen_what_another_changed(admin, harbour_centre):
    url = f"{LIST}{harbour_centre.pk}/change/"
    stale = facts_of(harbour_centre, as_read=read_of(admin.get(url)))
    Centre.objects.filter(pk=harbour_centre.pk).update(tagline="Theirs")
    refusal = admin.post(url, {**stale, "phone": "+1 212 555 0140"})
    form = refusal.context["adminform"].form
    assert "Changed: One sentence about the centre." in form.non_field_errors()[0]
    assert form.errors["tagline"] == ["It says “Theirs” now."] and form["phone"].value() == "+1 212 555 0140"
    harbour_centre.refresh_from_db()
    assert (harbour_centre.tagline, harbour_centre.phone) == ("Theirs", "")
    sent = admin.post(url, {**stale, "phone": "+1 212 555 0140", "as_read": read_of(refusal)})
    assert sent.status_code == 302, errors(sent)
    harbour_centre.refresh_from_db()
    assert (harbour_centre.tagline, harbour_centre.phone) == ("", "+1 212 555 0140")


def test_change_tells_of_a_host_name_that_another_removed(admin, harbour_centre):
    url, more = f"{LIST}{harbour_centre.pk}/change/", {"tenant": harbour_centre, "is_primary": False}
    Domain.objects.create(domain="a.example.org", **more)
    stale = facts_of(harbour_centre, as_read=read_of(admin.get(url)))
    Domain.objects.filter(domain="a.example.org").delete()
    refusal = admin.post(url, stale)
    assert "Changed: Domains." in refusal.context["adminform"].form.non_field_errors()[0]
    assert refusal.text.count('value="a.example.org"') == 1 and "valid choice" not in refusal.text
    assert admin.post(url, {**stale, "as_read": read_of(refusal)}).status_code == 302
    assert set(harbour_centre.domains.values_list("domain", flat=True)) == {"a.example.org", "harbour.localhost"}


def test_change_leaves_an_address_that_nobody_touched(admin, harbour_centre):
    """A browser sends its lines with CR LF."""
    Centre.objects.filter(pk=harbour_centre.pk).update(address="Pier 1\nHarbour")
    harbour_centre.refresh_from_db()
    sent = facts_of(harbour_centre, address="Pier 1\r\nHarbour")
    assert admin.post(f"{LIST}{harbour_centre.pk}/change/", sent).status_code == 302
    assert not AuditRecord.objects.exists()


def test_change_adds_a_host_name_in_small_letters(admin, harbour_centre, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        response = admin.post(
            f"{LIST}{harbour_centre.pk}/change/", facts_of(harbour_centre, **{"domains-1-domain": "Clinic.Example.org"})
        )
    assert response.status_code == 302, errors(response)
    assert set(harbour_centre.domains.values_list("domain", "is_primary")) == {
        ("harbour.localhost", True),
        ("clinic.example.org", False),
    }
    assert AuditRecord.objects.latest("pk").changes == {
        "host names": [["harbour.localhost"], ["clinic.example.org", "harbour.localhost"]]
    }
    admin.defaults["HTTP_HOST"] = "clinic.example.org"
    assert admin.get("/brand.css").status_code == 200


def test_change_refuses_a_host_name_of_another_centre(admin, harbour_centre):
    sent = facts_of(harbour_centre, **{"domains-1-domain": "SUNRISE.localhost"})
    response = admin.post(f"{LIST}{harbour_centre.pk}/change/", sent)
    assert response.status_code == 200
    assert Domain.objects.get(domain="sunrise.localhost").tenant.slug == "sunrise"


def test_change_refuses_to_leave_a_centre_without_a_host_name(admin, harbour_centre):
    sent = facts_of(harbour_centre, **{"domains-0-DELETE": "on"})
    _form, _rows, whole = errors(admin.post(f"{LIST}{harbour_centre.pk}/change/", sent))
    assert "A centre needs a host name." in whole[0]


def test_suspend_asks_first_then_closes_the_doors(admin, harbour_centre, django_capture_on_commit_callbacks):
    asked = admin.post(LIST, {"action": "suspend", "_selected_action": [harbour_centre.pk]})
    assert asked.status_code == 200
    assert b"Nothing is deleted" in asked.content
    harbour_centre.refresh_from_db()
    assert harbour_centre.is_open
    with django_capture_on_commit_callbacks(execute=True):
        done = admin.post(
            LIST, {"action": "suspend", "_selected_action": [harbour_centre.pk], "confirmed": "yes"}, follow=True
        )
    assert b"1 centre is suspended" in done.content
    assert AuditRecord.objects.latest("pk").verb == "suspended"
    page = admin.get("/", headers={"host": "harbour.localhost"})
    assert page.status_code == 503
    assert b"Harbour Clinic is closed for the moment" in page.content


def test_resume_opens_the_doors_again(admin, harbour_centre, django_capture_on_commit_callbacks):
    Centre.objects.filter(pk=harbour_centre.pk).update(status=Centre.Status.SUSPENDED)
    with django_capture_on_commit_callbacks(execute=True):
        done = admin.post(LIST, {"action": "resume", "_selected_action": [harbour_centre.pk]}, follow=True)
    assert b"1 centre works again" in done.content
    harbour_centre.refresh_from_db()
    assert harbour_centre.status == Centre.Status.ACTIVE
    assert AuditRecord.objects.latest("pk").verb == "resumed"


def test_suspend_passes_over_whom_another_superuser_has_suspended_meanwhile(admin, harbour_centre, monkeypatch):
    """Both looked at the same list; the second to press finds it done, and the trail says it once."""
    ask = {"action": "suspend", "_selected_action": [harbour_centre.pk], "confirmed": "yes"}

    def overtaken(self, request, centres, action, verb, each=Centres._each):
        each(self, request, centres, action, verb)
        return each(self, request, centres, action, verb)

    monkeypatch.setattr(Centres, "_each", overtaken)
    page = admin.post(LIST, ask, follow=True)
    assert b"0 centres are suspended" in page.content
    assert AuditRecord.objects.filter(verb="suspended", object_id=str(harbour_centre.pk)).count() == 1


def test_nobody_deletes_a_centre(admin, harbour_centre):
    assert admin.get(f"{LIST}{harbour_centre.pk}/delete/").status_code == 403
    assert b"delete_selected" not in admin.get(LIST).content


def test_history_is_the_audit_trail(admin, harbour_centre):
    admin.post(f"{LIST}{harbour_centre.pk}/change/", facts_of(harbour_centre, tagline="By the sea"))
    page = admin.get(f"{LIST}{harbour_centre.pk}/history/", follow=True)
    assert page.status_code == 200
    assert [record.verb for record in page.context["cl"].result_list] == ["changed"]
    detail = admin.get(f"/admin/accounts/auditrecord/{AuditRecord.objects.latest('pk').pk}/change/")
    assert b"By the sea" in detail.content
