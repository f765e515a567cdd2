from django.urls import URLPattern, URLResolver, path

from apps.scheduling.views import closures, hours, overview, time_off

app_name = "scheduling"
urlpatterns: list[URLPattern | URLResolver] = [
    path("hours/", overview.HoursOverview.as_view(), name="hours-overview"),
    path("hours/mine/", hours.Hours.as_view(), name="my-hours"),
    path("hours/<uuid:therapist>/", hours.Hours.as_view(), name="hours"),
    path("hours/<uuid:therapist>/status/", hours.StatusUpdate.as_view(), name="status-update"),
    path("hours/<uuid:therapist>/dates/new/", hours.ExceptionCreate.as_view(), name="exception-create"),
    path("hours/<uuid:therapist>/dates/<int:pk>/delete/", hours.ExceptionDelete.as_view(), name="exception-delete"),
    path("time-off/mine/", time_off.TimeOffList.as_view(), name="my-time-off"),
    path("time-off/<uuid:therapist>/", time_off.TimeOffList.as_view(), name="time-off-list"),
    path("time-off/<uuid:therapist>/new/", time_off.TimeOffCreate.as_view(), name="time-off-create"),
    path("time-off/<uuid:therapist>/<uuid:pk>/", time_off.TimeOffUpdate.as_view(), name="time-off-update"),
    path("time-off/<uuid:therapist>/<uuid:pk>/delete/", time_off.TimeOffDelete.as_view(), name="time-off-delete"),
    path("closures/", closures.ClosureList.as_view(), name="closure-list"),
    path("closures/new/", closures.ClosureCreate.as_view(), name="closure-create"),
    path("closures/<uuid:pk>/", closures.ClosureUpdate.as_view(), name="closure-update"),
    path("closures/<uuid:pk>/delete/", closures.ClosureDelete.as_view(), name="closure-delete"),
    path("closures/holidays/", closures.HolidaySwitch.as_view(), name="holiday-switch"),
]
