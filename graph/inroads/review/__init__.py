"""Review campaigns: who should keep which access, decided item by item, with what was decided on kept for good."""

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
