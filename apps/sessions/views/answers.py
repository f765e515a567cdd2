"""What is answered after a session changed: back to where one was, or, from a dialog, a word to the page behind."""

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from apps.core.http import redirect_after, wants_fragment

STAY = "stay"  # in the address: the page behind the dialog listens for `sessions-changed` and draws itself anew


def settled(request: HttpRequest, said: object, *, to: str, level: str = "success") -> HttpResponse:
    """Say what happened. With `?stay` and htmx: a toast and the event `sessions-changed`. Else go to `next` or `to`."""
    if STAY in request.GET and wants_fragment(request):
        events = {"toast": {"text": str(said), "level": level}, "sessions-changed": None}
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(events)})
    messages.add_message(request, messages.ERROR if level == "error" else messages.SUCCESS, str(said))
    return redirect_after(request, came_from(request) or to)


def came_from(request: HttpRequest) -> str:
    """The address in `next`, if it is one of this host."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    fine = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if fine else ""
