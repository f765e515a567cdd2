"""What the API asks of the permission matrix."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


class HasPermission(BasePermission):
    """Allow when the signed-in user has the view's `permission`; a view without one allows nobody."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        permission = getattr(view, "permission", None)
        user = request.user
        return bool(permission and user.is_authenticated and user.can(permission))
