"""The log of a server as JSON lines, without texts of requests."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any, Final

import msgspec

from inroads.moments import rfc3339
from inroads_api.execution.tracing import REQUEST_ID

REQUESTS: Final = "inroads_api.requests"
"""The name of the logger with one record per request, whose attribute `figures` has its figures."""

CONFIG: Final[dict[str, Any]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "inroads_api.web.logs.Lines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"inroads_api": {"level": "INFO"}},
}
"""The configuration for `logging.config.dictConfig`."""


class Lines(logging.Formatter):
    """Formats a record as one line. It omits messages of exceptions, which may quote a document."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        line: dict[str, Any] = {
            "time": rfc3339(dt.datetime.fromtimestamp(record.created, dt.UTC)),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
        if request := REQUEST_ID.get():
            line["request"] = request
        line |= getattr(record, "figures", {})
        return msgspec.json.encode(line).decode()
