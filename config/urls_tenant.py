"""Addresses of a centre's host."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.urls")),
    path("people/", include("apps.accounts.urls")),
    path("patients/", include("apps.patients.urls")),
    path("setup/", include("apps.therapists.urls")),
    path("sessions/", include("apps.sessions.urls")),
    path("schedule/", include("apps.scheduling.urls")),
    path("messages/", include("apps.notifications.urls")),
    path("", include("apps.portal.urls")),
]
