"""Rooms, and which sessions they suit."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import PermissionRequired
from apps.accounts.editing import RowForm, remove_or_retire
from apps.accounts.roles import Permission
from apps.core.formats import mode_names
from apps.core.http import FormFlow
from apps.core.lists import Column, ListPage
from apps.core.models import Mode
from apps.sessions.forms.rooms import RoomFilter, RoomForm
from apps.sessions.models import Room
from apps.therapists.models import TherapyType


class RoomList(PermissionRequired, ListPage):
    permission = Permission.SETUP_READ
    template_name = "sessions/room_list.html"
    filter_form_class = RoomFilter
    sorts = {"position": ("position", "name"), "name": ("name",), "place": ("place", "name")}
    default_sort = "position"
    csv_name = "rooms"
    columns = [
        Column(_("Name"), "name"),
        Column(_("Where"), "place"),
        Column(_("Ways to meet"), lambda room: mode_names(room.modes)),
        Column(_("Therapy types"), lambda room: list(room.therapy_types.all())),
        Column(_("In use"), "is_active"),
    ]

    def get_rows(self) -> QuerySet[Room]:
        return Room.objects.prefetch_related("therapy_types")

    def searched(self, rows: QuerySet[Room]) -> QuerySet[Room]:
        for word in self.query.split():
            rows = rows.filter(Q(name__icontains=word) | Q(place__icontains=word))
        return rows

    def filter_state(self, rows: QuerySet[Room], state: str) -> QuerySet[Room]:
        return rows.filter(is_active=state == "active")

    def filter_mode(self, rows: QuerySet[Room], mode: str) -> QuerySet[Room]:
        return rows.filter(modes__contains=[mode])


class RoomFlow(RowForm):
    permission = Permission.SETUP_MANAGE
    form_class = RoomForm
    success_url = "sessions:room-list"

    def lock(self, form: RoomForm) -> None:
        super().lock(form)
        TherapyType.objects.keep(form.cleaned_data["therapy_types"])


class RoomCreate(RoomFlow):
    template_name = "sessions/room_create.html"
    success_message = _("The room is made.")

    def get_initial(self) -> dict[str, Any]:
        return {"modes": [Mode.IN_PERSON], "position": Room.objects.count()}


class OneRoom(PermissionRequired):
    permission = Permission.SETUP_MANAGE
    object_name = "room"

    @cached_property
    def object(self) -> Room:
        return get_object_or_404(Room, pk=self.kwargs["pk"])


class RoomUpdate(OneRoom, RoomFlow):
    template_name = "sessions/room_update.html"
    success_message = _("The room is saved.")


class RoomDelete(OneRoom, FormFlow):
    """Delete, or put out of use a room in which sessions were or will be held."""

    form_class = forms.Form
    template_name = "sessions/room_delete.html"
    fragment = "form"
    success_url = "sessions:room-list"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(room=self.object, **context)

    def act(self, form: forms.Form) -> bool:
        gone = remove_or_retire(obj=self.object, by=self.request.user)
        retired = _("Sessions were booked in this room: it is out of use now, and stays in what was booked.")
        self.success_message = _("The room is deleted.") if gone else retired
        return gone
