"""Pages that belong to nobody's flow: the public host's front, and a centre's colour and logo."""

import hashlib
import mimetypes
from typing import Any

from django.http import FileResponse, Http404, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.generic import TemplateView, View

from apps.tenants import actions, branding
from apps.tenants.models import Centre

BRAND_AGE = 3600  # seconds; the address carries a version, so a new colour is seen at once


class Home(TemplateView):
    """What Verbena is, and the centres that one may visit. Two queries."""

    template_name = "tenants/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        listed = list(Centre.objects.listed())
        for one in listed:
            one.url = actions.site(one.primary_host)
        return super().get_context_data(**kwargs, centres=listed)


class Brand(View):
    """The centre's colour as a style sheet: nothing but the centre in memory is asked."""

    http_method_names = ["get", "head"]

    def get(self, request: Any) -> HttpResponse:
        css = branding.stylesheet(request.tenant.brand_colour)
        etag = f'"{hashlib.sha256(css.encode()).hexdigest()[:16]}"'
        response = HttpResponse(css, content_type="text/css; charset=utf-8", headers={"ETag": etag})
        patch_cache_control(response, public=True, max_age=BRAND_AGE)
        return get_conditional_response(request, etag=etag, response=response) or response


class Logo(View):
    """The centre's logo, an image that anybody may see."""

    http_method_names = ["get", "head"]

    def get(self, request: Any) -> FileResponse:
        logo = request.tenant.logo
        try:
            file = logo.open("rb") if logo else None
        except FileNotFoundError:
            file = None
        kind = mimetypes.guess_type(logo.name or "")[0] or ""
        if file is None or not kind.startswith("image/"):
            raise Http404
        response = FileResponse(file, content_type=kind)
        patch_cache_control(response, public=True, max_age=BRAND_AGE)
        return response
