"""One patient's record: who they are, who acts for them, when they came and come. Opening it leaves a trace."""

from typing import Any

from django.db import transaction
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.generic import View

from apps.accounts import audit
from apps.accounts.access import PermissionRequired, get_visible_or_404
from apps.accounts.models import AuditRecord
from apps.accounts.roles import Permission
from apps.core.http import Fragments
from apps.patients.models import Patient
from apps.sessions.models import TherapySession

UPCOMING = 10
PAST = 10
READERS = 20


class PatientRecord(PermissionRequired, Fragments, View):
    """The page is rendered in the transaction that writes the audit record: no record, no page."""

    permission = Permission.PATIENT_READ
    template_name = "portal/patient_record.html"
    fragment = "record"

    @transaction.atomic
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = Patient.objects.with_guardian_flag()
        self.patient = get_visible_or_404(rows, self.request.user, pk=kwargs["pk"])
        audit.read(by=self.request.user, obj=self.patient)
        return TemplateResponse(request, self.get_template_names(), self.get_context_data()).render()

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        guardianships = self.patient.guardianships.select_related("guardian__user").order_by("-pays", "pk")
        facts = {
            "patient": self.patient,
            "guardianships": guardianships,
            "identifiers": self.patient.identifiers.all(),
            "readers": self.readers(),
            **self.sessions(),
        }
        return super().get_context_data(**facts, **context)

    def sessions(self) -> dict[str, Any]:
        """What the viewer may see of this patient's sessions: a therapist their own, the desk all."""
        user = self.request.user
        if not user.can(Permission.SESSION_READ):
            return {}
        rows = TherapySession.objects.visible_to(user).for_patient(self.patient).for_lists()
        past = list(rows.past()[: PAST + 1])
        return {
            "sees_sessions": True,
            "upcoming": rows.upcoming()[:UPCOMING],
            "past": past[:PAST],
            "has_older": len(past) > PAST,
        }

    def readers(self) -> Any:
        """Who opened this record, how often and when last, for those who may see the trail; this reading included."""
        if not self.request.user.can(Permission.AUDIT_READ):
            return None
        readings = AuditRecord.objects.about(self.patient).filter(verb="read").values("by", "by_name")
        return readings.annotate(times=Count("pk"), last_at=Max("at")).order_by("-last_at")[:READERS]
