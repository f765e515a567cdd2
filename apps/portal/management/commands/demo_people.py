from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from apps.accounts.roles import Role
from apps.portal.demo import making
from apps.portal.demo.facts import CENTRES, PASSWORD, ROOT, SUNRISE, Demo
from apps.tenants import actions

MINE = {Role.ADMIN: "everything", Role.OPERATOR: "front desk", Role.ACCOUNTANT: "sees, changes nothing"}


class Command(BaseCommand):
    help = "Say where the demo is, who may sign in, and where mail can be read."

    def handle(self, *args: Any, **options: Any) -> None:
        if making.missing():
            self.stdout.write("There is no demo here. Make it: manage.py make_demo")
            return
        sections = [self.addresses(), *(self.people(demo) for demo in CENTRES), self.notes()]
        self.stdout.write("\n\n".join("\n".join(lines) for lines in sections))

    def addresses(self) -> list[str]:
        public = actions.site(settings.PUBLIC_HOST)
        rows = [("Public site", public), ("Django admin", f"{public}admin/")]
        rows += [(str(demo.facts["name"]), actions.site(f"{demo.slug}.{settings.PUBLIC_HOST}")) for demo in CENTRES]
        return ["Where", *(f"  {name:<18}{address}" for name, address in rows)]

    def people(self, demo: Demo) -> list[str]:
        rows = [(str(Role(person.role).label), person.email(demo.slug), _about(demo, person)) for person in demo.team]
        first = demo.therapists[0]
        rows.insert(1, (str(Role.THERAPIST.label), first.email(demo.slug), first.title))
        title = f"Who signs in at {demo.facts['name']} (password {PASSWORD})"
        return [title, *(f"  {role:<22}{email:<28}{what}" for role, email, what in rows)]

    def notes(self) -> list[str]:
        mail = making.mail_folder()
        read = "in Messages of each centre" + (f", and as files in {mail}" if mail else "")
        return [f"  {'Superuser (admin)':<22}{ROOT:<28}password {PASSWORD}", f"  Mail is read {read}."]


def _about(demo: Demo, person: Any) -> str:
    children = [f"{child.given}" for child in demo.families.get(person.given, ())]
    if children:
        return f"guardian of {', '.join(children)}" + (" and an imported child" if demo is SUNRISE else "")
    return "patient" if person.role == Role.PATIENT else MINE[person.role]
