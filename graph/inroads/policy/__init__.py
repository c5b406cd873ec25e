"""All judgement, as tables quoted from their source."""

from inroads.policy.loading import load_policy
from inroads.policy.tables import STOCK, Policy

__all__ = ["STOCK", "Policy", "load_policy"]
