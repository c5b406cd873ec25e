"""What a portion of a graph holds, and that it tells nothing of the rest."""

from __future__ import annotations

import datetime as dt
import json
import random
import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hiding import altered, near
from inroads import EXAMPLE, load
from inroads.explorer import Explorer
from inroads.model import Access, NodeKind, kind_of, native_id, node_id
from inroads.network.limited.documents import HIDDEN, SOURCE
from inroads.network.limited.view import portion
from inroads.policy.loading import load_policy
from inroads.reach.questions import reached_by
from records import DAY as DAYS
from records import me, members, membership, team
from strategies import random_world
from worlds import explore, same

KEY = bytes(range(32))
DAY = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def limited(graph: Explorer, *businesses: str) -> Explorer:
    return portion(graph, [native_id(each) for each in businesses], KEY)


def drawn(seed: int, size: int = 9) -> tuple[random.Random, list[Any], Explorer, list[str]]:
    """A world, its graph, and some of its businesses."""
    rng = random.Random(seed)
    world = random_world(rng, size)
    graph = explore(world)
    known = [each for each in graph if kind_of(each) is NodeKind.BUSINESS]
    return rng, world, graph, rng.sample(known, min(len(known), rng.randint(1, 2)))


def test_suppressions_of_what_is_hidden_are_not_told() -> None:
    """Of suppressions that suppress nothing only those are told that name a subject which is shown."""
    subjects = ("business:77128", "business:311394", "account:Xr82w")
    text = "".join(
        f'[[suppressions]]\nrule = "no-owner"\nsubject = "{subject}"\nreason = "r"\nexpires = {day}\n'
        for subject in subjects
        for day in ("2020-01-01", "2999-01-01")
    )
    text += f'[[suppressions]]\nfinding = "{"0" * 32}"\nreason = "r"\nexpires = 2020-01-01\n'
    graph = load(EXAMPLE, policy=load_policy(text))
    found, part = graph.findings(), limited(graph, "business:77128").findings()
    assert (len(found.expired), len(found.idle)) == (4, 3)
    for some in (part.expired, part.idle):
        assert [each.subject for each in some] == ["business:77128"]


def told(access: Access) -> Any:
    """All of an access but the names of what it passes, and which of several roles speaks first there."""
    paths = sorted(
        (
            sorted(path.roles),
            path.certainty,
            path.state,
            [(step.relation, step.contested) for step in path.steps],
        )
        for path in access.paths
    )
    return (
        access.principal,
        access.roles,
        access.contested_roles,
        access.certainty,
        access.state,
        access.distance,
        access.truncated,
        paths,
    )


@given(st.integers(0, 2**32))
@example(6976360)  # a status that one of two documents has ended
@example(24140)  # one record states two memberships, of which one is contested
@settings(max_examples=40, deadline=None)
def test_who_reaches_what_is_allowed(seed: int) -> None:
    """Accesses to allowed businesses and their accounts are those of the whole graph, path by path."""
    _, _, graph, chosen = drawn(seed)
    part = limited(graph, *chosen)
    for business in chosen:
        assert part.kept(business) == graph.kept(business)
        assert part.nodes[business] == graph.nodes[business]
        for resource in (business, *graph.kept(business)):
            assert list(map(told, reached_by(part, resource))) == list(
                map(told, reached_by(graph, resource))
            )
            assert part.latent(resource) == graph.latent(resource) or HIDDEN in part.latent(
                resource
            )


