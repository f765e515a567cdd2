from django.urls import URLPattern, URLResolver, path

from apps.sessions.views import rooms, sessions

app_name = "sessions"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", sessions.SessionList.as_view(), name="session-list"),
    path("<uuid:pk>/", sessions.SessionDetail.as_view(), name="session-detail"),
    path("<uuid:pk>/confirm/", sessions.SessionConfirm.as_view(), name="session-confirm"),
    path("<uuid:pk>/start/", sessions.SessionStart.as_view(), name="session-start"),
    path("<uuid:pk>/complete/", sessions.SessionComplete.as_view(), name="session-complete"),
    path("<uuid:pk>/miss/", sessions.SessionMiss.as_view(), name="session-miss"),
    path("<uuid:pk>/cancel/", sessions.SessionCancel.as_view(), name="session-cancel"),
    path("rooms/", rooms.RoomList.as_view(), name="room-list"),
    path("rooms/new/", rooms.RoomCreate.as_view(), name="room-create"),
    path("rooms/<uuid:pk>/", rooms.RoomUpdate.as_view(), name="room-update"),
    path("rooms/<uuid:pk>/delete/", rooms.RoomDelete.as_view(), name="room-delete"),
]
