"""The desk moves a session: another day, time, therapist or room. A drag in the calendar is confirmed here."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from apps.accounts.access import get_visible_or_404
from apps.accounts.roles import Permission
from apps.core import clock, formats
from apps.portal import desk
from apps.portal.forms.desk import SessionMoveForm
from apps.portal.views.desk import DeskFlow
from apps.sessions.models import TherapySession
from apps.sessions.steps import steps_of
from apps.sessions.views.answers import settled


class SessionMove(DeskFlow):
    permission = Permission.SESSION_UPDATE
    form_class = SessionMoveForm
    template_name = "portal/session_move.html"
    parts = {"times": "portal/_desk_times.html"}

    @cached_property
    def session(self) -> TherapySession:
        return get_visible_or_404(TherapySession.objects.for_lists(), self.user, pk=self.kwargs["pk"])

    def get_initial(self) -> dict[str, Any]:
        """Where it is now, but for what the address asks for."""
        asked, session = self.prefilled(), self.session
        start = session.starts_at.astimezone(self.centre.zone)
        now = {"on": start.date().isoformat(), "slot": f"{start:%H:%M}", "room": session.room_id}
        lead = session.lead
        kept = {name: value for name, value in asked.items() if name != "on" or self.asks_for_day}
        return {**now, "therapist": str(lead.pk) if lead else "", **kept}

    @property
    def asks_for_day(self) -> bool:
        return "on" in self.request.GET or "start" in self.request.GET

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = {**super().get_form_kwargs(), "session": self.session}
        return {**kwargs, "data": self.typed_data()} if self.request.method == "POST" else kwargs

    def act(self, form: SessionMoveForm) -> TherapySession:
        names = ("starts_at", "therapist", "room", "reason")
        facts = {name: form.cleaned_data[name] for name in names}
        return desk.move_at_desk(
            centre=self.centre, session=self.session, by=self.user, override=form.override, **facts
        )

    def done(self) -> HttpResponse:
        said = _("Moved to %(when)s.") % {"when": formats.moment(self.result.starts_at)}
        return settled(self.request, said, to=reverse("sessions:session-detail", args=[self.session.pk]))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_move = steps_of(self.session, clock.now()).move
        return super().get_context_data(session=self.session, may_move=may_move, **kwargs)
