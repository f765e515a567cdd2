"""The state of one visitor's booking: the time they hold and what they told so far, kept in the HTTP session.

A draft begins when a time is chosen. It survives signing in and up (Django keeps an anonymous session's data then) and
ends when it has become a session. Its `token` names this browser to the hold; its `key` makes confirming idempotent.
"""

import datetime as dt
import secrets
import uuid
from dataclasses import asdict, dataclass
from decimal import Decimal

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core import clock, formats
from apps.core.errors import DomainError
from apps.core.models import Mode
from apps.patients.models import Patient
from apps.portal.choosing import ANY, Choice, as_uuid
from apps.scheduling import actions, times, world
from apps.scheduling.actions import Slot
from apps.scheduling.errors import ChoiceGone, HoldGone, RuleBroken
from apps.sessions.errors import DailyCapReached, NoRoomFree, PatientTaken, SlotTaken
from apps.sessions.models import Hold, TherapySession
from apps.tenants.models import Centre
from apps.therapists.models import Therapist, TherapyType

SESSION_KEY = "booking"
BOOKED_KEY = "booked"
MOST_HOLDS = 30  # by one person, or one address of the network, within
HOLDS_WINDOW = 3600  # seconds
OUT_OF_REACH = dt.timedelta(days=500)  # beyond every horizon: no calendar sum may overflow for an address made up
LOST = (SlotTaken, DailyCapReached, NoRoomFree, RuleBroken, HoldGone, PatientTaken, ChoiceGone)
"""The refusals after which another time is offered."""


class TooManyHolds(DomainError):
    code = "too_many_holds"
    message = _("You have chosen many times within an hour. Please wait a little, or call us to book.")


class PriceChanged(DomainError):
    code = "price_changed"
    message = _("The price has changed since you chose this time. Please look at it and confirm again.")


class ChoiceChanged(DomainError):
    code = "choice_changed"
    message = _("You have chosen another time in the meantime, perhaps in another window. This is what stands now.")


@dataclass
class Draft:
    """What one browser is about to book. Everything is text: the HTTP session keeps JSON."""

    token: str = ""
    key: str = ""
    hold: str = ""
    therapy_type: str = ""
    mode: str = ""
    therapist: str = ""
    starts_at: str = ""
    price: str = ""
    is_any: bool = False
    patient: str = ""
    concerns: str = ""
    is_told: bool = False  # the details were given: after another choice of time they are not asked again

    @classmethod
    def of(cls, request: HttpRequest) -> "Draft":
        kept = request.session.get(SESSION_KEY) or {}
        return cls(**{name: kept[name] for name in cls.__dataclass_fields__ if name in kept})

    def save(self, request: HttpRequest) -> None:
        request.session[SESSION_KEY] = asdict(self)

    @property
    def has_time(self) -> bool:
        return bool(self.starts_at and self.therapist)

    @property
    def moment(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.starts_at)

    def slot(self) -> Slot | None:
        """The time that is wanted; None when therapist or type left in the meantime. Two queries."""
        therapist = Therapist.objects.public().select_related("user").filter(pk=self.therapist).first()
        therapy_type = TherapyType.objects.active().filter(pk=self.therapy_type).first()
        return Slot(therapist, therapy_type, self.mode, self.moment) if therapist and therapy_type else None

    def kept(self) -> Hold | None:
        """This browser's hold, alive or expired; None once it was swept away or taken over."""
        rows = Hold.objects.select_related("therapist__user", "therapy_type", "room")
        return rows.filter(pk=self.hold, token=self.token).first() if self.hold else None


@dataclass(frozen=True)
class Wanted:
    """What the draft stands for, as the last steps show it. `hold` None: it is not kept any more, yet may be free."""

    therapist: Therapist
    therapy_type: TherapyType
    mode: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    price: Decimal
    hold: Hold | None = None

    @property
    def mode_label(self) -> str:
        return str(Mode(self.mode).label)

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    @property
    def is_held(self) -> bool:
        return self.hold is not None and self.hold.is_alive

    def cancellable_until(self, centre: Centre) -> dt.datetime:
        return self.starts_at - dt.timedelta(minutes=centre.cancel_notice_minutes)


def wanted(centre: Centre, draft: Draft) -> Wanted | None:
    """Return what the draft stands for; None when therapist or type left in the meantime."""
    if hold := draft.kept():
        return Wanted(hold.therapist, hold.therapy_type, hold.mode, hold.starts_at, hold.ends_at, hold.price, hold)
    slot = draft.slot()
    if slot is None:
        return None
    day = slot.starts_at.astimezone(slot.therapist.zone(centre.time_zone)).date()
    minutes, price = world.current(centre).terms(slot.therapist.pk, slot.therapy_type, day)
    ends_at = slot.starts_at + dt.timedelta(minutes=minutes)
    return Wanted(slot.therapist, slot.therapy_type, slot.mode, slot.starts_at, ends_at, price)


def finish(request: HttpRequest, session: TherapySession) -> None:
    """The draft has become this session. Whoever goes back to a step before is shown it instead of an empty choice."""
    request.session.pop(SESSION_KEY, None)
    request.session[BOOKED_KEY] = str(session.pk)


def choose_time(request: HttpRequest, centre: Centre, slot: Slot, *, is_any: bool) -> Draft:
    """Keep a time for this browser, letting an earlier one go; what was typed stays.

    Raises TooManyHolds, and what `hold_slot` raises: the draft then remembers what was wanted.
    """
    draft = Draft.of(request)
    draft.token = draft.token or secrets.token_urlsafe(32)
    draft.key, draft.hold, draft.is_any = str(uuid.uuid4()), "", is_any
    draft.therapy_type, draft.mode = str(slot.therapy_type.pk), slot.mode
    draft.therapist, draft.starts_at = str(slot.therapist.pk), slot.starts_at.isoformat()
    draft.save(request)
    _count_hold(request)
    _hold(draft, centre, slot, _user(request))
    draft.save(request)
    return draft


