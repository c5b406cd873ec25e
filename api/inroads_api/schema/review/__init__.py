"""The GraphQL types of access reviews, each made from a value of `inroads.review`."""

from __future__ import annotations

from inroads_api.schema.review.campaigns import ReviewQuestions
from inroads_api.schema.review.items import ItemWindow
from inroads_api.schema.review.mutations import ReviewMutations
from inroads_api.schema.review.seen import Seen

__all__ = ["ItemWindow", "ReviewMutations", "ReviewQuestions", "Seen"]
