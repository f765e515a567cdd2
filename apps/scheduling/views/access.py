"""Whose time a page is about, and who may change it."""

from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property

from apps.accounts.access import PermissionRequired
from apps.accounts.models import User
from apps.accounts.roles import Permission, Role
from apps.therapists.models import Therapist

P = Permission


class NoProfile(Http404):
    """Somebody without a therapist's profile asked for their own time."""


class OfTherapist(PermissionRequired):
    """A page about one therapist's time: theirs, or, for those who may see everybody's, the one in the address.

    Somebody else's page answers 404 to a therapist.
    """

    permission = (P.AVAILABILITY_READ, P.AVAILABILITY_MANAGE, P.AVAILABILITY_MANAGE_OWN)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except NoProfile:  # a new therapist, whose profile the centre has yet to make, is told so
            if Role.THERAPIST not in request.user.role_set or request.method == "POST":
                raise
            return render(request, "scheduling/no_profile.html")

    @cached_property
    def therapist(self) -> Therapist:
        pk = self.kwargs.get("therapist")
        rows = Therapist.objects.select_related("user")
        if pk is None or not self.sees_everybody:
            own = rows.filter(user=self.user).first()
            if own is None and pk is None:
                raise NoProfile
            if own is None or pk not in (None, own.pk):
                raise Http404
            return own
        return get_object_or_404(rows, pk=pk)

    @property
    def sees_everybody(self) -> bool:
        return self.user.can(P.AVAILABILITY_READ) or self.user.can(P.AVAILABILITY_MANAGE)

    @property
    def is_own(self) -> bool:
        return self.therapist.user_id == self.user.pk

    @property
    def may_edit(self) -> bool:
        return self.user.can(P.AVAILABILITY_MANAGE) or (self.is_own and self.user.can(P.AVAILABILITY_MANAGE_OWN))

    def hours_url(self) -> str:
        return self._address("hours", "my-hours")

    def time_off_url(self) -> str:
        return self._address("time-off-list", "my-time-off")

    def _address(self, name: str, own: str) -> str:
        """A therapist's own pages have addresses of their own, which the navigation knows."""
        if self.is_own and not self.sees_everybody:
            return reverse(f"scheduling:{own}")
        return reverse(f"scheduling:{name}", args=[self.therapist.pk])

    def about(self) -> dict[str, object]:
        """What every template of such a page is given."""
        return {
            "therapist": self.therapist,
            "is_own": self.is_own,
            "may_edit": self.may_edit,
            "hours_url": self.hours_url(),
            "time_off_url": self.time_off_url(),
        }


class EditsTherapist(OfTherapist):
    """The same for a page that changes something: who may only see gets 403, before anything is looked up."""

    def may_enter(self, user: User) -> bool:
        return super().may_enter(user) and self.may_edit
