import datetime as dt

import factory

from apps.patients.models import Guardian, Guardianship, Patient, PatientIdentifier


class PatientFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Patient

    given_name = factory.Sequence(lambda n: f"Patient{n}")
    family_name = "Example"
    birth_on = dt.date(1985, 4, 12)
    email = factory.LazyAttribute(lambda patient: f"{patient.given_name.lower()}@patients.example")
    phone = "+1 212 555 0100"


class ChildFactory(PatientFactory):
    birth_on = dt.date(2016, 9, 3)
    email = ""


class PatientIdentifierFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PatientIdentifier

    patient = factory.SubFactory(PatientFactory)
    system = "urn:example:records"
    value = factory.Sequence(str)


class GuardianFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Guardian

    given_name = factory.Sequence(lambda n: f"Guardian{n}")
    family_name = "Example"
    email = factory.LazyAttribute(lambda guardian: f"{guardian.given_name.lower()}@guardians.example")


class GuardianshipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Guardianship

    guardian = factory.SubFactory(GuardianFactory)
    patient = factory.SubFactory(ChildFactory)
