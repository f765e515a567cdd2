"""A therapist's photo: served to whoever may see the therapist, changed by who sets them up."""

from typing import Any, cast

from django.http import FileResponse, Http404, HttpRequest
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from apps.accounts.access import get_visible_or_404
from apps.accounts.models import User
from apps.core.http import FormFlow
from apps.therapists import actions
from apps.therapists.forms.therapists import PhotoForm
from apps.therapists.models import Therapist
from apps.therapists.views.therapists import OneTherapist

PUBLIC_SECONDS = 3600


class TherapistPhoto(View):
    """The photo of a public therapist for everybody, of the others for those who see them in the set-up."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, **kwargs: Any) -> FileResponse:
        rows = Therapist.objects.select_related("user").exclude(photo="")
        therapist = get_visible_or_404(rows, cast(User, request.user), pk=kwargs["pk"])
        try:
            file = therapist.photo.open("rb")
        except FileNotFoundError as missing:
            raise Http404 from missing
        response = FileResponse(file, content_type="image/jpeg")
        if therapist.is_public:
            patch_cache_control(response, public=True, max_age=PUBLIC_SECONDS)
        else:
            patch_cache_control(response, private=True, no_store=True)
        return response


class TherapistPhotoUpdate(OneTherapist, FormFlow):
    form_class = PhotoForm
    template_name = "therapists/therapist_photo_update.html"
    fragment = "form"
    success_message = _("The photo is saved.")

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(therapist=self.object, **context)

    def act(self, form: PhotoForm) -> Therapist:
        return actions.set_photo(therapist=self.object, by=self.request.user, content=form.cleaned_data["photo"])
