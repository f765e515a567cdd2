"""Every page as everybody who may see it: found by walking the addresses, opened with objects of the demo.

For photographs and for tests that look at all pages. `python -m tests.pages alice bob` prints what it finds for them as
JSON, for a process that has no business in that database. An address whose objects `objects()` does not know is named as
unknown.
"""

import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse  # noqa: E402
from django_tenants.utils import schema_context, tenant_context  # noqa: E402

from apps.accounts.models import User  # noqa: E402
from apps.accounts.tokens import invitation_path  # noqa: E402
from apps.notifications.models import Message  # noqa: E402
from apps.patients.models import Guardian, Guardianship, Patient  # noqa: E402
from apps.scheduling.models import Closure, HoursException, TimeOff  # noqa: E402
from apps.sessions.models import Room, TherapySession  # noqa: E402
from apps.tenants.models import Centre  # noqa: E402
from apps.therapists.models import Offering, Therapist, TherapyType  # noqa: E402

CENTRE = "sunrise"
BOOKERS = ("nobody", "carol", "dana")  # they hold a time, so the last steps of booking have something to show
ROOT = "root"  # the superuser, on the public host
STATES = {  # what an address shows beyond its first look
    "portal:calendar": ("?view=week", "?view=month", "?view=list", "?by=room"),
    "sessions:session-list": ("?q=zzzz",),
    "patients:patient-list": ("?q=zzzz",),
    "portal:public-therapist-list": ("?language=sv&mode=chat",),
}
LOOKERS = ("nobody", "oscar", "bob", "carol")  # who looks at those; to the others they look the same
PASSWORD = "verbena-demo-1"


@dataclass(frozen=True)
class Page:
    viewer: str
    name: str
    path: str
    slug: str = CENTRE  # "" is the public host
    cookie: str = ""
    sandboxed: bool = False  # runs no scripts: nothing can be asked of it but a picture
    shapes: tuple[str, ...] = ()  # of its main part, and of what stands around it


@dataclass
class Found:
    pages: list[Page] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)


def routes(patterns: Any, namespace: str = "") -> Iterator[tuple[str, list[str]]]:
    """Every named address: (name, names of its parameters)."""
    for entry in patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            for name, parameters in routes(entry.url_patterns, inner):
                yield name, [*entry.pattern.converters, *parameters]
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{namespace}{entry.name}", list(_parameters(entry))


def _parameters(entry: URLPattern) -> list[str]:
    regex = getattr(entry.pattern, "regex", None)
    return list(entry.pattern.converters) or list(regex.groupindex if regex else ())


# --- objects ---------------------------------------------------------------------------------------------------------


def objects(viewer: User | None) -> dict[str, Any]:
    """What addresses name, chosen so that this person may see it: by `app:name` or by `app`, then by parameter."""
    own = TherapySession.objects.visible_to(viewer) if viewer else TherapySession.objects.none()
    session = own.upcoming().first() or own.first()
    patients = Patient.objects.visible_to(viewer) if viewer else Patient.objects.none()
    ward = Guardianship.objects.filter(guardian__user=viewer).first() if viewer else None
    bond = Guardianship.objects.filter(patient__in=patients).first()
    patient = (bond and bond.patient) or patients.first()
    therapist = Therapist.objects.filter(user=viewer).first() or Therapist.objects.get(user__given_name="Bob")
    offering = Offering.objects.select_related("therapist").first()
    colleague = User.objects.get(given_name="Oscar")
    return {
        "patients": {"pk": patient, "guardian": Guardian.objects.first(), "guardianship": bond},
        "therapists": {"pk": therapist, "offering": offering},
        "therapists:therapy-type-update": {"pk": TherapyType.objects.first()},
        "therapists:therapy-type-delete": {"pk": TherapyType.objects.first()},
        "therapists:offering-update": {"pk": offering and offering.therapist, "offering": offering},
        "therapists:offering-delete": {"pk": offering and offering.therapist, "offering": offering},
        "therapists:therapist-approve": {"pk": Therapist.objects.filter(status="pending").first()},
        "sessions": {"pk": session},
        "sessions:session-miss": {"pk": own.to_close().first() if viewer else None},
        "sessions:room-update": {"pk": Room.objects.first()},
        "sessions:room-delete": {"pk": Room.objects.first()},
        "scheduling": {"pk": TimeOff.objects.filter(therapist=therapist).first(), "therapist": therapist},
        "scheduling:closure-update": {"pk": Closure.objects.first()},
        "scheduling:closure-delete": {"pk": Closure.objects.first()},
        "scheduling:exception-delete": _exception(),
        "notifications": {"pk": Message.objects.filter(session__isnull=False).first()},
        "accounts": {"pk": colleague, "role": "operator", "permission": "session.book"},
        "portal": {"pk": session, "slug": therapist.slug},
        "portal:patient-record": {"pk": patient},
        "portal:my-child-update": {"pk": ward and ward.patient},
    }


