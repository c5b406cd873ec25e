"""JSON bytes to typed, redacted documents, and the claims that each document makes."""

from inroads.documents.reader import Observation, read

__all__ = ["Observation", "read"]
