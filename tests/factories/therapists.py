import datetime as dt
from decimal import Decimal

import factory

from apps.accounts.roles import Role
from apps.core.models import Mode
from apps.therapists.models import Education, Experience, FormerSlug, Offering, Specialty, Therapist, TherapyType
from tests.factories.accounts import UserFactory


class SpecialtyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Specialty

    name = factory.Sequence(lambda n: f"Specialty {n}")


class TherapyTypeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TherapyType

    name = factory.Sequence(lambda n: f"Therapy {n}")
    duration_minutes = 45
    price = Decimal("85.00")
    buffer_after_minutes = 15
    modes = factory.LazyFunction(lambda: [Mode.IN_PERSON, Mode.VIDEO])


class TherapistFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Therapist
        skip_postgeneration_save = True

    user = factory.SubFactory(UserFactory, roles=[Role.THERAPIST])
    slug = factory.Sequence(lambda n: f"therapist-{n}")
    title = "Clinical psychologist"
    modes = factory.LazyFunction(lambda: list(Mode.values))
    languages = factory.LazyFunction(lambda: ["en"])
    status = Therapist.Status.APPROVED

    @factory.post_generation
    def therapy_types(self, create, extracted, **kwargs):
        if create and extracted:
            self.therapy_types.set(extracted)


class FormerSlugFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = FormerSlug

    slug = factory.Sequence(lambda n: f"former-{n}")
    therapist = factory.SubFactory(TherapistFactory)


class EducationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Education

    therapist = factory.SubFactory(TherapistFactory)
    degree = "MSc Psychology"
    institution = "State University"
    year = 2010


class ExperienceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Experience

    therapist = factory.SubFactory(TherapistFactory)
    position = "Psychologist"
    from_year = 2012


class OfferingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Offering

    therapist = factory.SubFactory(TherapistFactory)
    therapy_type = factory.SubFactory(TherapyTypeFactory)
    duration_minutes = 60
    price = Decimal("120.00")
    valid_from = dt.date(2020, 1, 1)