def _exception() -> dict[str, Any]:
    row = HoursException.objects.first()
    return {"therapist": row and row.therapist, "pk": row}


def address(name: str, parameters: list[str], known: dict[str, Any]) -> str | None:
    facts = known.get(name) or known.get(name.split(":", maxsplit=1)[0], {})
    values = {key: getattr(facts.get(key), "pk", facts.get(key)) for key in parameters}
    if any(value is None for value in values.values()):
        return None
    try:
        return reverse(name, kwargs=values, urlconf=settings.ROOT_URLCONF)
    except NoReverseMatch:
        return None


# --- people ----------------------------------------------------------------------------------------------------------


def client_of(slug: str, user: User | None, *, by_password: bool = True) -> Client:
    """A browser on a host, signed in as one signs in, the password just given again: every page opens."""
    host = f"{slug}.{settings.PUBLIC_HOST}" if slug else settings.PUBLIC_HOST
    client = Client(HTTP_HOST=host, raise_request_exception=False)
    if user and not by_password:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    elif user and slug:
        client.post("/account/login/", {"login": user.email, "password": PASSWORD, "remember": "on"})
        client.post("/account/reauthenticate/", {"password": PASSWORD})
    elif user:
        client.post("/admin/login/", {"username": user.email, "password": PASSWORD})
    return client


def cookie_of(client: Client) -> str:
    found = client.cookies.get("sessionid")
    return found.value if found else ""


def free_choice(client: Client) -> tuple[str, str]:
    """The first kind of session on offer that has a free time: its query, and the time's value."""
    page = client.get("/book/").content.decode()
    for link in re.findall(r'href="/book/\?([^"]+)"', page):
        query = link.replace("&amp;", "&")
        times = client.get(f"/book/time/?{query}&therapist=any").content.decode()
        if slot := re.search(r'name="slot" value="([^"]+)"', times):
            return query, slot[1]
    raise LookupError("nothing is free in the whole centre")


def hold_a_time(client: Client, query: str, slot: str) -> None:
    """Choose a time, and answer the questions about oneself (or the first child), so that the last steps open."""
    client.post(f"/book/time/?{query}&therapist=any", {"slot": slot})
    page = client.get("/book/details/").content.decode()
    if who := re.search(r'name="who" value="([^"]+)"', page):
        client.post("/book/details/", {"who": who[1], "concerns": "I sleep badly.", "phone": "+1 212 555 0142"})


# --- the walk --------------------------------------------------------------------------------------------------------


def find(viewers: Iterable[str]) -> Found:
    """Every page that answers with HTML to one of them; what only a link in a mail leads to is nobody's."""
    found = Found()
    with schema_context("public"):
        centre = Centre.objects.get(slug=CENTRE)
    for viewer in viewers:
        if viewer == ROOT:
            _public(found, centre)
        else:
            _walk(found, centre, viewer)
        if viewer == "nobody":
            _oddities(found, centre)
    return found


