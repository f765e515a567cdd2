"""Centres: open, change, suspend, resume, their host names and how much they use. Never deleted here."""

import zoneinfo
from typing import Any

from babel import Locale
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.accounts import audit, staleness
from apps.core.errors import DomainError
from apps.core.forms import ColorInput, LineField, RowsBelow, TextArea
from apps.portal import opening
from apps.portal.admin.audit import Audited
from apps.portal.admin.site import site
from apps.tenants import actions, directory, provisioning
from apps.tenants.models import Centre, Domain
from apps.tenants.usage import COUNTERS, usage

FACTS = [
    (None, ["name", "slug", "host", "admin_email", "status", "as_read"]),
    (_("Where and how"), ["time_zone", "currency", "locale", "country", "subdivision"]),
    (_("For visitors"), ["tagline", "email", "phone", "address", "brand_colour"]),
    (
        _("Booking"),
        ["grid_minutes", "notice_minutes", "horizon_days", "hold_minutes", "cancel_notice_minutes"],
    ),
]


OPENING = ("host", "admin_email")


def _zones() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones())]


def _countries() -> list[tuple[str, str]]:
    known = [(code, name) for code, name in Locale("en").territories.items() if len(code) == 2 and code.isalpha()]
    return [("", "-"), *sorted(known, key=lambda pair: pair[1])]


