import datetime as dt

import factory

from apps.scheduling.models import (
    Closure,
    HoursException,
    HoursExceptionSpan,
    OpenHoliday,
    ScheduleVersion,
    TimeOff,
    WorkingHours,
)
from tests.factories.therapists import TherapistFactory


class WorkingHoursFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = WorkingHours

    therapist = factory.SubFactory(TherapistFactory)
    weekday = 0
    starts_minute = 9 * 60
    ends_minute = 17 * 60


class HoursExceptionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = HoursException

    therapist = factory.SubFactory(TherapistFactory)
    on = dt.date(2030, 6, 3)


class HoursExceptionSpanFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = HoursExceptionSpan

    exception = factory.SubFactory(HoursExceptionFactory)
    starts_minute = 12 * 60
    ends_minute = 15 * 60


class TimeOffFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TimeOff

    therapist = factory.SubFactory(TherapistFactory)
    starts_on = dt.date(2030, 6, 3)
    ends_on = dt.date(2030, 6, 3)


class ClosureFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Closure

    name = "Team day"
    starts_on = dt.date(2030, 6, 3)
    ends_on = dt.date(2030, 6, 3)


class OpenHolidayFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = OpenHoliday

    key = factory.Sequence(lambda n: f"holiday-{n}")


class ScheduleVersionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ScheduleVersion
        django_get_or_create = ("id",)

    id = 1
