"""The page side of the matrix: one mixin on the view class, one helper for the object."""

from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.generic import View

from apps.accounts.models import User
from apps.accounts.roles import Permission

M = TypeVar("M", bound=models.Model)


class PermissionRequired(View):
    """Let in whoever has `permission` (or any one of several). Nobody signed in: to the sign-in page. Otherwise 403.

    `permission = SIGNED_IN` asks only for a login.
    """

    SIGNED_IN: tuple[Permission, ...] = ()
    permission: Permission | tuple[Permission, ...] | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not self.may_enter(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def may_enter(self, user: User) -> bool:
        if self.permission is None:
            raise ImproperlyConfigured(f"{type(self).__name__} names no permission")
        wanted = self.permission if isinstance(self.permission, tuple) else (self.permission,)
        return not wanted or any(user.can(permission) for permission in wanted)


def get_visible_or_404(model: type[M] | models.QuerySet[M], user: User, **lookup: Any) -> M:
    """Return the row that `user` may see, else 404: another's object and a missing one look the same.

    The model's queryset must have `visible_to(user)`.
    """
    rows = model if isinstance(model, models.QuerySet) else model._default_manager.all()
    found = rows.visible_to(user).filter(**lookup).first()  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    return found
