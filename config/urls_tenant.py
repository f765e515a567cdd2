"""Addresses of a centre's host."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.urls")),
]
