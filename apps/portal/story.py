"""A session's history and a record's readers in the plain words that a patient reads."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from apps.accounts.models import AuditRecord, User
from apps.accounts.roles import Role
from apps.core import formats
from apps.patients.models import Patient
from apps.portal.family import Family, members
from apps.sessions.models import SessionEvent, TherapySession

Kind = SessionEvent.Kind


@dataclass(frozen=True)
class Step:
    at: datetime
    text: str
    reason: str = ""


def steps(session: TherapySession, viewer: User) -> list[Step]:
    """What happened to the session, first to last. Staff are "the centre"; only why they cancelled is told."""
    events = session.events.select_related("by")
    return [Step(event.at, _sentence(event, viewer), _reason(event, viewer)) for event in events]


def _sentence(event: SessionEvent, viewer: User) -> str:
    who = _who(event.by, viewer)
    if event.kind == Kind.MOVED and event.from_starts_at and event.to_starts_at:
        facts = {"who": who, "old": formats.moment(event.from_starts_at), "new": formats.moment(event.to_starts_at)}
        return _("Moved from %(old)s to %(new)s by %(who)s") % facts
    words = {
        Kind.BOOKED: _("Booked by %(who)s"),
        Kind.CONFIRMED: _("Confirmed by %(who)s"),
        Kind.MOVED: _("Changed by %(who)s"),
        Kind.STARTED: _("The session began"),
        Kind.COMPLETED: _("The session took place"),
        Kind.MISSED: _("Noted as missed by %(who)s"),
        Kind.CANCELLED: _("Cancelled by %(who)s"),
    }
    return words[Kind(event.kind)] % {"who": who}


def _who(by: User | None, viewer: User) -> str:
    if by == viewer:
        return _("you")
    return _("the centre") if by is None or by.is_team else by.get_full_name()


def _reason(event: SessionEvent, viewer: User) -> str:
    is_own = event.by is not None and not event.by.is_team
    return event.reason if is_own or event.kind == Kind.CANCELLED else ""


# --- who opened a record ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """Somebody opened a record on one day, once or more often."""

    reader: str
    role: str
    patient: str
    at: datetime
    count: int


def readings(user: User) -> QuerySet[AuditRecord, Any]:
    """Who else opened the records of a person and their children: one row per reader, record and day, newest first."""
    keys = [str(pk) for pk in members(user).values_list("pk", flat=True)]
    rows = AuditRecord.objects.filter(object_type=Patient._meta.label_lower, object_id__in=keys, verb="read")
    grouped = rows.exclude(by=user).annotate(on=TruncDate("at")).order_by()
    told = grouped.values("on", "by_name", "by__roles", "object_name").annotate(last=Max("at"), count=Count("pk"))
    return told.order_by("-last")


def as_reading(row: dict[str, Any]) -> Reading:
    roles = ", ".join(str(Role(role).label) for role in row["by__roles"] or [] if role in Role.values)
    return Reading(row["by_name"] or _("the system"), roles, row["object_name"], row["last"], row["count"])


def what_they_may(family: Family) -> list[dict[str, Any]]:
    """Each child with everybody who acts for them and what they may. Two queries."""
    if family.guardian is None:
        return []
    rows = family.guardian.guardianships.select_related("patient").prefetch_related("patient__guardianships__guardian")
    return [{"child": row.patient, "mine": row, "all": row.patient.guardianships.all()} for row in rows]
