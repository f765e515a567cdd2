"""Addresses of a centre's host."""

from django.urls import include, path

from apps.accounts.views.passkeys import IN_PLACE_OF_THEIRS
from apps.accounts.whole import whole
from apps.tenants.views import Brand, Logo

handler500 = "apps.core.middleware.server_error"

urlpatterns = [
    path("brand.css", Brand.as_view(), name="brand"),
    path("logo", Logo.as_view(), name="logo"),
    path("account/", include(whole("allauth.urls", IN_PLACE_OF_THEIRS))),
    path("people/", include("apps.accounts.urls")),
    path("patients/", include("apps.patients.urls")),
    path("setup/", include("apps.therapists.urls")),
    path("sessions/", include("apps.sessions.urls")),
    path("schedule/", include("apps.scheduling.urls")),
    path("messages/", include("apps.notifications.urls")),
    path("", include("apps.portal.urls")),
]