@given(st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_nothing_else_matters(seed: int) -> None:
    """Whatever is changed in what is hidden, the portion is the same: nodes, grants, evidence, documents, version."""
    rng, world, graph, chosen = drawn(seed)
    other = explore(altered(world, rng, near(graph, chosen)))
    one, two = (limited(each, *chosen) for each in (graph, other))
    assert same([one, two])
    assert list(map(_shown, one.documents)) == list(map(_shown, two.documents))


def _shown(document: Any) -> Any:
    return document.key, document.subject, document.kind, document.body


WORDS = re.compile(r"secret|Vendor|Middle|elsewhere|777|888|999|A_middle|A_vendor")


@pytest.fixture
def graph() -> Explorer:
    """Ann owns Middle, which is a client of Shop and of Vendor; Bob manages Shop and Vendor; Cid is in Vendor alone."""
    to_shop = {
        "id": 31,
        "account_id": "A_shop",
        "userid": 5,
        "client_business": {"business_id": 777},
    }
    to_shop["account_business"] = {"account_business_id": 1, "account_id": "A_shop"}
    to_vendor = {
        "id": 999,
        "account_id": "A_vendor",
        "userid": 8,
        "client_business": {"business_id": 777},
    }
    middle = {
        "id": 777,
        "name": "Middle",
        "account_id": "A_middle",
        "business_clients": [to_vendor, to_shop],
    }
    shop = {"id": 1, "name": "Shop", "account_id": "A_shop", "active": True}
    vendor = {
        "id": 888,
        "name": "Vendor",
        "account_id": "A_vendor",
        "address": {"city": "elsewhere"},
    }
    ann = {
        "id": 10,
        "email": "ann@example.com",
        "profession": {"company": "secret"},
        "business_memberships": [{"id": 7771, "role": "owner", "business": middle}],
        "roles": [
            {"id": 7772, "role": "admin", "accountid": "A_middle", "userid": 1, "systemid": 7770}
        ],
        "subscription_statuses": {"A_middle": "active"},
    }
    bob = {
        "id": 20,
        "email": "bob@example.com",
        "business_memberships": [
            {"id": 8881, "role": "business_manager", "business": vendor},
            {"id": 41, "role": "business_manager", "business": shop},
        ],
        "groups": [
            {
                "id": 8882,
                "group_id": 8883,
                "role": "manager",
                "business_id": 888,
                "company": "Vendor",
            }
        ],
        "roles": [{"id": 42, "role": "staff", "accountid": "A_shop", "userid": 2, "systemid": 43}],
        "subscription_statuses": {"A_vendor": "cancelled", "A_shop": "active"},
    }
    cid = {
        "id": 30,
        "email": "cid@example.com",
        "business_memberships": [{"id": 8884, "role": "owner", "business": vendor}],
    }
    return explore([(ann, DAY), (bob, DAY), (cid, DAY)])


def test_what_is_there(graph: Explorer) -> None:
    """Bob's membership with its records, and Ann's way through a placeholder that says nothing of itself."""
    part = limited(graph, "business:1")
    (placeholder,) = (
        each for each in part if kind_of(each) is NodeKind.BUSINESS and each != "business:1"
    )
    assert set(part) == {"identity:10", "identity:20", "business:1", "account:A_shop", placeholder}
    assert part.nodes[placeholder] == {"kind": "BUSINESS"}
    assert node_id(placeholder) == placeholder
    assert {each.id for each in part.grants.values()} == {
        "business:1#MEMBER@identity:20",
        "account:A_shop#KEEPS@business:1",
        f"account:A_shop#CLIENT@{placeholder}",
        f"{placeholder}#MEMBER@identity:10",
    }
    (ann, bob) = sorted(reached_by(part, "business:1"), key=lambda each: each.principal)
    assert (ann.principal, bob.principal) == ("identity:10", "identity:20")
    assert [step.grant for step in ann.paths[0].steps] == [
        f"{placeholder}#MEMBER@identity:10",
        f"account:A_shop#CLIENT@{placeholder}",
        "account:A_shop#KEEPS@business:1",
    ]
    membership = part.grants["business:1#MEMBER@identity:20"]
    assert [each.record_id for each in membership.evidence] == ["41", "42"]
    assert [each.index for each in membership.evidence] == [0, 0]
    assert part.grants[f"account:A_shop#CLIENT@{placeholder}"].clients == ("5",)


def test_what_is_not(graph: Explorer) -> None:
    """No name, id, number or word of what is hidden is in any document, node or grant of the portion."""
    part = limited(graph, "business:1")
    everything = [
        dict(part.nodes(data=True)),
        [repr(each) for each in part.grants.values()],
        [(each.body.decode(), each.source, each.subject) for each in part.documents],
        [*part.fold.said.words.texts(), *part.fold.said.texts.texts()],
        repr(part.issues),
    ]
    placeholder = next(
        each for each in part if kind_of(each) is NodeKind.BUSINESS and each != "business:1"
    )
    assert not WORDS.findall(json.dumps(everything).replace(native_id(placeholder), ""))
    assert "cid" not in json.dumps(everything)
    assert {each.source for each in part.documents} == {SOURCE}


def test_the_whole_has_what_is_hidden(graph: Explorer) -> None:
    """The words that the test above looks for are there before."""
    assert len(set(WORDS.findall(json.dumps([each.body.decode() for each in graph.documents])))) > 6


def test_placeholders(graph: Explorer) -> None:
    """They are the same for one secret and set, and others for another secret or set."""

    def placeholder(*businesses: str, key: bytes = KEY) -> set[str]:
        part = portion(graph, businesses, key)
        return {each for each in part if len(native_id(each)) == 18}

    assert placeholder("1") == placeholder("1")
    assert len(placeholder("1") | placeholder("1", key=b"another") | placeholder("1", "5")) == 3


def test_coverage(graph: Explorer) -> None:
    """What someone reaches is never complete in a portion, nor is the portion; no placeholder was observed."""
    part = limited(graph, "business:1")
    note = "this is only what concerns 1 business"
    for coverage in (part.coverage(), part.coverage_of_reach("identity:20")):
        assert not coverage.complete
        assert note in coverage.notes
    assert graph.coverage_of_reach("identity:20").complete
    assert [each for each in part if part.nodes[each].get("observed")] == [
        "identity:10",
        "identity:20",
    ]
    assert part.coverage().newest == DAY


def test_all_and_nothing(graph: Explorer) -> None:
    """Of businesses that are not known nothing is there; of all of them there are no placeholders."""
    nothing = limited(graph, "business:5")
    assert (len(nothing), len(nothing.documents)) == (0, 0)
    assert "no document was read" in nothing.coverage().notes
    everything = limited(graph, "business:1", "business:777", "business:888")
    assert set(everything) == {each for each in graph if kind_of(each) is not NodeKind.GROUP} | {
        "group:8883"
    }
    assert set(everything.grants) == set(graph.grants)
    assert {each.roles for each in everything.grants.values()} == {
        each.roles for each in graph.grants.values()
    }


def test_who_left_is_not_there() -> None:
    """Whoever is in the business no more is not shown, but the status that only their document tells is."""
    shop = {"id": 1, "name": "Shop", "account_id": "A"}
    left = {"id": 10, "business_memberships": [{"id": 5, "role": "owner", "business": shop}]}
    left["subscription_statuses"] = {"A": "cancelled"}
    members = [{"id": 6, "identity_id": 20, "role": "owner"}]
    team = {"business": shop, "business_group": {"id": 9, "members": members}}
    graph = explore([(left, DAY), (team, DAY + dt.timedelta(days=1))])
    part = limited(graph, "business:1")
    assert set(part) == {"identity:20", "business:1", "account:A", "group:9"}
    (access,) = reached_by(part, "business:1")
    assert access.reasons == ("cancelled",)
    assert b"10" not in b"".join(each.body for each in part.documents)


@pytest.mark.parametrize("told_by", [20, 30])
def test_a_status_that_one_document_has_ended(told_by: int) -> None:
    """A status stands by the document that still has it, though one that is shown has lost it."""
    rows = {"business_memberships": [membership(5, 1, account_id="A")]}
    cancelled = {"subscription_statuses": {"A": "cancelled"}}
    now = (me(20, **rows, subscription_statuses={}), DAYS[1])
    graph = explore(
        [(me(20, **rows, **cancelled), DAYS[0]), (me(told_by, **cancelled), DAYS[0]), now]
    )
    stands = ("cancelled",) if told_by == 30 else ()
    for each in (graph, limited(graph, "business:1")):
        (access,) = reached_by(each, "business:1")
        assert access.reasons == stands
    number = graph.stating("account:A", "subscription_status")
    subject = None if number is None else graph.documents[number].subject
    assert subject == ("identity:30" if stands else None)


def test_latent_through_a_placeholder() -> None:
    """That access through a hidden business is latent is told, and not why."""
    row = {"id": 31, "account_id": "A", "userid": 5, "account_business": {"account_business_id": 1}}
    middle = {"id": 7, "name": "Middle", "account_id": "M", "business_clients": [row]}
    ann = {"id": 10, "business_memberships": [{"id": 5, "role": "owner", "business": middle}]}
    ann["subscription_statuses"] = {"M": "cancelled"}
    graph = explore([(ann, DAY)])
    (whole,), (part,) = (
        reached_by(graph, "business:1"),
        reached_by(limited(graph, "business:1"), "business:1"),
    )
    assert (whole.state, whole.reasons) == (part.state, ("cancelled",))
    assert part.reasons == ("business_inactive",)


def test_a_business_that_one_document_shows_twice() -> None:
    """Of two records of a business in one document the last one counts, as it does in the whole graph."""
    for last in (False, True):
        rows = [membership(5, 1, active=not last), membership(6, 1, active=last, name="Shop")]
        graph = explore([(me(20, business_memberships=rows), DAY)])
        part = limited(graph, "business:1")
        assert part.nodes["business:1"] == graph.nodes["business:1"]
        assert part.nodes["business:1"]["active"] is last
        assert part.business_record("business:1") == graph.business_record("business:1")


def test_a_listing_is_shown_as_a_team_is() -> None:
    """Of a business in scope the rows, the kind and the coverage are shown; of another one, nothing."""
    listing = members(10, (1, "owner"), (2, "manager"), (None, "x"), total=9)
    listing["response"][1]["active"] = False
    hidden = members(20, (1, "owner"), (3, "owner"))
    mine = me(1, business_memberships=[membership(1, 10)])
    graph = explore([(mine, DAYS[0]), (listing, DAYS[1]), (hidden, DAYS[1])])
    part = limited(graph, "business:10")
    assert list(map(told, reached_by(part, "business:10"))) == list(
        map(told, reached_by(graph, "business:10"))
    )
    [manager] = (each for each in part.reached_by("business:10") if each.principal == "identity:2")
    assert manager.reasons == ("member_inactive",)
    one, two = (each.coverage_of_reached_by("business:10") for each in (part, graph))
    assert (one.complete, one.notes) == (two.complete, two.notes)
    assert "a listing of 3 of 9 members of Business 10 (10) was read" in one.notes
    assert [(each.kind, each.subject) for each in part.documents if each.kind != "me"] == [
        ("members", "business:10")
    ]
    assert "identity:3" not in part
    assert "business:20" not in part


def test_an_association_stays_one() -> None:
    """A row of a business's own group that names another business makes nobody a member in a limited view."""
    row = {"id": 5, "group_id": 900, "role": "owner", "identity_id": 4, "business_id": 5}
    graph = explore([(team(10, (1, 2, "owner")), DAYS[0]), (me(4, groups=[row]), DAYS[0])])
    part = limited(graph, "business:10")
    for each in (graph, part):
        assert [access.principal for access in each.reached_by("business:10")] == ["identity:2"]
