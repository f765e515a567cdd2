"""What the source must not say, read from its syntax tree."""

import ast
import importlib
import pkgutil
from pathlib import Path

import pytest
from django.utils.functional import Promise

import apps
from apps.core.errors import DomainError

ROOT = Path(apps.__path__[0]).parent
FILES = sorted(
    path
    for folder in ("apps", "config")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts and "yard" not in path.parts
)
SAID_TO_PEOPLE = {"label", "help_text", "verbose_name", "verbose_name_plural", "empty_label", "short_description"}


def trees():
    return [(path.relative_to(ROOT), ast.parse(path.read_text())) for path in FILES]


def found(kind):
    return [(path, node) for path, tree in trees() for node in ast.walk(tree) if isinstance(node, kind)]


def last_name(node):
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def test_no_with_tenant():
    """`with tenant:` keeps its stack on the class: 1,718 of 2,400 blocks left the thread in another schema."""
    entered = [
        f"{path}:{node.lineno}"
        for path, node in found(ast.With)
        for item in node.items
        if isinstance(item.context_expr, ast.Name | ast.Attribute)
        and last_name(item.context_expr).lower().endswith(("tenant", "centre"))
    ]
    assert entered == []


def test_no_set_schema_outside_the_middleware():
    """A request, task or command enters a centre by a block that leaves it again."""
    allowed = {Path("apps/tenants/middleware.py"), Path("apps/core/schema.py")}
    switched = [
        f"{path}:{node.lineno}"
        for path, node in found(ast.Call)
        if last_name(node.func) in ("set_schema", "set_tenant", "set_schema_to_public", "activate_tenant")
        and path not in allowed
    ]
    assert switched == []


def test_no_send_robust():
    """A receiver's failure undoes the event: `send_robust` would swallow it."""
    assert [f"{path}:{node.lineno}" for path, node in found(ast.Attribute) if node.attr == "send_robust"] == []


def test_no_raw_now():
    """The clock is asked in one place, so that tests can answer."""
    asked = [
        f"{path}:{node.lineno}"
        for path, node in found(ast.Call)
        if isinstance(node.func, ast.Attribute)
        and node.func.attr in ("now", "today", "utcnow")
        and last_name(node.func.value) in ("timezone", "datetime", "date", "dt")
        and path not in {Path("apps/core/clock.py"), Path("apps/core/formats.py")}
    ]
    assert asked == []


def test_words_for_people_are_translatable():
    bare = [
        f"{path}:{node.value.lineno} {node.arg}={node.value.value!r}"
        for path, node in found(ast.keyword)
        if node.arg in SAID_TO_PEOPLE
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        and any(letter.isalpha() for letter in node.value.value)
    ]
    assert bare == []


def test_messages_for_people_are_translatable():
    bare = [
        f"{path}:{node.lineno}"
        for path, node in found(ast.Call)
        if isinstance(node.func, ast.Attribute)
        and last_name(node.func.value) == "messages"
        and node.func.attr in ("success", "info", "warning", "error")
        and any(isinstance(argument, ast.Constant | ast.JoinedStr) for argument in node.args[1:])
    ]
    assert bare == []


def errors():
    for module in pkgutil.walk_packages(apps.__path__, "apps."):
        if module.name.endswith("errors"):
            importlib.import_module(module.name)
    waiting, seen = [DomainError], []
    while waiting:
        seen.append(waiting.pop())
        waiting += seen[-1].__subclasses__()
    return [error for error in seen if error.__module__.startswith("apps.")]


@pytest.mark.parametrize("error", errors(), ids=lambda error: error.__name__)
def test_every_refusal_says_why_in_translatable_words(error):
    assert isinstance(error.message, Promise)


def test_every_refusal_has_a_code_of_its_own():
    codes = [error.code for error in errors()]
    assert len(codes) == len(set(codes)), sorted(codes)
