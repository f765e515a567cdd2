"""JSON log lines: who, where and which request; never what a person wrote or what ails them."""

import contextvars
import logging

from pythonjsonlogger.json import JsonFormatter as BaseFormatter

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")
centre: contextvars.ContextVar[str] = contextvars.ContextVar("centre", default="")
user_id: contextvars.ContextVar[str] = contextvars.ContextVar("user_id", default="")


class ContextFilter(logging.Filter):
    """Add the request id, the centre's schema and the user's id to every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        record.centre = centre.get()
        record.user_id = user_id.get()
        return True


class JsonFormatter(BaseFormatter):
    def __init__(self) -> None:
        super().__init__(
            "{asctime}{levelname}{name}{message}{request_id}{centre}{user_id}",
            style="{",
            rename_fields={"asctime": "at", "levelname": "level", "name": "logger"},
        )
