"""Keyed pseudonyms: the same answers, one to one, and nothing of the original left in anything that is made of it."""

from __future__ import annotations

import datetime as dt
import json
import pickle
import re
from collections.abc import Iterator
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphql import (
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import inroads
from inroads import EXAMPLE, Explorer, Mode, NodeKind
from inroads.analysis.changes import changes
from inroads.columns.claimset import KIND_BITS
from inroads.documents.ff1 import FF1
from inroads.documents.pseudonyms import Pseudonyms
from inroads.documents.reader import read
from inroads.errors import BadId, InroadsError, NotFound, Rejection
from inroads.explorer import load
from inroads.model import Access, Path
from inroads.output.report import report
from inroads_api.execution.execute import build_schema, execute
from inroads_api.versions.versions import Versions
from strategies import World, worlds
from worlds import explore

NAMES = Pseudonyms(bytes(range(16)))
OTHER = Pseudonyms(bytes(range(1, 17)))
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("tweak", "expected"),
    [("", 2433477484), ("39383736353433323130", 6124200773)],
    ids=["sample 1", "sample 2"],
)
def test_the_permutation_is_the_standard_s(tweak: str, expected: int) -> None:
    """FF1 gives the numbers of NIST's own samples for AES-128, and back."""
    cipher = FF1(bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C"), 10, bytes.fromhex(tweak))
    assert cipher.encrypt(123456789) == expected
    assert cipher.decrypt(expected) == 123456789


@given(st.integers(0, 10**18 - 1), st.sampled_from(["identity", "business", "group", "record"]))
def test_ids_come_back(number: int, kind: str) -> None:
    """An id is turned into one of the same form, and back: so no two share a pseudonym."""
    masked = NAMES.number(kind, number)
    assert 0 <= masked < 10**18
    assert NAMES.original_number(kind, masked) == number


def test_kinds_and_keys_differ() -> None:
    """The same number is another pseudonym in another kind, and under another key."""
    assert (
        len(
            {
                names.number(kind, 77128)
                for names in (NAMES, OTHER)
                for kind in ("identity", "business")
            }
        )
        == 4
    )
    assert (
        NAMES.email(" B@Example.com")
        == NAMES.email("b@example.com")
        != OTHER.email("b@example.com")
    )


@pytest.mark.parametrize(
    "secret", [b"", b"short", b"a" * 100, b"0123456789abcdef0123456789abcde", b"1234567890" * 3]
)
def test_weak_keys_are_refused(secret: bytes) -> None:
    """A key that cannot hold 128 bits is refused, and not quoted."""
    with pytest.raises(InroadsError) as error:
        Pseudonyms(secret)
    assert error.value.code == "WEAK_KEY"
    assert not secret or secret.decode() not in str(error.value)


class TestSameAnswers:
    @settings(max_examples=40, deadline=None)
    @given(worlds())
    def test_accesses(self, world: World) -> None:
        """Every access, path and state is that of the original under the mapping, in both modes."""
        graph = explore(world)
        groups = graph.fold.said.groups.group
        assume(
            len(np.unique(groups)) == len(groups)
        )  # whose a group of two businesses is, the printed ids decide
        masked = graph.pseudonymised(NAMES)
        assert set(masked) == set(map(NAMES.mask, graph))
        assert set(masked.grants) == set(map(NAMES.mask, graph.grants))
        assert _counts(masked) == _counts(graph)
        for identity in (node for node in graph if node.startswith("identity")):
            for mode in Mode:
                mine, theirs = (
                    graph.reach(identity, mode=mode),
                    masked.reach(NAMES.mask(identity), mode=mode),
                )
                assert {_facts(each, NAMES.mask) for each in mine} == {
                    _facts(each, str) for each in theirs
                }
        for resource in (node for node in graph if node.startswith(("business", "account"))):
            found = {NAMES.mask(each.principal) for each in graph.reached_by(resource)}
            assert {each.principal for each in masked.reached_by(NAMES.mask(resource))} == found

    @settings(max_examples=15, deadline=None)
    @given(worlds(4))
    def test_explanations(self, world: World) -> None:
        """As many independent routes and as small a cut; evidence stands in the same places."""
        graph = explore(world)
        groups = graph.fold.said.groups.group
        assume(len(np.unique(groups)) == len(groups))
        masked = graph.pseudonymised(NAMES)
        for identity in (node for node in graph if node.startswith("identity")):
            for access in graph.reach(identity):
                there = masked.access(NAMES.mask(identity), NAMES.mask(access.resource))
                assert there is not None
                mine, theirs = access.explanation, there.explanation
                assert (mine.independent_routes, len(mine.cut)) == (
                    theirs.independent_routes,
                    len(theirs.cut),
                )
        for name, grant in graph.grants.items():
            there = masked.grants[NAMES.mask(name)].evidence
            assert sorted(each[:4] for each in grant.evidence) == sorted(each[:4] for each in there)

    @settings(max_examples=25, deadline=None)
    @given(worlds())
    def test_issues_stay(self, world: World) -> None:
        """What cannot be read or is not in the tables is told as often, at the same places."""
        graph = explore(world)
        masked = graph.pseudonymised(NAMES)
        documents = {"unmapped_role", "unreadable_row", "wrong_type", "reference_conflict"}
        told = [
            sorted(each.code for each in g.issues if each.code in documents)
            for g in (graph, masked)
        ]
        assert told[0] == told[1]

    def test_the_example(self) -> None:
        """The example is right under pseudonyms, too: two routes, a cut of two, a latent manager."""
        masked = load(EXAMPLE).pseudonymised(NAMES)
        access = masked.access(NAMES.mask("b@example.com"), NAMES.mask("account:Xr82w"))
        assert access is not None
        assert access.explanation.independent_routes == 2
        assert len(access.explanation.cut) == 2
        manager = masked.access(NAMES.mask("b@example.com"), NAMES.mask("business:311394"))
        assert manager is not None
        assert manager.reasons == ("trial_expired",)
        assert masked.issues == ()

    def test_malformed_values_stay_malformed(self) -> None:
        """Rows that could not be read cannot be read afterwards, so that the same is missing."""
        body = {
            "id": "17",
            "email": 5,
            "created_at": "yesterday",
            "confirmed_at": [],
            "business_memberships": [
                "x",
                3,
                {"id": -4, "role": 7, "business": {"id": "abc"}},
                {"business": {"id": 1}},
            ],
            "groups": [{"group_id": 1.5}, {"group_id": 2, "identity_id": "99", "role": {"a": "b"}}],
            "roles": [
                {"accountid": "has space"},
                {"accountid": 5},
                {"accountid": "ok", "id": True, "role": ""},
            ],
            "permissions": {"": {"a": 1}, "ok": {"b": [1]}},
            "subscription_statuses": {"ok": {}, "no no": "active"},
        }
        graph = explore([(body, NOON)])
        masked = graph.pseudonymised(NAMES)
        codes = [
            sorted(
                (each.code, re.sub(r"(permissions|statuses)/.*", r"\1", each.pointer))
                for each in g.issues
            )
            for g in (graph, masked)
        ]
        assert codes[0] == codes[1]
        assert [len(g.grants) for g in (graph, masked)] == [2 + 1, 3]

    def test_unknown_words_and_statuses(self) -> None:
        """An unknown role stays unknown and an unknown status latent; both lose their spelling."""
        body = {
            "id": 1,
            "business_memberships": [
                {"id": 5, "role": "friend of Ann", "business": {"id": 2, "account_id": "Q"}}
            ],
            "subscription_statuses": {"Q": "owed by Ann"},
        }
        masked = explore([(body, NOON)]).pseudonymised(NAMES)
        (access,) = (
            each
            for each in masked.reach(NAMES.mask("identity:1"))
            if each.resource.startswith("business")
        )
        assert access.roles == (inroads.Role.UNKNOWN,)
        assert access.reasons[0].startswith("status-")
        assert [issue.code for issue in masked.issues] == ["unmapped_role"]

    def test_versions_and_changes(self) -> None:
        """The version is another one, stable for graph and key; two graphs are compared as their originals are."""
        day = dt.timedelta(days=1)
        first = (
            {"id": 1, "business_memberships": [{"id": 5, "role": "owner", "business": {"id": 2}}]},
            NOON,
        )
        early, late = (
            explore([first]),
            explore([first, ({"id": 1, "business_memberships": []}, NOON + day)]),
        )
        masked = [graph.pseudonymised(NAMES) for graph in (early, late)]
        assert len({early.version, masked[0].version, early.pseudonymised(OTHER).version}) == 3
        assert masked[0].version == early.pseudonymised(NAMES).version
        mine, theirs = changes(early, late).changes, changes(*masked).changes
        assert len(mine) == len(theirs) == 1
        assert NAMES.mask(mine[0].resource) == theirs[0].resource

    def test_nothing_is_added_to_pseudonyms(self) -> None:
        """Documents as they are cannot get into a graph of pseudonyms, nor into a pickled one."""
        masked = load(EXAMPLE).pseudonymised(NAMES)
        for graph in (masked, pickle.loads(pickle.dumps(masked))):  # noqa: S301 - written here
            with pytest.raises(InroadsError) as error:
                graph.adding([read(b'{"id": 9}', NOON, "s")])
            assert error.value.code == "PSEUDONYMISED"


class TestUnmask:
    def test_all_nodes_and_grants_come_back(self) -> None:
        """Whoever has the key and the documents gets back every node, grant and email."""
        graph = load(EXAMPLE)
        for text in (*graph, *graph.grants, "b@example.com"):
            assert NAMES.unmask(NAMES.mask(text), graph) == text

    def test_another_key(self) -> None:
        """Under another key nothing comes back: an error, never somebody else."""
        graph = load(EXAMPLE)
        for text in (*graph, *graph.grants, "b@example.com"):
            with pytest.raises(NotFound):
                OTHER.unmask(NAMES.mask(text), graph)

    @pytest.mark.parametrize("text", ["nonsense", "", "identity:x", "#"])
    def test_malformed(self, text: str) -> None:
        """What is neither an email nor an id is told."""
        for ask in (NAMES.mask, lambda each: NAMES.unmask(each, load(EXAMPLE))):
            with pytest.raises(BadId):
                ask(text)


class TestLeaks:
    @settings(max_examples=8, deadline=None)
    @given(worlds(4))
    def test_random_worlds(self, world: World) -> None:
        """No planted word and no original id is in anything that is made of a world's pseudonyms."""
        _assert_tight([(_Marker()(body), moment) for body, moment in world], fields=False)

    def test_the_example(self) -> None:
        """The same of the vendor's example, in which each key has a value, and every field of the GraphQL schema."""
        body = json.loads((EXAMPLE / "bruce.json").read_bytes())
        body["response"]["integrations"] = {"name of Ann": {}}
        body["response"]["profile"]["phone_number"] = "555"
        _assert_tight([(_Marker()(body), NOON)], fields=True)

    def test_rejections(self) -> None:
        """Of a rejection only its code is told."""
        refused = read(b'{"error": "ann_smith"}', NOON, "folder of Ann")
        assert isinstance(refused, Rejection)
        (told,) = Explorer.observe([refused]).pseudonymised(NAMES).rejections
        assert "ann" not in str(told).casefold()
        assert told.code == "error_body"

    def test_an_original_email_finds_nobody(self) -> None:
        """Who knows an address cannot ask whether it is in here."""
        masked = load(EXAMPLE).pseudonymised(NAMES)
        assert masked.find("b@example.com") is None
        assert masked.search("712052") == masked.search("Bruce") == []


class _Marker:
    """Plants a word of its own in every string and key that the reader does not need, and a long id for each id."""

    def __init__(self) -> None:
        self.seen: dict[str, str] = {}

    def __call__(self, value: Any) -> Any:
        if isinstance(value, dict):
            plain = {"permissions", "subscription_statuses", "business_statuses"}
            found = {}
            for key, each in value.items():
                tabled = key in plain and isinstance(each, dict)
                found[key] = (
                    {self(name): self.flags(inner) for name, inner in each.items()}
                    if tabled
                    else each  # how many people there are names nobody
                    if key == "meta"
                    else self(each)
                )
            return {**found, "MARKERkey": "MARKERvalue"} if "response" not in value else found
        if isinstance(value, list):
            return [self(each) for each in value]
        if isinstance(value, int) and not isinstance(value, bool):
            return 987_654_000_000 + value
        if (
            not isinstance(value, str)
            or value in {"business", "owner", "admin"}
            or value[:5] in {"2016-", "2015-"}
        ):
            return value
        if value.isdecimal() and len(value) < 9:
            return str(987_654_000_000 + int(value))
        return self.seen.setdefault(value, f"MARKER{len(self.seen)}" + "@x.org" * ("@" in value))

    def flags(self, value: Any) -> Any:
        return (
            {f"MARKER{name}": each for name, each in value.items()}
            if isinstance(value, dict)
            else self(value)
        )


def _assert_tight(world: World, *, fields: bool) -> None:
    graph = Explorer.observe(
        [
            read(json.dumps(body).encode(), moment, f"MARKER source {n}")
            for n, (body, moment) in enumerate(world)
        ]
    )
    assert "MARKER" in "".join(map(str, graph.documents)) or any(
        "MARKER" in str(d) for _, d in graph.nodes(data=True)
    )
    masked = graph.pseudonymised(NAMES)
    originals = {str(node).partition(":")[2] for node in graph} | {
        each.sha256 for each in graph.documents
    }
    originals |= set(re.findall(r"987654\d{6}", json.dumps([body for body, _ in world])))
    for text in _all_that_is_made(masked, fields=fields):
        assert "MARKER" not in text.upper()
        assert not originals & set(re.findall(r"[\w!]+", text)), originals & set(
            re.findall(r"[\w!]+", text)
        )
    numbers = {int(each) for each in originals if each.isdecimal()}
    said = masked.fold.said
    for column in (said.nodes & ((1 << KIND_BITS) - 1), said.claims.record, said.claims.client):
        assert not numbers & set(column.tolist()) - set(range(len(said.accounts)))


def _all_that_is_made(graph: Explorer, *, fields: bool) -> Iterator[str]:
    yield str(pickle.dumps(graph))
    yield "\n".join(nx.generate_graphml(nx.MultiDiGraph(graph)))
    yield str((graph.issues, graph.rejections, graph.coverage()))
    for document in graph.documents:
        yield f"{document.source} {document.sha256} {document.subject} {document.body.decode()}"
    yield "\n".join(str(row) for row in inroads.census(graph).rows())
    yield f"{list(graph.findings(now=NOON))}{''.join(report(graph, now=NOON))}"
    for grant in graph.grants.values():
        yield f"{grant} {inroads.evidence_lines(graph, grant)}"
    for identity in (node for node in graph if node.startswith("identity")):
        answer = graph.reach(identity, mode=Mode.ASSOCIATION)
        yield f"{answer} {answer.to_dicts()} {answer._repr_html_()} {answer._repr_svg_()} {answer.coverage}"
        yield "".join(access.explanation.sentence for access in answer)
    if fields:
        yield from _every_field(graph)


def _every_field(graph: Explorer) -> Iterator[str]:
    """The answer to every field of every node, asked one by one, with what is behind it."""
    schema = build_schema()
    types = schema._schema.type_map
    versions = Versions(graph, NOON)
    for kind in NodeKind:
        name = kind.capitalize()
        node = next(each for each in graph if each.startswith(kind.lower()))
        for each in _fields(types[name], 3):
            response = execute(
                schema, versions, f'{{ node(id: "{node}") {{ ... on {name} {{ {each} }} }} }}'
            )
            assert "errors" not in response, (each, response)
            yield json.dumps(response)


def _fields(kind: Any, depth: int) -> Iterator[str]:
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        needed = any(
            isinstance(each.type, GraphQLNonNull) and each.default_value is None
            for each in field.args.values()
        )
        if needed or name in {"edges"}:
            continue
        if isinstance(inner, GraphQLUnionType):
            yield f"{name} {{ __typename }}"
        elif isinstance(inner, GraphQLObjectType | GraphQLInterfaceType):
            if depth:
                few = "(first: 2)" if "first" in field.args else ""
                yield f"{name}{few} {{ __typename {' '.join(_fields(inner, depth - 1))} }}"
        else:
            yield name


def _counts(graph: Explorer) -> tuple[Any, ...]:
    found = graph.coverage()
    return (
        found.complete,
        found.identities_observed,
        found.businesses_observed,
        found.teams_observed,
        found.newest,
    )


def _facts(access: Access, mask: Any) -> tuple[Any, ...]:
    plain = (
        access.roles,
        access.certainty,
        access.state,
        access.reasons,
        access.distance,
        access.truncated,
    )
    return mask(access.resource), *plain, frozenset(_path(path, mask) for path in access.paths)


def _path(path: Path, mask: Any) -> tuple[Any, ...]:
    steps = tuple(
        (mask(s.principal), s.relation, mask(s.resource), mask(s.grant), s.role) for s in path.steps
    )
    return steps, path.roles, path.certainty, path.state, path.reasons