def _hold(draft: Draft, centre: Centre, slot: Slot, by: User | None) -> Hold:
    hold = actions.hold_slot(centre=centre, slot=slot, token=draft.token, by=by)
    draft.hold, draft.price = str(hold.pk), str(hold.price)
    return hold


def _user(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None


def _count_hold(request: HttpRequest) -> None:
    """Raise TooManyHolds when this person or address chose too many times."""
    user = _user(request)
    who = f"user:{user.pk}" if user else f"ip:{get_adapter(request).get_client_ip(request)}"
    key = f"booking-holds:{who}"
    cache.add(key, 0, HOLDS_WINDOW)
    try:
        count = cache.incr(key)
    except ValueError:  # it expired between the two
        return
    if count > MOST_HOLDS:
        raise TooManyHolds


def booked_earlier(key: uuid.UUID) -> TherapySession | None:
    """The session that this request made already, when it is sent a second time."""
    return TherapySession.objects.filter(idempotency_key=key).first()


def confirm(*, centre: Centre, draft: Draft, patient: Patient, by: User) -> TherapySession:
    """Turn the draft into a session; sent twice, it books once.

    A hold that ran out is made anew while the time is free. Raises PriceChanged when that costs another price than the
    one that was shown (the draft has the new one then), and what `hold_slot` and `book_held` raise.
    """
    key = uuid.UUID(draft.key)
    hold = draft.kept() or booked_earlier(key) or _hold_again(draft, centre, by)
    if isinstance(hold, TherapySession):
        return hold
    return actions.book_held(centre=centre, hold=hold, patient=patient, by=by, concerns=draft.concerns, key=key)


def _hold_again(draft: Draft, centre: Centre, by: User) -> Hold:
    promised = Decimal(draft.price or 0)
    slot = draft.slot()
    if slot is None:
        raise HoldGone
    hold = _hold(draft, centre, slot, by)
    if hold.price != promised:
        raise PriceChanged
    return hold


@dataclass(frozen=True)
class Alternative:
    """A free time near the one that was lost."""

    starts_at: dt.datetime
    therapist: Therapist

    @property
    def value(self) -> str:
        return slot_value(self.starts_at, self.therapist.slug)


def slot_value(starts_at: dt.datetime, slug: str) -> str:
    """How a form names a time with a therapist."""
    return f"{starts_at:%Y-%m-%dT%H:%MZ}~{slug}"


def read_slot(value: str) -> tuple[dt.datetime, str] | None:
    """Read what `slot_value` wrote: the moment and the therapist's slug. Nonsense, or a time out of reach, is None."""
    moment, _separator, slug = value.replace("\0", "").partition("~")
    try:
        found = dt.datetime.strptime(moment, "%Y-%m-%dT%H:%MZ").replace(tzinfo=dt.UTC)
    except ValueError:
        return None
    return (found, slug[:80]) if abs(found - clock.now()) < OUT_OF_REACH else None


def alternatives(centre: Centre, choice: Choice, starts_at: dt.datetime, patient: str = "") -> list[Alternative]:
    """The three free times nearest to a lost one: with the same therapist, or, when there are none, with others.

    Never one at which the patient, as soon as it is known for whom, has another session.
    """
    besides = _taken_by(patient, starts_at)
    near = times.nearest(centre, choice.want(), starts_at, besides=besides)
    if not near and choice.therapist:
        others = choice.but(therapist=None, is_any=True).want()
        near = times.nearest(centre, others, starts_at, besides=besides)
    people = Therapist.objects.public().select_related("user").in_bulk([free.therapist for free in near])
    return [Alternative(free.starts_at, people[free.therapist]) for free in near if free.therapist in people]


def _taken_by(patient: str, starts_at: dt.datetime) -> list[times.Span]:
    """When this patient has sessions around a moment. One query."""
    key = as_uuid(patient)
    if key is None:
        return []
    margin = dt.timedelta(days=times.NEAR_DAYS + 2)
    rows = TherapySession.objects.occupying().overlapping(starts_at - margin, starts_at + margin)
    return list(rows.filter(participants__patient_id=key).values_list("starts_at", "ends_at"))


def choice_of(draft: Draft) -> dict[str, str]:
    """The draft's choice as the parameters of an address: what `choosing.read` understands."""
    who = ANY
    if not draft.is_any and draft.therapist:
        who = Therapist.objects.filter(pk=draft.therapist).values_list("slug", flat=True).first() or ANY
    facts = {"type": draft.therapy_type, "mode": draft.mode, "therapist": who, "for": draft.patient}
    return {name: value for name, value in facts.items() if value}


def local_day(at: dt.datetime) -> dt.date:
    """The visitor's date of a moment."""
    return timezone.localtime(at).date()


def zones(centre: Centre, at: dt.datetime) -> dict[str, object]:
    """What a page says about time zones: the visitor's, the centre's, whether their clocks differ at that moment."""
    own = timezone.get_current_timezone()
    differs = at.astimezone(own).utcoffset() != at.astimezone(centre.zone).utcoffset()
    return {
        "zone_differs": differs,
        "own_zone": formats.zone_name(own, at.astimezone(own)),
        "centre_zone": formats.zone_name(centre.zone, at.astimezone(centre.zone)),
    }


def said(starts_at: dt.datetime) -> str:
    """Tue, Nov 24, 09:30 in the visitor's zone."""
    return f"{formats.day(starts_at, skeleton='MMMEd')}, {formats.clock_time(starts_at)}"
