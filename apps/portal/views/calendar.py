"""The calendar: columns per therapist or room, day, week, month, list. Without JavaScript, a list of the day."""

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View

from apps.accounts.access import PermissionRequired
from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.core import clock, formats
from apps.portal import days
from apps.portal.events import MOST_DAYS, NO_ROOM, ROOM, THERAPIST, Asked, events
from apps.sessions.models import Room, State, TherapySession
from apps.sessions.models.session import OPEN
from apps.sessions.steps import with_steps
from apps.therapists.models import Therapist, TherapyType

VIEWS = ("columns", "week", "month", "list")
COLOURS = ("state", "kind")
DAY_STARTS, DAY_ENDS = "07:00", "20:00"  # shown at first; what is booked beyond widens the day


def therapists(user: User) -> list[Therapist]:
    """Whose columns there are: all who work here for the desk, only oneself for a therapist."""
    rows = Therapist.objects.select_related("user")
    if not user.is_desk:
        return list(rows.filter(user=user))
    coming = TherapySession.objects.filter(session_therapists__therapist=OuterRef("pk"), state__in=OPEN)
    still_needed = Exists(coming.filter(ends_at__gt=clock.now()))
    return list(rows.filter(Q(status=Therapist.Status.APPROVED, user__is_active=True) | still_needed))


class Calendar(PermissionRequired, TemplateView):
    permission = Permission.SESSION_READ
    template_name = "portal/calendar.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        day = self.day
        facts = {
            "config": self.config(),
            "day": day,
            "previous": day - dt.timedelta(days=1),
            "following": day + dt.timedelta(days=1),
            "sessions": self.sessions(),
            "therapy_types": TherapyType.objects.active() if self.user.is_desk else [],
            "states": [state for state in State if state != State.CANCELLED],
        }
        return super().get_context_data(**facts, **kwargs)

    @property
    def centre(self) -> Any:
        return self.request.tenant

    @cached_property
    def day(self) -> dt.date:
        return days.read_day(self.request.GET.get("date")) or days.today(self.centre)

    def chosen(self, name: str, among: Any, default: str) -> str:
        value = self.request.GET.get(name, "")
        return value if value in among else default

    def sessions(self) -> list[TherapySession]:
        """The day's sessions, for the list without JavaScript."""
        rows = TherapySession.objects.visible_to(self.user).exclude(state=State.CANCELLED)
        return with_steps(rows.overlapping(*days.edges(self.centre, self.day)).for_lists())

    @cached_property
    def resources(self) -> dict[str, list[dict[str, str]]]:
        people = [{"id": str(one.pk), "title": str(one)} for one in therapists(self.user)]
        if not self.user.is_desk:
            return {THERAPIST: people}
        rooms = [{"id": str(room.pk), "title": room.name} for room in Room.objects.filter(is_active=True)]
        return {THERAPIST: people, ROOM: [*rooms, {"id": NO_ROOM, "title": str(_("No room"))}]}

    def config(self) -> dict[str, Any]:
        """What static/js/calendar.js reads."""
        now, locale = clock.now().astimezone(self.centre.zone), formats.locale()
        by = self.chosen("by", self.resources, THERAPIST)
        books = self.user.can(Permission.SESSION_BOOK)
        return {
            "events_url": reverse("portal:calendar-events"),
            "book_url": reverse("portal:desk-booking") + "?stay=1" if books else "",
            "resources": self.resources,
            "by": by,
            "only": self.chosen("only", [one["id"] for one in self.resources[by]], ""),
            "view": self.chosen("view", VIEWS, "columns" if self.user.is_desk else "week"),
            "phone_view": "day",
            "colour": self.chosen("colour", COLOURS, "state"),
            "date": self.day.isoformat(),
            "locale": str(locale).replace("_", "-"),
            "utc_offset": f"{now:%z}"[:3] + ":" + f"{now:%z}"[3:],
            "first_day": (locale.first_week_day + 1) % 7,
            "slot_min": DAY_STARTS,
            "slot_max": DAY_ENDS,
            "step": self.centre.grid_minutes,
        }


class CalendarEvents(PermissionRequired, View):
    """The events of a range as JSON: `?start=&end=` on the centre's wall clock, `by` and `only` as in the calendar."""

    permission = Permission.SESSION_READ
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        start, end = (days.read_wall(request.GET.get(name)) for name in ("start", "end"))
        if not start or not end or not start < end <= start + dt.timedelta(days=MOST_DAYS):
            return HttpResponseBadRequest(_("Ask for a start and an end, at most two months apart."))
        zone = self.request.tenant.zone
        by = ROOM if request.GET.get("by") == ROOM and self.user.is_desk else THERAPIST
        asked = Asked(
            centre=self.request.tenant,
            user=self.user,
            since=start.replace(tzinfo=zone),
            until=end.replace(tzinfo=zone),
            by=by,
            only=request.GET.get("only", ""),
        )
        return JsonResponse(events(asked), safe=False)
