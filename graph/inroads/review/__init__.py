"""Review campaigns: decisions, kept for good, about which accesses should stay."""

from inroads.review.campaign import Campaign, campaign, campaigns
from inroads.review.frozen_access import Difference, Frozen, Pair, Scope, difference
from inroads.review.opening import start
from inroads.review.values import (
    ALL,
    Answer,
    Decided,
    Decision,
    Drift,
    Ending,
    Filter,
    Gone,
    Head,
    Item,
    Opened,
    Order,
    Progress,
    ReviewError,
    Signed,
    Standing,
    Verdict,
)

__all__ = [
    "ALL",
    "Answer",
    "Campaign",
    "Decided",
    "Decision",
    "Difference",
    "Drift",
    "Ending",
    "Filter",
    "Frozen",
    "Gone",
    "Head",
    "Item",
    "Opened",
    "Order",
    "Pair",
    "Progress",
    "ReviewError",
    "Scope",
    "Signed",
    "Standing",
    "Verdict",
    "campaign",
    "campaigns",
    "difference",
    "start",
]
