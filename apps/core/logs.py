"""JSON log lines: who, where and which request; never what a person wrote or what ails them."""

import contextvars
import logging
import traceback
from types import TracebackType
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter as BaseFormatter

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")
centre: contextvars.ContextVar[str] = contextvars.ContextVar("centre", default="")
request: contextvars.ContextVar[Any] = contextvars.ContextVar("request", default=None)


class ContextFilter(logging.Filter):
    """Add the request id, the centre's schema and the user's id to every record; take Celery's and Django's quotations out."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("celery") and "data" in record.__dict__:
            _say_less(record)
        if record.name.startswith("django") and hasattr(record, "request"):
            _say_route(record)
        record.request_id = request_id.get()
        record.centre = centre.get()
        record.user_id = _user_id()
        return True


def route(asked: Any) -> str:
    """Return the name of the page that was asked for: an address may hold a name, or the key of an invitation."""
    match = getattr(asked, "resolver_match", None)
    return match.view_name if match else "unrouted"


def _user_id() -> str:
    """Return who is signed in, where that has been asked for; a log line asks no database."""
    user = getattr(request.get(), "_cached_user", None)
    return str(user.pk) if user is not None and user.is_authenticated else ""


def _say_route(record: logging.LogRecord) -> None:
    """Django's lines about a request end with its path."""
    path = getattr(record.__dict__["request"], "path", None)
    words = record.args if isinstance(record.args, tuple) else ()
    record.args = tuple(route(record.__dict__["request"]) if word == path else word for word in words)


def _say_less(record: logging.LogRecord) -> None:
    """Celery's lines spell out arguments, results and exceptions; the task's name, number and time are enough."""
    facts = record.__dict__.pop("data")
    record.task, record.task_id = facts.get("name", ""), facts.get("id", "")
    if "runtime" in facts:
        record.ms = round(facts["runtime"] * 1000, 1)
    failed = record.levelno >= logging.ERROR
    record.msg, record.args = ("task failed" if failed else "task done" if "runtime" in facts else "task received"), ()


class JsonFormatter(BaseFormatter):
    def __init__(self) -> None:
        super().__init__(
            "{asctime}{levelname}{name}{message}{request_id}{centre}{user_id}",
            style="{",
            rename_fields={"asctime": "at", "levelname": "level", "name": "logger"},
            reserved_attrs=[*RESERVED_ATTRS, "request"],  # Django adds it; its address may hold what was searched for
        )

    def formatException(self, ei: ExcInfo) -> str:
        """Say where and what kind, not the exception's own words: PostgreSQL quotes the row it refused."""
        kind, error, trace = ei
        frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
        facts = [fact for fact in (_kind(kind), *_database_facts(error)) if fact]
        return "\n".join([*frames, " ".join(facts)])


def _kind(kind: type[BaseException] | None) -> str:
    return f"{kind.__module__}.{kind.__qualname__}" if kind else ""


def _database_facts(error: BaseException | None) -> list[str]:
    """The SQLSTATE and the constraint's name, when a database error caused this."""
    cause = error.__cause__ if error is not None else None
    diagnosis = getattr(cause, "diag", None)
    return [getattr(diagnosis, name) or "" for name in ("sqlstate", "constraint_name")] if diagnosis else []
