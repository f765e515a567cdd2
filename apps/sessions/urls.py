from django.urls import URLPattern, URLResolver, path

from apps.sessions.views import sessions

app_name = "sessions"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", sessions.SessionList.as_view(), name="session-list"),
    path("<uuid:pk>/", sessions.SessionDetail.as_view(), name="session-detail"),
    path("<uuid:pk>/confirm/", sessions.SessionConfirm.as_view(), name="session-confirm"),
    path("<uuid:pk>/start/", sessions.SessionStart.as_view(), name="session-start"),
    path("<uuid:pk>/complete/", sessions.SessionComplete.as_view(), name="session-complete"),
    path("<uuid:pk>/miss/", sessions.SessionMiss.as_view(), name="session-miss"),
    path("<uuid:pk>/cancel/", sessions.SessionCancel.as_view(), name="session-cancel"),
]
