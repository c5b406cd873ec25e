"""The GraphQL types of access reviews, each made from a value of `inroads.review`."""

from inroads_api.review_objects.campaigns import ReviewQuestions
from inroads_api.review_objects.items import ItemWindow
from inroads_api.review_objects.mutations import ReviewMutations
from inroads_api.review_objects.seen import Seen

__all__ = ["ItemWindow", "ReviewMutations", "ReviewQuestions", "Seen"]
