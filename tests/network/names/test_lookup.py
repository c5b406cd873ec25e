"""Names of nodes: what wins, what is ambiguous, and what is suggested."""

from __future__ import annotations

import traceback
from typing import Any

import pytest

from inroads.errors import AmbiguousEmail, AmbiguousName, BadId, InroadsError, NotFound
from inroads.explorer import Explorer
from inroads.model import NodeKind
from inroads.network.names.lookup import LISTED, NamedBy, named, named_grant
from records import DAY
from worlds import explore

IDENTITY, BUSINESS, ACCOUNT = NodeKind.IDENTITY, NodeKind.BUSINESS, NodeKind.ACCOUNT
RESOURCES = frozenset({BUSINESS, ACCOUNT})


def person(number: int, *businesses: tuple[int, str | None, str | None], **more: Any) -> Any:
    """A `me` of an owner of businesses, each with its id, name and account."""
    rows = [
        {
            "id": 1000 * number + place,
            "role": "owner",
            "business": {"id": business, "name": name, "account_id": account},
        }
        for place, (business, name, account) in enumerate(businesses)
    ]
    return {"id": number, "business_memberships": rows, **more}


@pytest.fixture(scope="module")
def tricky() -> Explorer:
    """Businesses called like ids and emails, twins, and a group with the id of a business."""
    ann = person(
        1,
        (77128, "Bill Spring", "AccA"),
        (5, "77128", None),
        (6, "88888", None),
        (7, "shop@example.com", None),
        (8, "Twin", None),
        (9, "Twin", None),
        (10, "Cafe\u0301 ZO\u00cb", None),
        (11, "Springfield", None),
        (96277, "Grouped", "712"),
        (712, "Seven", None),
        email="ann@example.com",
        first_name="Ann",
        last_name="Winter",
        groups=[{"id": 3, "group_id": 96277, "role": "owner", "business_id": 96277}],
    )
    bob = person(2, email="bob@example.com", first_name="Bob", last_name="Winter")
    return explore([(ann, DAY[0]), (bob, DAY[0])])


@pytest.mark.parametrize(
    ("text", "node", "by"),
    [
        ("business:77128", "business:77128", NamedBy.ID),
        ("77128", "business:77128", NamedBy.BARE_ID),
        ("AccA", "account:AccA", NamedBy.BARE_ID),
        ("88888", "business:6", NamedBy.NAME),
        ("shop@example.com", "business:7", NamedBy.NAME),
        ("96277", "business:96277", NamedBy.BARE_ID),
        ("caf\u00e9 zo\u00eb", "business:10", NamedBy.NAME),
        ("BILL SPRING", "business:77128", NamedBy.NAME),
        ("springf", "business:11", NamedBy.PART),
        (" Grouped ", "business:96277", NamedBy.NAME),
    ],
)
def test_resources(tricky: Explorer, text: str, node: str, by: NamedBy) -> None:
    """A printed id wins, then a bare id, then a whole name, then a part of one."""
    assert named(tricky, text, RESOURCES) == (node, by)


@pytest.mark.parametrize(
    ("text", "node", "by"),
    [
        ("ANN@Example.com ", "identity:1", NamedBy.EMAIL),
        ("2", "identity:2", NamedBy.BARE_ID),
        ("Bob Winter", "identity:2", NamedBy.NAME),
        ("bob", "identity:2", NamedBy.PART),
    ],
)
def test_identities(tricky: Explorer, text: str, node: str, by: NamedBy) -> None:
    """People are named by their email, their id, or their name."""
    assert named(tricky, text, {IDENTITY}) == (node, by)


@pytest.mark.parametrize(
    ("text", "kinds", "ids"),
    [
        ("twin", RESOURCES, ("business:8", "business:9")),
        ("spring", RESOURCES, ("business:11", "business:77128")),
        ("712", RESOURCES, ("business:712", "account:712")),
        ("winter", {IDENTITY}, ("identity:1", "identity:2")),
    ],
)
def test_candidates(tricky: Explorer, text: str, kinds: Any, ids: tuple[str, ...]) -> None:
    """Several nodes are an error that lists them; none of them is chosen."""
    with pytest.raises(AmbiguousName) as error:
        named(tricky, text, kinds)
    assert error.value.code == "AMBIGUOUS_NAME"
    assert (error.value.ids, error.value.total) == (ids, len(ids))
    assert all(node in line for node, line in zip(ids, error.value.problems, strict=True))
    printed = "".join(traceback.format_exception(error.value)).splitlines()
    assert printed[-len(ids) :] == list(error.value.problems), "a notebook prints them, too"


def test_an_email_is_no_part_of_another() -> None:
    """An email that nobody has is not taken for a longer one, nor ß for ss; it is suggested."""
    graph = explore(
        [
            (person(1, email="ann@example.com"), DAY[0]),
            (person(2, email="stra\u00dfe@example.com"), DAY[0]),
        ]
    )
    for text, node in (("nn@example.com", "identity:1"), ("strasse@example.com", "identity:2")):
        with pytest.raises(NotFound) as error:
            named(graph, text, {IDENTITY})
        assert node in error.value.nearest


