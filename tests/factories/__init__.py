"""One factory per model, in the domain's words. `tests/architecture` holds that none is missing."""

from tests.factories.accounts import AuditRecordFactory, PermissionSwitchFactory, UserFactory
from tests.factories.notifications import MessageFactory
from tests.factories.patients import (
    ChildFactory,
    GuardianFactory,
    GuardianshipFactory,
    PatientFactory,
    PatientIdentifierFactory,
)
from tests.factories.scheduling import (
    ClosureFactory,
    HoursExceptionFactory,
    HoursExceptionSpanFactory,
    OpenHolidayFactory,
    ScheduleVersionFactory,
    TimeOffFactory,
    WorkingHoursFactory,
)
from tests.factories.sessions import (
    HoldFactory,
    OccupancyFactory,
    ParticipantFactory,
    RoomFactory,
    SessionEventFactory,
    SessionTherapistFactory,
    TherapySessionFactory,
)
from tests.factories.therapists import (
    EducationFactory,
    ExperienceFactory,
    FormerSlugFactory,
    OfferingFactory,
    SpecialtyFactory,
    TherapistFactory,
    TherapyTypeFactory,
)

__all__ = [name for name in dir() if name.endswith("Factory")]
