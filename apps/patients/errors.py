from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError


class GuardianAlready(DomainError):
    code = "guardian_already"
    message = _("This person is a guardian of the patient already.")
    field = "guardian"


class PatientKnown(DomainError):
    code = "patient_known"
    message = _("A patient with this name and date of birth, or mail address, is registered already.")
    field = "sure"


class PatientNotActive(DomainError):
    code = "patient_not_active"
    message = _("This record is not active.")


class PatientActive(DomainError):
    code = "patient_active"
    message = _("This record is active already.")


class GuardianGone(DomainError):
    code = "guardian_gone"
    message = _("Somebody removed this guardian a moment ago.")