def test_an_email_of_two(tricky: Explorer) -> None:
    """Two people with one email are told as before."""
    graph = explore([(person(number, email="a@x.org"), DAY[0]) for number in (1, 2)])
    with pytest.raises(AmbiguousEmail):
        named(graph, "a@x.org", {IDENTITY})


@pytest.mark.parametrize(
    ("text", "kinds", "nearest"),
    [
        ("ann@exmple.com", {IDENTITY}, "identity:1"),
        ("business:77182", RESOURCES, "business:77128"),
        ("77129", RESOURCES, "business:77128"),
        ("acca", RESOURCES, "account:AccA"),
        ("Bil Sprng", RESOURCES, "business:77128"),
        ("cafe zo\u00eb", RESOURCES, "business:10"),
        ("Wintre", {IDENTITY}, "identity:1"),
    ],
)
def test_the_nearest(tricky: Explorer, text: str, kinds: Any, nearest: str) -> None:
    """A text that is typed wrong means nothing, and the error suggests what is near it."""
    with pytest.raises(NotFound, match="did you mean") as error:
        named(tricky, text, kinds)
    assert error.value.nearest[0] == nearest


def test_nothing_is_near(tricky: Explorer) -> None:
    """Nothing is suggested for what is far from everything, or too long; no text is no name."""
    for text in ("qqqqqqqqqqqq", "x" * 10_000, "\x00", "\u00b2"):
        with pytest.raises(NotFound) as error:
            named(tricky, text, RESOURCES)
        assert error.value.nearest == ()
        assert len(str(error.value)) < 150
    for text in ("", "  "):
        with pytest.raises(BadId):
            named(tricky, text, RESOURCES)


def test_other_kinds(tricky: Explorer) -> None:
    """What names a node of another kind is told; the suggestions never are of another kind."""
    for text, kinds in (
        ("ann@example.com", RESOURCES),
        ("identity:1", RESOURCES),
        ("Bill Spring", {IDENTITY}),
        ("77128", {IDENTITY}),
    ):
        with pytest.raises(InroadsError) as error:
            named(tricky, text, kinds)
        assert error.value.code == "WRONG_KIND"
    with pytest.raises(InroadsError, match=r"'ANN@example.com' is identity:1, no"):
        named(tricky, "ANN@example.com", RESOURCES)
    with pytest.raises(NotFound) as missing:
        named(tricky, "Bil Spring", {IDENTITY})
    assert missing.value.nearest == ()


def test_malformed_ids(tricky: Explorer) -> None:
    """A text like an id, of no kind that there is, is a malformed id, with what is near it."""
    with pytest.raises(BadId) as error:
        named(tricky, "buisness:77128", RESOURCES)
    assert error.value.nearest[0] == "business:77128"


def test_a_group_by_its_printed_id(tricky: Explorer) -> None:
    """A bare id never means a group where a printed one may."""
    kinds = {NodeKind.GROUP}
    assert named(tricky, "group:96277", RESOURCES, kinds).node == "group:96277"
    assert named(tricky, "96277", RESOURCES, kinds).node == "business:96277"


def test_ten_thousand_matches() -> None:
    """The list of candidates is bounded, and says how many there are."""
    shops = [(number, f"Shop {number}", None) for number in range(1, 10_001)]
    graph = explore([(person(1, *shops), DAY[0])])
    with pytest.raises(AmbiguousName) as error:
        named(graph, "shop", {BUSINESS})
    assert (len(error.value.ids), error.value.total) == (LISTED, 10_000)
    assert error.value.problems[-1] == "… 9,990 more"


def test_grants(tricky: Explorer) -> None:
    """The ends of a grant are named, too; other texts stay as they are."""
    grant = "business:77128#MEMBER@identity:1"
    assert named_grant(tricky, "Bill Spring#MEMBER@ann@example.com") == grant
    added = named_grant(tricky, "Bill Spring#MEMBER@ann@example.com=manager")
    assert added == f"{grant}=manager"
    for text in (grant, f"{grant}=BOSS", "role 994207", "business:5#NONE@identity:1"):
        assert named_grant(tricky, text) == text


def test_pseudonyms(tricky: Explorer) -> None:
    """Under pseudonyms no error has an original, also where a text is near one."""
    masked = tricky.pseudonymised(b"0123456789abcdef0123456789abcdef")
    for text in ("ann@exmple.com", "Bil Spring", "business:77182"):
        with pytest.raises(InroadsError) as error:
            named(masked, text, frozenset(NodeKind))
        told = str(error.value)
        assert "ann@example.com" not in told
        assert "Bill Spring" not in told
        assert "77128" not in told
