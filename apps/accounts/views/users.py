"""The list of logins, and what an administrator does with one."""

import copy
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from apps.accounts import actions
from apps.accounts.access import PermissionRequired, get_visible_or_404
from apps.accounts.editing import SavesRow
from apps.accounts.forms import UserChange, UserFilter, UserInvite
from apps.accounts.models import User, UserQuerySet
from apps.accounts.roles import Permission, Role
from apps.core.errors import DomainError
from apps.core.http import FormFlow, redirect_after
from apps.core.lists import Column, ListPage


class UserList(PermissionRequired, ListPage):
    permission = Permission.USER_READ
    template_name = "accounts/user_list.html"
    filter_form_class = UserFilter
    sorts = {
        "name": ("family_name", "given_name"),
        "email": ("email",),
        "joined": ("joined_at",),
        "seen": ("last_login",),
    }
    default_sort = "name"
    csv_name = "users"
    columns = [
        Column(gettext_lazy("Given name"), "given_name"),
        Column(gettext_lazy("Family name"), "family_name"),
        Column(gettext_lazy("E-mail"), "email"),
        Column(gettext_lazy("Roles"), "role_names"),
        Column(gettext_lazy("State"), lambda user: user.get_state_display()),
        Column(gettext_lazy("Joined"), "joined_at"),
        Column(gettext_lazy("Last sign-in"), "last_login"),
    ]

    def get_rows(self) -> UserQuerySet:
        return User.objects.visible_to(self.user)

    def filter_role(self, rows: UserQuerySet, role: str) -> UserQuerySet:
        return rows.with_role(Role(role))

    def filter_state(self, rows: UserQuerySet, state: str) -> UserQuerySet:
        return rows.in_state(state)


class UserCreate(PermissionRequired, FormFlow):
    permission = Permission.USER_MANAGE
    template_name = "accounts/user_create.html"
    form_class = UserInvite
    fragment = "form"
    success_url = "accounts:user-list"

    def act(self, form: UserInvite) -> User:
        user = actions.invite_user(by=self.user, **form.cleaned_data)
        self.success_message = _("%(name)s is invited: a link to set a password is on its way.") % {"name": user}
        return user


class ManageUser(PermissionRequired):
    """One login, by an administrator."""

    permission = Permission.USER_MANAGE

    @cached_property
    def object(self) -> User:
        return get_visible_or_404(User, self.user, pk=self.kwargs["pk"])


class UserUpdate(ManageUser, SavesRow):
    template_name = "accounts/user_update.html"
    form_class = UserChange
    fragment = "form"
    success_url = "accounts:user-list"
    success_message = gettext_lazy("Saved. New roles count from now on.")

    def get_form_kwargs(self) -> dict[str, Any]:
        """Give the form a copy: it writes into it what was typed, and the page shows what is stored."""
        return {**super().get_form_kwargs(), "instance": copy.copy(self.object)}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        crumbs = [(_("Users"), reverse("accounts:user-list"))]
        return super().get_context_data(person=self.object, crumbs=crumbs, **context)

    def lock(self, form: UserChange) -> None:
        """The admins' rows first, as `change_user` takes them."""
        actions.lock_admins()
        super().lock(form)

    def save(self, form: UserChange) -> User:
        facts = {name: form.cleaned_data[name] for name in form.Meta.fields}
        return actions.change_user(by=self.user, user=self.object, **facts)


class UserDeactivate(ManageUser, FormFlow):
    """Asks first, in a dialog or on a page of its own."""

    template_name = "accounts/user_deactivate.html"
    form_class = Form
    fragment = "form"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        crumbs = [(_("Users"), reverse("accounts:user-list")), (str(self.object), self.get_success_url())]
        return super().get_context_data(person=self.object, crumbs=crumbs, **context)

    def act(self, form: Form) -> User:
        self.success_message = _("%(name)s is signed out everywhere and cannot sign in again.") % {"name": self.object}
        return actions.deactivate_user(by=self.user, user=self.object)

    def get_success_url(self) -> str:
        return reverse("accounts:user-update", kwargs={"pk": self.object.pk})


class UserAct(ManageUser, View):
    """A button of the user's page: does one thing and goes back there."""

    http_method_names = ["post", "options"]
    success_message: str | Promise = ""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            self.act(self.object)
            messages.success(request, str(self.success_message) % {"name": self.object})
        except DomainError as refusal:
            messages.error(request, str(refusal))
        return redirect_after(request, reverse("accounts:user-update", kwargs={"pk": self.object.pk}))

    def act(self, user: User) -> object:
        raise AssertionError("a button must say what it does")


class UserActivate(UserAct):
    success_message = gettext_lazy("%(name)s may sign in again.")

    def act(self, user: User) -> User:
        return actions.activate_user(by=self.user, user=user)


class UserInviteAgain(UserAct):
    success_message = gettext_lazy("The invitation of %(name)s is on its way again.")

    def act(self, user: User) -> None:
        actions.invite_again(by=self.user, user=user)
