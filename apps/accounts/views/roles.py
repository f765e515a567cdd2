"""The matrix of rights as a table whose cells the centre switches."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.generic import TemplateView, View

from apps.accounts import actions
from apps.accounts.access import PermissionRequired
from apps.accounts.matrix import anchor, cell, table
from apps.accounts.roles import Permission, Role
from apps.core.errors import DomainError
from apps.core.http import wants_fragment


class RoleMatrix(PermissionRequired, TemplateView):
    permission = Permission.USER_MANAGE
    template_name = "accounts/role_matrix.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(roles=list(Role), groups=table(), **context)


class PermissionSwitchCell(PermissionRequired, View):
    """Switch one cell: answers htmx with the cell, a browser with the way back to the table."""

    permission = Permission.USER_MANAGE
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, role: str, permission: str) -> HttpResponse:
        if role not in Role.values or permission not in Permission.values:
            raise Http404
        wanted = request.POST.get("on") == "1"
        try:
            actions.switch_permission(by=self.user, role=Role(role), permission=Permission(permission), on=wanted)
        except DomainError as refusal:
            messages.error(request, str(refusal))
        return self.answer(request, Role(role), Permission(permission))

    def answer(self, request: HttpRequest, role: Role, permission: Permission) -> HttpResponse:
        if wants_fragment(request):
            shown = cell(role, permission)
            return render(request, "accounts/role_matrix.html#cell", {"cell": shown})
        return HttpResponseRedirect(f"{reverse('accounts:role-matrix')}#{anchor(permission)}")
