"""What the desk sees first: today, the next hours, what is free, who is new, what is left to close."""

from typing import Any

from django.views.generic import TemplateView

from apps.accounts.access import PermissionRequired
from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.core import clock
from apps.core.http import Fragments
from apps.portal.figures import Board

SHOWN = 12  # sessions of the next hours; the rest is a link away


class Dashboard(PermissionRequired, Fragments, TemplateView):
    permission = Permission.SESSION_READ
    template_name = "portal/dashboard.html"
    fragment = "board"

    def may_enter(self, user: User) -> bool:
        return super().may_enter(user) and user.is_desk

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        board = Board(self.request.tenant, self.user)
        facts = {"board": board, "now": clock.now(), "coming": board.coming[:SHOWN], "total": len(board.coming)}
        return super().get_context_data(**facts, **kwargs)
