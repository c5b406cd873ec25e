"""Sentences, independent routes and cuts, on the vendor's example and where it gets hard."""

from __future__ import annotations

import random
import unicodedata
from typing import Any

import pytest

from agreement import identities
from inroads import EXAMPLE
from inroads import text as text_
from inroads.analysis import explain
from inroads.explorer import Explorer, load
from inroads.model import Mode
from inroads.network import wording
from inroads.output.answers import ExplainedAccess
from inroads.reach.states import held_at
from records import DAY, client, me, membership, team
from strategies import random_world
from worlds import explore


@pytest.fixture(scope="module")
def bruce() -> Explorer:
    """The vendor's own example."""
    return load(EXAMPLE)


def ask(graph: Explorer, principal: str, resource: str, **more: Any) -> ExplainedAccess:
    found = graph.access(principal, resource, **more)
    assert found is not None
    return found


class TestExample:
    def test_two_routes_and_the_client_both_name(self, bruce: Explorer) -> None:
        """Destroying role 994207 does not end the access, and the explanation says so."""
        for resource, name in (
            ("account:Xr82w", "account Xr82w"),
            ("business:363103", "business 363103"),
        ):
            explanation = ask(bruce, "b@example.com", resource).explanation
            assert explanation.independent_routes == 2
            assert [wording.grant_label(grant) for grant in explanation.cut] == [
                "role 994207",
                "client 22347",
            ]
            assert explanation.sentence == (
                f"b@example.com reaches {name} as CLIENT by 2 independent routes. "
                "To end it, revoke 2 grants: role 994207 and client 22347. "
                "Both records (role 994207, client 22347) name client 74353 of account Xr82w: "
                "removing that client on the vendor's side may end both."
            )

    def test_the_sentence_of_a_path(self, bruce: Explorer) -> None:
        """A path reads as plain English."""
        assert ask(bruce, "b@example.com", "business:363103").sentences == (
            "b@example.com is a client of account Xr82w, kept by business 363103.",
            "b@example.com owns BillSpring (77128), which is a client of account Xr82w, kept by business 363103.",
        )
        assert ask(bruce, "b@example.com", "account:e6Wmk").sentences == (
            "b@example.com is a manager of another_bruce (311394), which keeps account e6Wmk (latent: trial_expired).",
        )

    def test_the_records_of_a_grant(self, bruce: Explorer) -> None:
        """One grant, three records, each with its place."""
        grant = bruce.grants["business:77128#MEMBER@identity:712052"]
        assert wording.records(bruce, grant) == "membership 168372 = group row 168372 = role 682608"
        assert [line.rpartition(" ")[2] for line in wording.evidence_lines(bruce, grant)] == [
            "/response/business_memberships/0",
            "/response/groups/1",
            "/response/roles/0",
        ]

    def test_an_association_is_told_apart(self, bruce: Explorer) -> None:
        """A project group is a connection, and the sentence says that it is no access."""
        access = ask(bruce, "b@example.com", "group:23738", mode="ASSOCIATION")
        assert access.capabilities == ()
        assert "which is not access" in access.explanation.sentence
        assert access.sentences == (
            "b@example.com is 'owner' in group 23738 (connected, which is not access).",
        )


def test_every_role_has_words() -> None:
    """No role falls back to a code in a sentence, and an unknown word is quoted."""
    words = [
        "owner",
        "business_partner",
        "manager",
        "business_employee",
        "business_accountant",
        "contractor",
        "client",
    ]
    rows = [membership(n, n, word) for n, word in enumerate([*words, "overlord"], 1)]
    graph = explore(
        [
            (
                me(business_memberships=rows, roles=[{"id": 9, "role": "staff", "accountid": "A"}]),
                DAY[0],
            )
        ]
    )
    verbs = [
        access.sentences[0].removeprefix("i1@example.com ").partition(" Bus")[0]
        for access in graph.reach("identity:1")
    ]
    assert sorted(verbs) == [
        "holds 'overlord' in",
        "is a client of",
        "is a contractor of",
        "is a manager of",
        "is an accountant of",
        "is an admin of",
        "is an employee of",
        "is on the staff of account A.",
        "owns",
    ]


def test_every_record_of_a_grant_is_named_in_the_cut() -> None:
    """Two role rows state one grant: both must go, and the shared client is the one that both sides name."""
    roles = [{"id": n, "role": "client", "accountid": "A", "userid": n * 10} for n in (10, 20)]
    rows = [membership(1, 1, business_clients=[client(33, "A", userid=200)])]
    explanation = ask(
        explore([(me(roles=roles, business_memberships=rows), DAY[0])]), "identity:1", "account:A"
    ).explanation
    assert "revoke 2 grants: role 10 and role 20 and client 33" in explanation.sentence
    assert "Both records (role 20, client 33) name client 200" in explanation.sentence


