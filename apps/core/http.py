"""How pages answer: one view for a page and its fragment, and a form flow that turns a refusal into a form error."""

from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.views.generic import FormView
from django.views.generic.base import ContextMixin, TemplateResponseMixin
from django_htmx.http import HttpResponseClientRedirect

from apps.core.errors import DomainError


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asked for a part of the page, rather than a boosted link or a browser for the whole."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


class Fragments(TemplateResponseMixin, ContextMixin):
    """Serve `template_name`, or its named partial `fragment` when htmx asked for a part."""

    fragment = "fragment"

    def get_template_names(self) -> list[str]:
        if wants_fragment(self.request):
            return [f"{self.template_name}#{self.fragment}"]
        return [str(self.template_name)]


def redirect_after(request: HttpRequest, to: str) -> HttpResponse:
    """Redirect a browser, or tell htmx to go there, after something was done."""
    return HttpResponseClientRedirect(to) if wants_fragment(request) else HttpResponseRedirect(to)


class FormFlow(Fragments, FormView):
    """Load, check, act, answer. A DomainError becomes a form error, an invalid form answers 422 with everything typed.

    Subclasses write `act(form)`, which calls one action, and say where to go (`success_url` or `get_success_url`) and
    what to say (`success_message`).
    """

    http_method_names = ["get", "head", "post", "options"]  # Django's FormView would take a PUT for a POST
    success_message: str | Promise = ""

    def form_valid(self, form: BaseForm) -> HttpResponse:
        try:
            self.result = self.act(form)
        except DomainError as refusal:
            return self.refused(form, refusal)
        return self.done()

    def act(self, form: Any) -> Any:
        raise AssertionError("a FormFlow must say what it does")

    def done(self) -> HttpResponse:
        if self.success_message:
            messages.success(self.request, str(self.success_message))
        return redirect_after(self.request, self.get_success_url())

    def refused(self, form: BaseForm, refusal: DomainError) -> HttpResponse:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return self.form_invalid(form)

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_success_url(self) -> str:
        url = str(self.success_url)
        return reverse(url) if ":" in url else url
