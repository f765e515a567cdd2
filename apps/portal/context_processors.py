"""What every page's shell shows: the navigation, cut to what the signed-in person may do; and tells: its zone."""

from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.roles import Permission as P
from apps.accounts.roles import Role


@dataclass(frozen=True)
class Link:
    label: str | Promise
    name: str
    icon: str
    permission: P | None = None
    role: Role | None = None
    desk: bool = False
    beneath: str = ""  # pages below this address belong here too

    def shown_to(self, user: User) -> bool:
        allowed = self.permission is None or user.can(self.permission)
        return allowed and (self.role is None or self.role in user.role_set) and (not self.desk or user.is_desk)


NAVIGATION: list[tuple[str | Promise, list[Link]]] = [
    (
        _("Clinic"),
        [
            Link(_("Dashboard"), "portal:dashboard", "layout-dashboard", P.SESSION_READ, desk=True),
            Link(_("Today"), "portal:today", "sun", P.SESSION_READ, role=Role.THERAPIST),
            Link(_("Calendar"), "portal:calendar", "calendar-days", P.SESSION_READ),
            Link(_("Sessions"), "sessions:session-list", "list-checks", P.SESSION_READ),
            Link(_("Patients"), "patients:patient-list", "users", P.PATIENT_READ),
            Link(_("Messages"), "notifications:message-list", "mail", P.MESSAGE_READ),
        ],
    ),
    (
        _("My work"),
        [
            Link(_("My hours"), "scheduling:my-hours", "clock", P.AVAILABILITY_MANAGE_OWN, role=Role.THERAPIST),
            Link(
                _("My time off"), "scheduling:my-time-off", "tree-palm", P.AVAILABILITY_MANAGE_OWN, role=Role.THERAPIST
            ),
        ],
    ),
    (
        _("Set-up"),
        [
            Link(_("Therapists"), "therapists:therapist-list", "stethoscope", P.SETUP_READ, desk=True),
            Link(_("Therapy types"), "therapists:therapy-type-list", "tags", P.SETUP_READ, desk=True),
            Link(_("Rooms"), "sessions:room-list", "door-open", P.SETUP_READ, desk=True),
            Link(_("Hours"), "scheduling:hours-overview", "clock", P.AVAILABILITY_READ),
            Link(_("Closures"), "scheduling:closure-list", "calendar-off", P.CENTRE_MANAGE),
            Link(_("Centre"), "portal:centre-settings", "building-2", P.CENTRE_MANAGE),
        ],
    ),
    (
        _("People and records"),
        [
            Link(_("Users"), "accounts:user-list", "user-cog", P.USER_READ),
            Link(_("Roles"), "accounts:role-matrix", "shield-check", P.USER_MANAGE),
            Link(_("Audit trail"), "accounts:audit-list", "scroll-text", P.AUDIT_READ),
        ],
    ),
    (
        _("My care"),
        [
            Link(_("My sessions"), "portal:my-sessions", "calendar-heart", P.SESSION_BOOK_OWN),
            Link(_("Book"), "portal:book", "calendar-plus", P.SESSION_BOOK_OWN),
            Link(_("My details"), "portal:my-details", "id-card", P.SESSION_BOOK_OWN, beneath="/my/children/"),
        ],
    ),
]


Items: TypeAlias = list[dict[str, object]]
PUBLIC: list[Link] = [
    Link(_("Therapists"), "portal:public-therapist-list", "stethoscope"),
    Link(_("Book"), "portal:book", "calendar-plus"),
]
WORKSPACE = Link(_("Workspace"), "portal:home", "layout-dashboard")


def first_page(user: User) -> str:
    """The name of the first page this person may open; empty when there is none."""
    return next((link.name for _label, links in NAVIGATION for link in links if link.shown_to(user)), "")


def navigation(request: HttpRequest) -> dict[str, object]:
    """Give the shells their links, the person's roles in words, and where the keys `/` and `n` lead."""
    user = getattr(request, "user", None)
    if user is None or getattr(request, "tenant", None) is None:
        return {}
    if not user.is_authenticated:
        return {"public_nav": [_item(link, request.path) for link in PUBLIC]}
    return {
        "nav": _groups(user, request.path),
        "public_nav": _public(user, request.path),
        "user_roles": ", ".join(str(role.label) for role in sorted(user.role_set)),
        "home_url": _address("portal:home"),
        "workspace_url": _address("portal:home") if user.is_team else "",
        "account_url": reverse("account_email"),
        "new_booking_url": _booking(user),
        "search_url": _address("patients:patient-list") if user.can(P.PATIENT_READ) else "",
    }


def shown_zone(request: HttpRequest) -> dict[str, object]:
    """The zone of a page that a visitor or patient merely asked for: it may be loaded again when the browser has another."""
    user, match = getattr(request, "user", None), request.resolver_match
    if request.method != "GET" or match is None or "portal" not in match.namespaces:
        return {}
    return {} if getattr(user, "is_team", False) else {"shown_zone": str(timezone.get_current_timezone())}


def _public(user: User, path: str) -> list[dict[str, object]]:
    """On public pages people find their own places beside the centre's; at most five fit a phone's tab bar."""
    mine = [link for link in NAVIGATION[-1][1] if link.shown_to(user)]
    shown = [PUBLIC[0], *mine] if mine else PUBLIC
    if user.is_team:
        shown = [WORKSPACE, *shown]
    return _one_current([_item(link, path) for link in shown])[0]


def _booking(user: User) -> str:
    if user.can(P.SESSION_BOOK):
        return _address("portal:desk-booking")
    return _address("portal:book") if user.can(P.SESSION_BOOK_OWN) else ""


def _groups(user: User, path: str) -> list[dict[str, object]]:
    shown = _one_current(
        *([_item(link, path) for link in links if link.shown_to(user)] for _label, links in NAVIGATION)
    )
    named = zip(NAVIGATION, shown, strict=True)
    return [{"label": label, "items": items} for (label, _links), items in named if items]


def _one_current(*groups: Items) -> tuple[Items, ...]:
    """Where several addresses begin the page's, only the longest is where one is: rooms stand beneath /sessions/."""
    here = max((str(item["url"]) for items in groups for item in items if item["current"]), key=len, default="")
    return tuple([{**item, "current": item["url"] == here} for item in items] for items in groups)


def _item(link: Link, path: str) -> dict[str, object]:
    url = _address(link.name)
    return {"label": link.label, "url": url, "icon": link.icon, "current": path.startswith((url, link.beneath or url))}


@cache
def _address(name: str) -> str:
    """The page's address on any centre's host: they all have the same."""
    try:
        return reverse(name, urlconf=settings.ROOT_URLCONF)
    except NoReverseMatch:
        return "#"
