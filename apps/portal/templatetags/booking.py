"""What pages outside the flow know of a booking under way."""

from typing import Any

from django import template

from apps.portal import booking
from apps.portal.booking import Wanted

register = template.Library()


@register.simple_tag(takes_context=True)
def time_under_way(context: Any) -> Wanted | None:
    """The time that this browser has chosen and not yet booked. One query, and only when there is one."""
    request = context.get("request")
    if request is None or getattr(request, "tenant", None) is None:
        return None
    draft = booking.Draft.of(request)
    return booking.wanted(request.tenant, draft) if draft.has_time else None
