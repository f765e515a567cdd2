"""Addresses of the public host: a home page, and Django admin for superusers."""

from django.contrib import admin
from django.urls import path

urlpatterns = [
    path("admin/", admin.site.urls),
]
