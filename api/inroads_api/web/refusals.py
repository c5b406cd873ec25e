"""Requests that are refused before they are executed, with a status and a code."""

from __future__ import annotations


class Refused(Exception):
    """A request that is refused: a status of HTTP, a code, and why."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code, self.message = status, code, message


class Overloaded(Refused):
    """A request for which there is no place now."""

    def __init__(
        self, message: str = "too many requests are being answered: ask again later"
    ) -> None:
        super().__init__(503, "OVERLOADED", message)
