from django.urls import URLPattern, URLResolver, path

from apps.patients.views import guardians, patients

app_name = "patients"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", patients.PatientList.as_view(), name="patient-list"),
    path("new/", patients.PatientCreate.as_view(), name="patient-create"),
    path("<uuid:pk>/edit/", patients.PatientUpdate.as_view(), name="patient-update"),
    path("<uuid:pk>/archive/", patients.PatientArchive.as_view(), name="patient-archive"),
    path("<uuid:pk>/restore/", patients.PatientRestore.as_view(), name="patient-restore"),
    path("<uuid:pk>/guardians/new/", guardians.GuardianAdd.as_view(), name="guardian-add"),
    path("<uuid:pk>/guardians/<int:guardianship>/", guardians.GuardianUpdate.as_view(), name="guardian-update"),
    path("<uuid:pk>/guardians/<int:guardianship>/remove/", guardians.GuardianRemove.as_view(), name="guardian-remove"),
]
