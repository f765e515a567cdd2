from django.urls import URLPattern, URLResolver, path

from apps.notifications import views

app_name = "notifications"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.MessageList.as_view(), name="message-list"),
    path("<uuid:pk>/", views.MessageDetail.as_view(), name="message-detail"),
    path("<uuid:pk>/preview/", views.MessagePreview.as_view(), name="message-preview"),
    path("<uuid:pk>/session.ics", views.MessageCalendar.as_view(), name="message-calendar"),
    path("<uuid:pk>/resend/", views.MessageResend.as_view(), name="message-resend"),
]
