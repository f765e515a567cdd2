"""Addresses of the public host: a home page, and Django admin for superusers."""

from django.urls import path

from apps.portal.admin import site
from apps.tenants.views import Home

urlpatterns = [
    path("", Home.as_view(), name="home"),
    path("admin/", site.urls),
]