def _walk(found: Found, centre: Centre, viewer: str) -> None:
    with tenant_context(centre):
        user = User.objects.filter(email=f"{viewer}@{centre.slug}.example").first()
        known = objects(user)
    client = client_of(centre.slug, user)
    query, slot = free_choice(client)
    if viewer in BOOKERS:
        hold_a_time(client, query, slot)
    for name, parameters in routes(get_resolver(settings.ROOT_URLCONF).url_patterns):
        with tenant_context(centre):
            path = address(name, parameters, known)
        if path is None:
            found.unknown.add(name)
            continue
        for state in ("", *(STATES.get(name, ()) if viewer in LOOKERS else ())):
            _visit(found, client, Page(viewer, name + state, path + state))
    _visit(found, client, Page(viewer, "portal:book-therapist", f"/book/therapist/?{query}"))
    _visit(found, client, Page(viewer, "portal:book-time", f"/book/time/?{query}&therapist=any"))


def _oddities(found: Found, centre: Centre) -> None:
    """Pages that only a link in a mail or a mistake leads to."""
    with tenant_context(centre):
        invited = User.objects.exclude(password="").filter(last_login__isnull=True).first()
        invitation = invitation_path(invited) if invited else ""
    client = client_of(centre.slug, None)
    for name, path in (
        ("accounts:invitation-accept", invitation),
        ("invitation-expired", "/people/invitation/x/y/"),
        ("404", "/nowhere/"),
    ):
        _visit(found, client, Page("nobody", name, path), also=(404, 410))
    bob = client_of(centre.slug, User(email=f"bob@{centre.slug}.example"))
    _visit(found, bob, Page("bob", "403", "/people/audit/"), also=(403,))


def _public(found: Found, centre: Centre) -> None:
    """The public host: its home for anybody, Django admin for the superuser."""
    anybody = client_of("", None)
    _visit(found, anybody, Page("nobody", "public:home", "/", ""))
    _visit(found, anybody, Page("nobody", "admin:login", "/admin/login/", ""))
    with schema_context("public"):
        root = User.objects.filter(is_superuser=True).first()
    client = client_of("", root)
    _visit(found, client, Page(ROOT, "admin:index", "/admin/", ""))
    index = client.get("/admin/").content.decode()
    for path in sorted(set(re.findall(r'href="(/admin/\w+/\w+/(?:add/)?)"', index))):
        _visit(found, client, Page(ROOT, path.strip("/").replace("/", "-"), path, ""))
    _visit(found, client, Page(ROOT, "admin-tenants-centre-change", f"/admin/tenants/centre/{centre.pk}/change/", ""))


def _visit(found: Found, client: Client, page: Page, also: tuple[int, ...] = ()) -> None:
    answer = client.get(page.path)
    if answer.status_code >= 500:
        found.broken.append(f"{page.path} answers {answer.status_code} to {page.viewer}")
    is_html = answer.headers.get("Content-Type", "").startswith("text/html") and b"</html>" in answer.content
    if is_html and answer.status_code in (200, *also):
        sandboxed = "sandbox" in answer.headers.get("Content-Security-Policy", "")
        seen = shapes(answer.content.decode())
        found.pages.append(replace(page, cookie=cookie_of(client), sandboxed=sandboxed, shapes=seen))


def shapes(page: str) -> tuple[str, ...]:
    """Digests of a page's main part and of the rest, as marked up: words, numbers and addresses do not count.

    Of two pages with the same shapes a judge of markup and colours says the same.
    """
    page = re.sub(r"<(script|template|noscript|title|svg)\b.*?</\1>", "", page, flags=re.DOTALL)
    page = re.sub(r"hx-headers='[^']*'|aria-current=\"\w+\"", "", page)
    page = re.sub(r'\b(href|src|action|value|content|datetime)="[^"]*"', r'\1=""', page)
    page = re.sub(r'\b(title|alt|placeholder|aria-label)="[^"]+"', r'\1="words"', page)
    page = re.sub(r">\s*[^<\s][^<]*", ">words", page)
    page = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "0", page)
    page = re.sub(r"\s+", " ", page)
    main = re.search(r"<main\b.*?</main>", page)
    parts = [main[0], page.replace(main[0], "")] if main else [page]
    return tuple(hashlib.sha1(part.encode()).hexdigest() for part in parts)


def main() -> None:
    found = find(sys.argv[1:])
    facts = {"pages": [asdict(page) for page in found.pages], "unknown": sorted(found.unknown), "broken": found.broken}
    json.dump(facts, sys.stdout)


if __name__ == "__main__":
    main()
