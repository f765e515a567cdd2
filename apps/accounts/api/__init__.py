"""What the API asks of the permission matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:  # the framework's views ask for this module as they load
    from rest_framework.views import APIView


class HasPermission(BasePermission):
    """Allow when the signed-in user has the view's `permission`; a view without one allows nobody."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        permission = getattr(view, "permission", None)
        user = request.user
        return bool(permission and user.is_authenticated and user.can(permission))
