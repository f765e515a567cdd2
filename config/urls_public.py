"""Addresses of the public host: a home page, and Django admin for superusers."""

from django.urls import path

from apps.portal.admin import site
from apps.tenants.views import Home

handler500 = "apps.core.middleware.server_error"

urlpatterns = [
    path("", Home.as_view(), name="home"),
    path("admin/", site.urls),
]
