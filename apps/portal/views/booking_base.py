"""What the steps of booking share: who may enter, which step it is, and what the loser of a race is offered."""

from enum import IntEnum
from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.generic import View

from apps.accounts.roles import Permission
from apps.core.errors import DomainError
from apps.core.http import FormFlow
from apps.portal import booking, choosing
from apps.portal.booking import Draft
from apps.portal.choosing import Menu


class Step(IntEnum):
    WHAT = 1
    WHO = 2
    WHEN = 3
    DETAILS = 4
    CONFIRM = 5


class BookingEntry(View):
    """Visitors and patients book here; whoever works at the centre looks, and is told to book at the desk."""

    request: Any  # carries `tenant`; the stubs of mixins leave no narrower type possible
    step: Step

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = self.request.user
        self.is_onlooker = user.is_authenticated and not user.can(Permission.SESSION_BOOK_OWN)
        if self.is_onlooker and self.step >= Step.DETAILS:
            return HttpResponseRedirect(reverse("portal:book"))
        if self.is_onlooker and request.method == "POST":
            raise PermissionDenied
        return self.elsewhere() or super().dispatch(request, *args, **kwargs)

    def elsewhere(self) -> HttpResponse | None:
        """Return where to go first, when a step before is missing."""
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        steps = {"step": int(self.step), "steps": len(Step), "is_onlooker": self.is_onlooker}
        return super().get_context_data(**kwargs, **steps)  # type: ignore[misc]


class LostTime(FormFlow):
    """A refusal that means "not this time" answers 409 with the nearest free times; the draft keeps what was typed."""

    lost_template_name = "portal/book_taken.html"

    def refused(self, form: BaseForm, refusal: DomainError) -> HttpResponse:
        if isinstance(refusal, booking.LOST):
            return self.lost(refusal)
        return super().refused(form, refusal)

    def lost(self, refusal: DomainError) -> HttpResponse:
        centre = self.request.tenant  # type: ignore[attr-defined]
        draft = Draft.of(self.request)
        choice = choosing.read(Menu(centre), booking.choice_of(draft))
        near = booking.alternatives(centre, choice, draft.moment, draft.patient) if choice.is_complete else []
        facts = {"refusal": str(refusal), "choice": choice, "alternatives": near, "draft": draft}
        steps = {"step": int(Step.WHEN), "steps": len(Step), "lost_at": draft.moment}
        facts["post_url"] = choice.url("portal:book-time")
        facts["times_url"] = choice.url("portal:book-time", day=booking.local_day(draft.moment))
        return TemplateResponse(self.request, self.lost_template_name, {**facts, **steps}, status=409)
