"""Questions over paths: who reaches what, and how."""

from inroads.reach.filters import AccessFilter
from inroads.reach.questions import access, reach, reached_by
from inroads.reach.states import held

__all__ = ["AccessFilter", "access", "held", "reach", "reached_by"]
