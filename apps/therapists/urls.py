from django.urls import URLPattern, URLResolver, path

from apps.therapists.views import offerings, photos, therapists, therapy_types

app_name = "therapists"
urlpatterns: list[URLPattern | URLResolver] = [
    path("therapists/", therapists.TherapistList.as_view(), name="therapist-list"),
    path("therapists/new/", therapists.TherapistCreate.as_view(), name="therapist-create"),
    path("therapists/<uuid:pk>/", therapists.TherapistDetail.as_view(), name="therapist-detail"),
    path("therapists/<uuid:pk>/edit/", therapists.TherapistUpdate.as_view(), name="therapist-update"),
    path("therapists/<uuid:pk>/approve/", therapists.TherapistApprove.as_view(), name="therapist-approve"),
    path("therapists/<uuid:pk>/deactivate/", therapists.TherapistDeactivate.as_view(), name="therapist-deactivate"),
    path("therapists/<uuid:pk>/rename/", therapists.TherapistRename.as_view(), name="therapist-rename"),
    path("therapists/<uuid:pk>/photo/", photos.TherapistPhoto.as_view(), name="therapist-photo"),
    path("therapists/<uuid:pk>/photo/edit/", photos.TherapistPhotoUpdate.as_view(), name="therapist-photo-update"),
    path("therapists/<uuid:pk>/prices/new/", offerings.OfferingCreate.as_view(), name="offering-create"),
    path("therapists/<uuid:pk>/prices/<int:offering>/", offerings.OfferingUpdate.as_view(), name="offering-update"),
    path(
        "therapists/<uuid:pk>/prices/<int:offering>/delete/",
        offerings.OfferingDelete.as_view(),
        name="offering-delete",
    ),
    path("therapy-types/", therapy_types.TherapyTypeList.as_view(), name="therapy-type-list"),
    path("therapy-types/new/", therapy_types.TherapyTypeCreate.as_view(), name="therapy-type-create"),
    path("therapy-types/<uuid:pk>/", therapy_types.TherapyTypeUpdate.as_view(), name="therapy-type-update"),
    path("therapy-types/<uuid:pk>/delete/", therapy_types.TherapyTypeDelete.as_view(), name="therapy-type-delete"),
]
