"""The message log: what was told to whom, what waits, what failed and why."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import DetailView, View

from apps.accounts.access import PermissionRequired, get_visible_or_404
from apps.accounts.roles import Permission
from apps.core.errors import DomainError
from apps.core.http import redirect_after
from apps.core.lists import Column, ListPage
from apps.notifications import actions, calendar, letters
from apps.notifications.models import Message

PREVIEW_POLICY = (
    "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "style-src 'unsafe-inline'"  # mail programs read no style sheet
)


class MessageFilter(forms.Form):
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("Any state")), *Message.State.choices])
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("Any kind")), *Message.Kind.choices])


class MessageList(PermissionRequired, ListPage):
    permission = Permission.MESSAGE_READ
    template_name = "notifications/message_list.html"
    filter_form_class = MessageFilter
    sorts = {
        "written": ("created_at",),
        "to": ("to_name", "to_address"),
        "subject": ("subject",),
        "state": ("state", "-created_at"),
    }
    default_sort = "-written"
    csv_name = "messages"
    columns = [
        Column(_("Written"), "created_at"),
        Column(_("Kind"), "get_kind_display"),
        Column(_("To"), "to_name"),
        Column(_("Address"), "to_address"),
        Column(_("Subject"), "subject"),
        Column(_("State"), "get_state_display"),
        Column(_("Attempts"), "attempts"),
        Column(_("Sent"), "sent_at"),
        Column(_("Last error"), "error"),
    ]

    def get_rows(self) -> QuerySet[Message]:
        return Message.objects.visible_to(self.user).defer("text", "html", "calendar")


def body_is_shown(message: Message) -> bool:
    """A code or link would let whoever reads the log sign in as somebody else."""
    return not message.is_secret or bool(settings.SHOW_SECRET_MAIL)


class OneMessage(PermissionRequired):
    permission = Permission.MESSAGE_READ

    def get_object(self, queryset: Any = None) -> Message:
        """The message, with the letter as it would be written now if its turn has not come."""
        message: Message = get_visible_or_404(Message, self.user, pk=self.kwargs["pk"])
        letters.write(message)
        return message


class MessageDetail(OneMessage, DetailView):
    template_name = "notifications/message_detail.html"
    context_object_name = "message"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        message = self.object
        return super().get_context_data(
            is_shown=body_is_shown(message),
            entry=calendar.read(message.calendar) if message.calendar else None,
            may_resend=self.user.can(Permission.MESSAGE_RESEND) and message.may_be_resent,
            **kwargs,
        )


class MessagePreview(OneMessage, View):
    """The letter as its reader sees it, in a page of its own where nothing can run, load or be sent."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        message = self.get_object()
        if not message.html or not body_is_shown(message):
            raise Http404
        return HttpResponse(message.html, headers={"Content-Security-Policy": PREVIEW_POLICY})


class MessageCalendar(OneMessage, View):
    """The calendar entry as a file."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        message = self.get_object()
        if not message.calendar:
            raise Http404
        headers = {"Content-Disposition": 'attachment; filename="session.ics"'}
        return HttpResponse(message.calendar, content_type="text/calendar; charset=utf-8", headers=headers)


class MessageResend(OneMessage, View):
    permission = Permission.MESSAGE_RESEND
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        message = shown = self.get_object()
        try:
            shown = actions.resend_message(message=message, by=self.user)
            messages.success(request, _("The message is queued again. This is the new one."))
        except DomainError as refusal:
            messages.error(request, str(refusal))
        return redirect_after(request, reverse("notifications:message-detail", args=[shown.pk]))