class CentreForm(forms.ModelForm):
    """A centre's facts, with everything that is wrong said beside its field.

    Of two who change one centre the second is told, whether the first did it here or in the centre's own settings.
    """

    as_read = staleness.AsRead(required=False)

    class Meta:
        model = Centre
        fields = [name for _title, names in FACTS for name in names if name not in OPENING]
        widgets = {
            "brand_colour": ColorInput,
            "time_zone": forms.Select,
            "country": forms.Select,
            "address": TextArea(attrs={"rows": 4, "class": "vLargeTextField"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("time_zone", _zones()), ("country", _countries())):
            self.fields[name].widget.choices = choices
        staleness.remember(self, self._host_names)

    @property
    def domains(self) -> Any:
        return self.instance.domains

    def _host_names(self) -> dict[str, Any]:
        rows = Domain.objects.filter(tenant=self.instance)
        return {"domains": [f"{row.domain} {row.is_primary}" for row in rows]}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        try:
            staleness.require_as_read(self, self._host_names)
        except DomainError as refusal:
            staleness.say(self, refusal)
            self.add_error(None, str(refusal))
        return cleaned


class OpeningForm(CentreForm):
    """What is asked only when a centre is opened: afterwards host names and users are rows of their own."""

    host = LineField(
        label=_("Host name"),
        required=False,
        max_length=253,
        help_text=_("Empty: the short name before the public site's host."),
    )
    admin_email = forms.EmailField(
        label=_("First administrator"),
        help_text=_("Gets an invitation to set a password; everybody else is invited by them."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        locale = self.fields["locale"]
        locale.required, locale.initial = False, ""
        locale.help_text = _("How dates and money are written, such as en-GB. Empty: as in the country.")
        self.initial["locale"] = ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        host = cleaned.get("host") or f"{cleaned.get('slug', '')}.{settings.PUBLIC_HOST}"
        cleaned["host"] = host.strip().lower()
        try:
            provisioning.current_template()
            if cleaned.get("slug"):
                actions.check_host(cleaned["host"])
        except ValidationError as error:
            self.add_error("host", error.error_dict["domain"])
        except provisioning.TemplateMissing as missing:
            self.add_error(None, str(missing))
        return cleaned


class HostNames(RowsBelow):
    """At least one host name, exactly one of them primary."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Say each field's name to screen readers: the table's heads are not tied to them."""
        super().add_fields(form, index)
        for field in form.fields.values():
            if field.label:
                field.widget.attrs["aria-label"] = field.label

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form.cleaned_data.get("domain") and not form.cleaned_data.get("DELETE")]
        if not kept:
            raise ValidationError(_("A centre needs a host name."))
        if sum(bool(form.cleaned_data.get("is_primary")) for form in kept) != 1:
            raise ValidationError(_("Choose one primary host name: the one that addresses in mail begin with."))


class HostName(forms.ModelForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_primary"].initial = False  # a new name joins the primary one, it does not replace it


class DomainInline(admin.TabularInline):
    model = Domain
    form = HostName
    formset = HostNames
    extra = 1


class CentreChangeList(ChangeList):
    """Adds what every listed centre uses: one query for them all."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        counts = usage(centre for centre in self.result_list if centre.schema_there)
        for centre in self.result_list:
            centre.counts = counts.get(centre.schema_name, {})


@admin.register(Centre, site=site)
class Centres(Audited):
    form = CentreForm
    list_display = ("name", "slug", "state", "hosts", "users", "sessions_this_month", "created_at")
    list_filter = ("status",)
    search_fields = ("name", "slug", "domains__domain")
    actions = ("suspend", "resume")
    save_on_top = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return Centre.objects.with_schema().prefetch_related("domains")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return CentreChangeList

    def get_form(self, request: HttpRequest, obj: Centre | None = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **{"form": CentreForm if obj else OpeningForm, **kwargs})

    def get_fieldsets(self, request: HttpRequest, obj: Centre | None = None) -> list[Any]:
        hidden = set(OPENING) if obj else {"status", "as_read"}
        sets = [(title, {"fields": [name for name in names if name not in hidden]}) for title, names in FACTS]
        return [*sets, (_("Use"), {"fields": ["how_much", "schema_name", "created_at"]})] if obj else sets

    def get_readonly_fields(self, request: HttpRequest, obj: Centre | None = None) -> tuple[str, ...]:
        return ("slug", "how_much", "schema_name", "created_at") if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Centre | None) -> list[Any]:
        return [DomainInline] if obj else []

    @admin.display(description=_("status"), ordering="status")
    def state(self, centre: Centre) -> SafeString | str:
        if not centre.schema_there:
            return format_html('<span class="state" data-status="failed">{}</span>', _("Schema is missing"))
        return format_html('<span class="state" data-status="{}">{}</span>', centre.status, centre.get_status_display())

    @admin.display(description=_("host names"))
    def hosts(self, centre: Centre) -> SafeString:
        names = sorted(centre.domains.all(), key=lambda domain: (not domain.is_primary, domain.domain))
        links = [(actions.site(domain.domain), domain.domain) for domain in names]
        return format_html_join(", ", '<a href="{}">{}</a>', links)

    @admin.display(description=_("users"))
    def users(self, centre: Centre) -> int:
        return int(centre.counts.get("Users", 0))

    @admin.display(description=_("sessions this month"))
    def sessions_this_month(self, centre: Centre) -> int:
        return int(centre.counts.get("Sessions this month", 0))

    @admin.display(description=_("how much"))
    def how_much(self, centre: Centre) -> str:
        counts = usage([centre]).get(centre.schema_name, {}) if centre.schema_there else {}
        return " · ".join(f"{counter.label}: {counts.get(counter.label, 0)}" for counter in COUNTERS)

    # --- writing: the same actions as the commands, each with its audit record in the form's transaction

    def save_form(self, request: HttpRequest, form: CentreForm, change: bool) -> Centre:
        return form.save(commit=False)

    def save_model(self, request: HttpRequest, obj: Centre, form: CentreForm, change: bool) -> None:
        if change:
            changes = {name: [form.initial.get(name), form.cleaned_data[name]] for name in form.changed_data}
            actions.change_centre(obj, **{name: form.cleaned_data[name] for name in changes})
            if changes:
                audit.record(by=self.by(request), verb="changed", obj=obj, changes=changes)
            return
        facts = {name: value for name, value in form.cleaned_data.items() if name not in ("host", staleness.NAME)}
        obj.__dict__.update(opening.open_centre(domain=form.cleaned_data["host"], **facts).__dict__)
        audit.record(by=self.by(request), verb="opened", obj=obj)

    def save_formset(self, request: HttpRequest, form: CentreForm, formset: Any, change: bool) -> None:
        before = sorted(Domain.objects.filter(tenant=form.instance).values_list("domain", flat=True))
        formset.save()
        after = sorted(Domain.objects.filter(tenant=form.instance).values_list("domain", flat=True))
        if formset.has_changed():
            audit.record(
                by=self.by(request), verb="changed", obj=form.instance, changes={"host names": [before, after]}
            )
            transaction.on_commit(directory.changed)

    @admin.action(description=_("Suspend the chosen centres"))
    def suspend(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Ask first, saying what will happen; then close the doors."""
        centres = [centre for centre in queryset if centre.is_open]
        if not centres:
            self.message_user(request, _("None of them is open."), messages.WARNING)
            return None
        if "confirmed" not in request.POST:
            return self._ask(request, centres)
        count = self._each(request, centres, actions.suspend, "suspended")
        said = ngettext(
            "%d centre is suspended: its pages say so.", "%d centres are suspended: their pages say so.", count
        )
        self.message_user(request, said % count, messages.SUCCESS)
        return None

    @admin.action(description=_("Resume the chosen centres"))
    def resume(self, request: HttpRequest, queryset: Any) -> None:
        centres = [centre for centre in queryset if centre.status == Centre.Status.SUSPENDED]
        if not centres:
            self.message_user(request, _("None of them is suspended."), messages.WARNING)
            return
        count = self._each(request, centres, actions.resume, "resumed")
        said = ngettext("%d centre works again.", "%d centres work again.", count)
        self.message_user(request, said % count, messages.SUCCESS)

    @transaction.atomic
    def _each(self, request: HttpRequest, centres: list[Centre], action: Any, verb: str) -> int:
        """Do it for each, locked in one order; whom another superuser has dealt with meanwhile is passed over."""
        as_seen = {"pk__in": [centre.pk for centre in centres], "status__in": {centre.status for centre in centres}}
        waiting = Centre.objects.select_for_update(of=("self",)).filter(**as_seen).order_by("pk")
        for centre in waiting:
            action(centre)
            audit.record(by=self.by(request), verb=verb, obj=centre)
        return len(waiting)

    def _ask(self, request: HttpRequest, centres: list[Centre]) -> HttpResponse:
        page = self.admin_site.each_context(request)
        facts = {"title": _("Suspend centres"), "centres": centres, "opts": self.opts}
        return TemplateResponse(request, "admin/tenants/centre/suspend.html", {**page, **facts})
