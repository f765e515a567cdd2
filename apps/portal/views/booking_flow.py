"""The last steps of booking, whose state stands in the draft: details, confirm, done."""

from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import clock
from apps.core.errors import DomainError
from apps.core.http import FormFlow, redirect_after
from apps.patients.models import Patient
from apps.portal import booking, choosing
from apps.portal.booking import ChoiceChanged, Draft, Wanted
from apps.portal.family import Family, sessions
from apps.portal.forms.booking import SELF, BookDetailsForm, BookReviewForm
from apps.portal.views.booking_base import BookingEntry, LostTime, Step
from apps.portal.views.my import MySession
from apps.sessions.models import TherapySession


class Drafted(BookingEntry):
    """A step that needs a chosen time. Without one, or when its therapist left, it goes back to the choice."""

    without_time: str | Promise = gettext_lazy("Please choose a time first.")

    def elsewhere(self) -> HttpResponse | None:
        if self.wanted is not None:
            return None
        if self.request.method == "GET" and (booked := self._just_booked()):
            return HttpResponseRedirect(reverse("portal:book-done", args=[booked.pk]))
        messages.info(self.request, str(self.without_time))
        return HttpResponseRedirect(reverse("portal:book"))

    def _just_booked(self) -> TherapySession | None:
        """What this browser booked last, while it lies ahead: the back button must not look as if nothing was booked."""
        booked = self.request.session.get(booking.BOOKED_KEY)
        if not booked or not self.request.user.is_authenticated:
            return None
        return sessions(self.request.user).upcoming().filter(pk=booked).first()

    @cached_property
    def draft(self) -> Draft:
        return Draft.of(self.request)

    @cached_property
    def wanted(self) -> Wanted | None:
        return booking.wanted(self.request.tenant, self.draft) if self.draft.has_time else None

    @cached_property
    def family(self) -> Family:
        return Family(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts: dict[str, Any] = {"draft": self.draft, "wanted": self.wanted, "times_url": self._times_url()}
        if self.wanted:
            until = self.wanted.cancellable_until(self.request.tenant)
            facts |= {"until": until, "can_still_cancel": until > clock.now()}
            facts |= booking.zones(self.request.tenant, self.wanted.starts_at)
        return super().get_context_data(**kwargs, **facts)

    def _times_url(self) -> str:
        """Back to the times of this choice, on the day of the time that is held."""
        choice = choosing.read(choosing.Menu(self.request.tenant), booking.choice_of(self.draft))
        return choice.url("portal:book-time", day=booking.local_day(self.draft.moment))


class BookDetails(Drafted, FormFlow):
    """For whom, and what about. Whoever is not signed in is asked to, and comes back here with the time still kept."""

    template_name = "portal/book_details.html"
    form_class = BookDetailsForm
    success_url = "portal:book-review"
    step = Step.DETAILS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.request.user.is_authenticated:
            return super().get(request, *args, **kwargs)
        facts = self.get_context_data(form=None, next=reverse("portal:book-details"))
        return TemplateResponse(request, "portal/book_sign_in.html", facts)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.request.user.is_authenticated:
            return HttpResponseRedirect(reverse("portal:book-details"))
        return super().post(request, *args, **kwargs)

    def elsewhere(self) -> HttpResponse | None:
        """A form sent after its login ended has lost the time; what was written is kept for the next one."""
        written = self.request.POST.get("concerns", "").replace("\0", "")[: BookDetailsForm.MOST_CONCERNS]
        if written and self.wanted is None:
            self.draft.concerns = written
            self.draft.save(self.request)
            self.without_time = _(
                "You were signed out, and the time is no longer kept. Please choose it again: your note is kept."
            )
        return super().elsewhere()

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "family": self.family}

    def get_initial(self) -> dict[str, Any]:
        own = self.family.own
        who = SELF if own and str(own.pk) == self.draft.patient else self.draft.patient
        return {"concerns": self.draft.concerns, **({"who": who} if who else {})}

    def act(self, form: BookDetailsForm) -> Patient:
        patient = form.save()
        self.draft.patient, self.draft.concerns = str(patient.pk), form.cleaned_data["concerns"]
        self.draft.is_told = True
        self.draft.save(self.request)
        return patient


class BookReview(Drafted, LostTime):
    """Everything once more, and the button that books. Sent twice, it books once."""

    template_name = "portal/book_review.html"
    form_class = BookReviewForm
    step = Step.CONFIRM

    def elsewhere(self) -> HttpResponse | None:
        if not self.request.user.is_authenticated:
            return HttpResponseRedirect(reverse("portal:book-details"))
        if earlier := self._booked_earlier():
            return redirect_after(self.request, reverse("portal:book-done", args=[earlier.pk]))
        if self.draft.has_time and (self.patient is None or not self.draft.is_told):
            return HttpResponseRedirect(reverse("portal:book-details"))
        return super().elsewhere()

    @cached_property
    def patient(self) -> Patient | None:
        return self.family.find(self.draft.patient)

    def _booked_earlier(self) -> TherapySession | None:
        """The session that this very form made a moment ago: the button was pressed twice."""
        key = choosing.as_uuid(self.request.POST.get("key"))
        return sessions(self.request.user).filter(idempotency_key=key).first() if key else None

    def get_initial(self) -> dict[str, Any]:
        return {"key": self.draft.key}

    def act(self, form: BookReviewForm) -> TherapySession:
        if str(form.cleaned_data["key"]) != self.draft.key:
            raise ChoiceChanged
        assert self.patient is not None
        facts = {"draft": self.draft, "patient": self.patient, "by": self.request.user}
        return booking.confirm(centre=self.request.tenant, **facts)

    def done(self) -> HttpResponse:
        booking.finish(self.request, self.result)
        return redirect_after(self.request, reverse("portal:book-done", args=[self.result.pk]))

    def refused(self, form: BaseForm, refusal: DomainError) -> HttpResponse:
        """Whatever changed (a new hold, its price) is shown with the refusal."""
        self.draft.save(self.request)
        self.__dict__.pop("wanted", None)
        form.data = {**dict(form.data.items()), "key": self.draft.key}
        return super().refused(form, refusal)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, patient=self.patient, family=self.family)


class BookDone(MySession):
    """It is booked: what, when, where, and the entry for one's calendar."""

    template_name = "portal/book_done.html"
