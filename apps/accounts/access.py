"""The page side of the matrix: one mixin on the view class, one helper for the object."""

from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.generic import View
from django_htmx.http import HttpResponseClientRedirect

from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.core.http import wants_fragment

M = TypeVar("M", bound=models.Model)


class PermissionRequired(View):
    """Let in whoever has `permission` (or any one of several). Nobody signed in: to the sign-in page. Otherwise 403.

    `permission = SIGNED_IN` asks only for a login.
    """

    request: Any  # carries `tenant` and a signed-in User; the stubs of mixins leave no narrower type possible
    SIGNED_IN: tuple[Permission, ...] = ()
    permission: Permission | tuple[Permission, ...] | None = None

    @property
    def user(self) -> User:
        """The person who asks. Signed in: nobody else gets past `dispatch`."""
        return cast(User, self.request.user)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        if not self.may_enter(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def may_enter(self, user: User) -> bool:
        if self.permission is None:
            raise ImproperlyConfigured(f"{type(self).__name__} names no permission")
        wanted = self.permission if isinstance(self.permission, tuple) else (self.permission,)
        return not wanted or any(user.can(permission) for permission in wanted)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send a browser to the sign-in page and back here; htmx is told to take the whole page there."""
    if not wants_fragment(request):
        return redirect_to_login(request.get_full_path())
    try:
        back = urlsplit(request.headers.get("HX-Current-URL", ""))._replace(scheme="", netloc="").geturl()
    except ValueError:  # no address
        back = ""
    return HttpResponseClientRedirect(redirect_to_login(back or request.get_full_path()).url)


def get_visible_or_404(model: type[M] | models.QuerySet[M], user: User, **lookup: Any) -> M:
    """Return the row that `user` may see, else 404: another's object and a missing one look the same.

    The model's queryset must have `visible_to(user)`.
    """
    rows = model if isinstance(model, models.QuerySet) else model._default_manager.all()
    found = rows.visible_to(user).filter(**lookup).first()  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    return found
