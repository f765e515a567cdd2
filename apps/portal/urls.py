from django.urls import URLPattern, URLResolver, path

from apps.portal.views import booking_choice, booking_flow, my, patient_record, public

app_name = "portal"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", public.PublicHome.as_view(), name="public-home"),
    path("therapists/", public.PublicTherapistList.as_view(), name="public-therapist-list"),
    path("therapists/<slug:slug>/", public.PublicTherapist.as_view(), name="public-therapist"),
    path("therapists/<slug:slug>/photo", public.PublicTherapistPhoto.as_view(), name="public-therapist-photo"),
    path("book/", booking_choice.Book.as_view(), name="book"),
    path("book/therapist/", booking_choice.BookTherapist.as_view(), name="book-therapist"),
    path("book/time/", booking_choice.BookTime.as_view(), name="book-time"),
    path("book/details/", booking_flow.BookDetails.as_view(), name="book-details"),
    path("book/review/", booking_flow.BookReview.as_view(), name="book-review"),
    path("book/done/<uuid:pk>/", booking_flow.BookDone.as_view(), name="book-done"),
    path("home/", my.Home.as_view(), name="home"),
    path("my/", my.MySessions.as_view(), name="my-sessions"),
    path("my/sessions/<uuid:pk>/", my.MySession.as_view(), name="my-session"),
    path("my/sessions/<uuid:pk>/cancel/", my.MySessionCancel.as_view(), name="my-session-cancel"),
    path("my/sessions/<uuid:pk>/calendar.ics", my.MySessionCalendar.as_view(), name="my-session-calendar"),
    path("my/details/", my.MyDetails.as_view(), name="my-details"),
    path("my/details/edit/", my.MyDetailsUpdate.as_view(), name="my-details-update"),
    path("my/details/readers/", my.MyRecordReads.as_view(), name="my-record-reads"),
    path("my/children/new/", my.MyChildCreate.as_view(), name="my-child-create"),
    path("my/children/<uuid:pk>/", my.MyChildUpdate.as_view(), name="my-child-update"),
    path("patients/<uuid:pk>/", patient_record.PatientRecord.as_view(), name="patient-record"),
]
