"""A therapist's day: the next session first, then the rest, then a word on tomorrow."""

import datetime as dt
from typing import Any

from django.views.generic import TemplateView

from apps.accounts.access import PermissionRequired
from apps.accounts.models import User
from apps.accounts.roles import Permission, Role
from apps.core import clock
from apps.core.http import Fragments
from apps.portal import days
from apps.scheduling.models import WorkingHours
from apps.sessions.models import State, TherapySession
from apps.sessions.steps import with_steps
from apps.therapists.models import Therapist


class Today(PermissionRequired, Fragments, TemplateView):
    permission = Permission.SESSION_READ
    template_name = "portal/today.html"
    fragment = "day"

    def may_enter(self, user: User) -> bool:
        return super().may_enter(user) and Role.THERAPIST in user.role_set

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        centre = self.request.tenant
        today = days.today(centre)
        since, until = days.edges(centre, today, today + dt.timedelta(days=1))
        mine = TherapySession.objects.filter(session_therapists__therapist__user=self.user)
        rows = with_steps(
            mine.filter(starts_at__gte=since, starts_at__lt=until).exclude(state=State.CANCELLED).for_lists()
        )
        tomorrow = [session for session in rows if session.starts_at >= days.edges(centre, today)[1]]
        facts = self.split(rows[: len(rows) - len(tomorrow)])
        left = mine.to_close().filter(starts_at__lt=since).count()
        facts["has_profile"] = bool(rows) or Therapist.objects.filter(user=self.user).exists()
        facts["needs_hours"] = facts["has_profile"] and not rows and self.needs_hours()
        return super().get_context_data(today=today, tomorrow=tomorrow, left_to_close=left, **facts, **kwargs)

    def needs_hours(self) -> bool:
        """Whether nobody has set this therapist's hours yet. One query."""
        hours = WorkingHours.objects.filter(therapist__user=self.user)
        return self.user.can(Permission.AVAILABILITY_MANAGE_OWN) and not hours.exists()

    def split(self, rows: list[TherapySession]) -> dict[str, Any]:
        """The next session (the one that runs, or the first to come), what waits to be closed, and the others."""
        now = clock.now()
        coming = [session for session in rows if session.is_open and session.ends_at > now]
        waiting = [session for session in rows if session.is_open and session.ends_at <= now]
        chosen = coming[0] if coming else None
        others = [session for session in rows if session is not chosen and session not in waiting]
        return {"next": chosen, "waiting": waiting, "others": others, "count": len(rows), "now": now}
