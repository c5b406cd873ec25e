"""Requests that are refused before they are executed, with a status and a code."""

from __future__ import annotations


class Refused(Exception):
    """A refused request: the HTTP status, the code and the message of the answer."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code, self.message = status, code, message


class Overloaded(Refused):
    """A request that is refused because the server has too many."""

    def __init__(
        self, message: str = "the server is handling too many requests: retry later"
    ) -> None:
        super().__init__(503, "OVERLOADED", message)