class TestCut:
    def test_many_candidates_fall_back_to_each_grants_own(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Beyond the limit of candidates the cut is still smallest, ends the access, and avoids what ends much."""
        rows = [membership(n, n, business_clients=[client(n, "V", 900, n)]) for n in range(1, 31)]
        world = [(me(business_memberships=rows), DAY[0])]
        access = ask(explore(world), "identity:1", "account:V")
        explanation = access.explanation
        assert explanation.independent_routes == 30
        assert {grant.relation.value for grant in explanation.cut} == {"CLIENT"}
        few = explore([(me(business_memberships=rows[:3]), DAY[0])])
        exact = ask(few, "identity:1", "account:V").explanation
        monkeypatch.setattr(explain, "MAX_CANDIDATES", 0)
        assert ask(few, "identity:1", "account:V").explanation == exact

    def test_what_a_grant_ends_alone_is_what_its_removal_ends(self) -> None:
        """The count is exactly that of the accesses that end when one grant is revoked."""
        counted = 0
        for seed in range(40):
            graph = explore(random_world(random.Random(seed), 8))
            for access in (
                access for identity in identities(graph) for access in graph.reach(identity)
            ):
                candidates = explain._candidates(graph, explain._routes(access))
                alone = explain._ended_alone(graph, access, candidates)
                for grant, number in candidates.items():
                    assert alone[grant] == explain.Explainer(graph).collateral(access, [number])
                    counted += alone[grant] > 0
        assert counted > 100

    def test_explained_together_or_alone(self) -> None:
        """An explanation is the same whichever accesses were explained before it."""
        again = 0
        for seed in range(40):
            graph = explore(random_world(random.Random(seed), 8))
            together = explain.Explainer(graph)
            for mode in Mode:
                for access in (
                    access
                    for identity in identities(graph)
                    for access in graph.reach(identity, mode=mode)
                ):
                    again += explain._routes(access) in together._endings
                    assert together.explain(access) == explain.explain(graph, access)
        assert again > 100

    def test_the_cut_prefers_the_route_that_serves_nobody_else(self) -> None:
        """A client grant that ten owners use is worth more than one membership."""
        shared = client(7, "V", 900)
        owners = team(10, *[(n, n, "owner") for n in range(1, 11)], business_clients=[shared])
        explanation = ask(explore([(owners, DAY[0])]), "identity:1", "account:V").explanation
        assert [grant.id for grant in explanation.cut] == ["business:10#MEMBER@identity:1"]

    def test_parallel_grants_are_routes_of_their_own(self) -> None:
        """A staff role and a client role on one account: two grants must go."""
        roles = [
            {"id": 3, "role": "staff", "accountid": "A"},
            {"id": 4, "role": "client", "accountid": "A"},
        ]
        explanation = ask(
            explore([(me(roles=roles), DAY[0])]), "identity:1", "account:A"
        ).explanation
        assert explanation.independent_routes == 2
        assert (
            "role 4 and role 3" in explanation.sentence
            or "role 3 and role 4" in explanation.sentence
        )


def test_a_crowd_that_can_use_a_grant_is_not_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a grant would end for 400 owners is counted no further than an owner's own grant ends."""
    seen = []

    def counted(*given: Any) -> Any:
        seen.append(given)
        return held_at(*given)

    monkeypatch.setattr(explain, "held_at", counted)
    sold = [client(9, "A", 2)]
    graph = explore(
        [
            (
                me(
                    n,
                    business_memberships=[membership(n, 1, account_id="V", business_clients=sold)],
                ),
                DAY[0],
            )
            for n in range(1, 401)
        ]
    )
    explainer = explain.Explainer(graph)
    for access in graph.reached_by("account:A")[:20]:
        (cut,) = explainer.explain(access).cut
        assert (cut.principal, cut.resource) == (access.principal, "business:1")
    assert len(seen) < 100


def test_printable() -> None:
    """No character that steers a terminal or reorders text survives; ordinary text of any script does."""
    for text in ("Ünï 企業 🙂", "株式会社\u3000山田", "l\u00a0atelier", "👩\u200d🔧"):
        assert text_.printable(text) == text
    nasty = "".join(map(chr, (0, 7, 10, 13, 27, 127, 0x85, 0x202E, 0x2066, 0xFEFF, 0x2028)))
    assert text_.printable(nasty) == "\ufffd" * len(nasty)
    rng = random.Random(1)
    text = "".join(chr(rng.randrange(0xD800)) for _ in range(2000))
    assert not any(
        unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") for each in text_.printable(text)
    )
