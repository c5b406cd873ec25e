"""The kind of document that a JSON object shows itself to be, or what it looks like instead.

A document is taken for what it shows, never for what it lacks: a `me` that says nothing of its
memberships would otherwise be any object with an id.
"""

from __future__ import annotations

from typing import Any, Final, TypeGuard

from inroads.documents.records import ListedMember, Me
from inroads.documents.redaction import SUBJECTS, RejectedDocument

ENVELOPE: Final = ("document", "observed_at", "source")
"""The keys of an envelope."""

ME_SIGNS: Final = frozenset(
    {
        "identity_id",
        "identity_uuid",
        "email",
        "profile",
        "confirmed_at",
        "unconfirmed_email",
        "setup_complete",
        "business_memberships",
        "subscription_statuses",
    }
)
"""Keys of which a `me` has at least one."""

ME_LISTS: Final = ("roles", "groups")
"""Keys that are a sign of a `me` where they hold a list."""

_WRAPPINGS: Final = frozenset(
    {"document", "body", "status", "status_code", "statusCode", "headers", "request", "url"}
)
"""Keys beside a response that show the log entry of a request."""

_FOREIGN: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    (
        ("business_id", "business_role_name"),
        "a row of a team_members listing: give the whole response",
    ),
    (("client_business",), "a client row: give the document around it"),
    (("account_business",), "a client row: give the document around it"),
    (("group_id",), "a row of groups or of a team: give the document around it"),
    (("business_id", "role"), "a row of groups or of a team: give the document around it"),
    (("role", "business"), "a row of business_memberships: give the document around it"),
    (("accountid",), "a row of roles: give the document around it"),
    (("accounting_systemid",), "a client or staff record of an account, which is no identity"),
    (("account_id",), "a business record: give the me or team document around it"),
    (("business_uuid",), "a business record: give the me or team document around it"),
    (("business_clients",), "a business record: give the me or team document around it"),
    (("members",), "the group of a team without its business: give the document around it"),
    (("document",), f"an envelope, which has no keys but {', '.join(ENVELOPE)}"),
    (("body",), "a logged response: give its body alone"),
)
"""Keys that show another thing, with what it looks like and what to do; the first row that fits."""


def _squashed(key: str) -> str:
    return "".join(filter(str.isalnum, key)).lower()


_OUR_KEYS: Final = frozenset({*Me.__struct_fields__, "business_group"})
"""Keys of several words show in another spelling, such as camelCase, that a document was re-keyed."""
_SQUASHED: Final = {_squashed(key): key for key in _OUR_KEYS if "_" in key}
_SQUASHED_IN_ROW: Final = {
    _squashed(key): key for key in ListedMember.__struct_fields__ if "_" in key
}

LISTED_SIGNS: Final = frozenset({"business_id", "business_role_name"})
"""Keys that a row of a listing of team members has."""


def is_envelope(value: Any) -> TypeGuard[dict[str, Any]]:
    """Return whether a value is an envelope."""
    return (
        isinstance(value, dict)
        and "document" in value
        and "id" not in value
        and ("observed_at" in value or "source" in value)
    )


def check_envelope(envelope: dict[str, Any]) -> None:
    """Raise RejectedDocument for an envelope with a key that is not known."""
    if unknown := sorted(envelope.keys() - set(ENVELOPE)):
        raise RejectedDocument(
            "unknown_envelope_key",
            "",
            f"{unknown[0][:40]!r} is no key of an envelope ({', '.join(ENVELOPE)}): "
            "its moment or source would be a guess",
        )


def unknown_beside(value: dict[str, Any]) -> list[str]:
    """Return the keys beside a response that are not known."""
    return sorted(value.keys() - {"response", "meta"}) if "response" in value else []


def check_response(value: dict[str, Any]) -> None:
    """Raise RejectedDocument for a response that is a part of something else."""
    for key in unknown_beside(value):
        if key in SUBJECTS:
            message = f"there is a {key} beside the response: which of the two is the document?"
            raise RejectedDocument("not_a_document", f"/{key}", message)
        if key in _WRAPPINGS:
            message = "it looks like a logged response: give the response alone"
            raise RejectedDocument("not_a_document", f"/{key}", message)


def is_listing(inner: dict[str, Any]) -> bool:
    """Return whether an object has a list as its response, as a listing of team members has."""
    return isinstance(inner.get("response"), list)


def _check_listing(rows: list[Any]) -> None:
    """Raise RejectedDocument for a list of other things than the members of a team."""
    if not rows:
        # Nobody's page says of which business it is, so it cannot end anybody's access either.
        raise RejectedDocument(
            "empty_listing", "/response", "the listing is empty: it does not say of which business"
        )
    found = [row for row in rows if isinstance(row, dict)]
    if any(row.keys() >= LISTED_SIGNS for row in found):
        return
    for row in found[:1]:
        _check_spelling(row, _SQUASHED_IN_ROW, "/response/0")
    raise RejectedDocument(
        "not_a_document",
        "/response",
        "the response is a list, and no row of it is a team member's, "
        "which has business_id and business_role_name",
    )


def _check_spelling(record: dict[str, Any], squashed: dict[str, str], place: str) -> None:
    ours = frozenset(squashed.values())
    for key in record:
        known = key if key in ours else squashed.get(_squashed(key), key)
        if known != key:
            raise RejectedDocument(
                "not_a_document",
                place,
                f"it looks like a re-keyed document: {known} is spelled {key[:40]!r}",
            )


def check_document(inner: dict[str, Any], prefix: str) -> None:
    """Raise RejectedDocument for what shows that it is no `me`, no team and no listing of members,
    or shows nothing, with what it looks like and what to do.
    """
    if is_listing(inner):
        _check_listing(inner["response"])
        return
    _check_spelling(inner, _SQUASHED, prefix)
    if "business_group" in inner:
        if "business_memberships" in inner:
            raise RejectedDocument("not_a_document", prefix, "it is a me and a team at once")
        return
    for keys, looks in _FOREIGN:
        if inner.keys() >= set(keys):
            raise RejectedDocument("not_a_document", prefix, f"it looks like {looks}")
    signs = any(key in inner for key in ME_SIGNS)
    if not signs and not any(isinstance(inner.get(key), list) for key in ME_LISTS):
        if "id" in inner:
            raise RejectedDocument(
                "not_a_document",
                prefix,
                "it has an id and no sign of an identity, such as an email",
            )
        raise RejectedDocument(
            "no_identity", prefix, "neither id nor identity_id says whose document this is"
        )
