"""The schema: its contract, its lookups, its pages, its errors."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    print_ast,
)
from graphql.utilities import ast_from_value

from inroads.analysis import explain
from inroads.network.access_graph import AccessGraph
from inroads.reach import questions
from inroads_api.execution.execute import Schema, execute
from inroads_api.execution.execute import build_schema as api_schema
from inroads_api.versions.versions import Versions
from questions import NOON, Ask, asker, code, graph_of

COMMITTED = Path(__file__).parents[3] / "schema.graphql"

CONTRACT = """
scalar DateTime
scalar JSON
interface Node { id: ID!  label: String! }
enum MatchField { EMAIL NAME ID }
enum MatchPlace { EXACT PREFIX WITHIN }
type SearchMatch { field: MatchField!  place: MatchPlace! }
type SearchEdge { cursor: String!  node: Node!  match: SearchMatch! }
type SearchConnection { edges: [SearchEdge!]!  nodes: [Node!]!  pageInfo: PageInfo!  totalCount: Int! }
enum NodeOrder { ID NAME ACCESSES }
input NodeFilter { text: String  observed: Boolean  latent: Boolean }
type IdentityConnection { nodes: [Identity!]!  totalCount: Int! }
type BusinessConnection { nodes: [Business!]!  totalCount: Int! }
enum NodeKind { IDENTITY BUSINESS ACCOUNT GROUP }
enum Relation { MEMBER ROLE GROUP GROUP_OF KEEPS CLIENT }
enum Role { OWNER ADMIN MANAGER EMPLOYEE ACCOUNTANT CONTRACTOR CLIENT STAFF UNKNOWN }
enum Capability {
  PRIMARY_IDENTITY FULL_ACCESS OPERATIONS FINANCIAL_REPORTS EXPENSE_CATEGORISATION OWN_EXPENSES PROJECTS TIME_TRACKING
  TEAM_MEMBER CONTRACT_TIME_TRACKING INVOICE_THE_BUSINESS RECEIVED_INVOICES
}
enum Certainty { STATED INFERRED ASSOCIATED }
enum AccessState { ACTIVE LATENT }
enum Mode { ACCESS ASSOCIATION }

type Identity implements Node {
  id: ID!  identityId: ID!  email: String  firstName: String  lastName: String  confirmedAt: DateTime
  observed: Boolean!
  reach(kinds: [NodeKind!] = [BUSINESS, ACCOUNT], filter: AccessFilter, mode: Mode = ACCESS,
    sort: AccessOrder = BEST, first: Int = 50, after: String, last: Int, before: String, offset: Int = 0
  ): AccessConnection!
}
type Business implements Node {
  id: ID!  businessId: ID!  name: String  active: Boolean  account: Account  observed: Boolean!
  reachedBy(filter: AccessFilter, mode: Mode = ACCESS, sort: AccessOrder = BEST,
    first: Int = 50, after: String, last: Int, before: String, offset: Int = 0): AccessConnection!
}
type Account implements Node {
  id: ID!  accountId: ID!  business: Business  subscriptionStatus: String
  reachedBy(filter: AccessFilter, mode: Mode = ACCESS, sort: AccessOrder = BEST,
    first: Int = 50, after: String, last: Int, before: String, offset: Int = 0): AccessConnection!
}
type Group implements Node { id: ID!  groupId: ID!  business: Business  businessLevel: Boolean! }

input AccessFilter {
  roles: [Role!]  capabilities: [Capability!]  certainty: Certainty  state: AccessState
  via: [Relation!]  avoid: [ID!]  maxSteps: Int
}
type Access {
  principal: Identity!  resource: Node!  roles: [Role!]!  capabilities: [Capability!]!  certainty: Certainty!
  state: AccessState!  stateReasons: [String!]!  distance: Int!  paths(first: Int = 5): PathList!
  pathGraph(first: Int = 100): PathGraph!
  explanation: Explanation!
}
type PathList { nodes: [Path!]!  truncated: Boolean! }
type Path { steps: [Step!]!  role: Role!  certainty: Certainty!  state: AccessState!  sentence: String! }
type Step { from: Node!  relation: Relation!  to: Node!  role: Role  rawRole: String  grant: Grant
  certainty: Certainty!  state: AccessState! }
type Grant { id: ID!  roles: [Role!]!  evidence(first: Int = 3, offset: Int = 0): [Evidence!]!  evidenceCount: Int! }
type PathGraph { nodes: [PathGraphNode!]!  edges: [PathGraphStep!]!  truncated: Boolean! }
type PathGraphNode { node: Node!  layer: Int! }
type PathGraphStep {
  id: ID!  from: Node!  to: Node!  relation: Relation!  role: Role  grant: Grant!  certainty: Certainty!
  state: AccessState!
}
type ScopeList { nodes: [Scope!]!  totalCount: Int! }
type Scope { node: Node!  accesses: [Access!]! }
input AccessKey { principal: ID!  resource: ID! }
enum Direction { RESOURCES PRINCIPALS }
type Neighbour { node: Node!  direction: Direction!  relation: Relation!  grant: Grant! }
type NeighbourConnection { nodes: [Neighbour!]!  totalCount: Int! }
type Evidence { document: Document!  pointer: String!  recordId: ID  record: JSON }
type Document { sha256: String!  source: String!  observedAt: DateTime! }
type Explanation { independentRoutes: Int!  cut: [Grant!]!  sentence: String! }
type PageInfo { hasNextPage: Boolean!  hasPreviousPage: Boolean!  startCursor: String  endCursor: String }
type AccessEdge { cursor: String!  node: Access! }
type AccessConnection {
  edges: [AccessEdge!]!  nodes: [Access!]!  pageInfo: PageInfo!  totalCount: Int!  truncated: Boolean!
  coverage: Coverage!  counts: AccessCounts!
  bundles(filter: AccessFilter, first: Int = 50, members: Int = 10, after: String): BundleList!
  scopes(first: Int = 50, offset: Int = 0): ScopeList!
}
enum AccessOrder { BEST ID NAME ROLE STATE DISTANCE }
type AccessCounts {
  total: Int!  stated: Int!  inferred: Int!  active: Int!  latent: Int!  contested: Int!  byRole: [RoleCount!]!
}
type RoleCount { role: Role!  count: Int! }
type BundleList { nodes: [Bundle!]!  totalCount: Int!  truncated: Boolean! }
type Bundle {
  parent: Node!  relation: Relation!  role: Role  certainty: Certainty!  state: AccessState!  count: Int!
  beyond: Int!  members: [Node!]!  after: String
}
type Coverage {
  complete: Boolean!  notes: [String!]!  identitiesObserved: Int!  businessesObserved: Int!  teamsObserved: Int!
  oldest: DateTime  newest: DateTime
}
input IdentityLookup @oneOf { email: String  id: ID }
type GraphInfo {
  version: String!  builtAt: DateTime!  position: Int  documentCount: Int!  identityCount: Int!
  businessCount: Int!  accountCount: Int!  groupCount: Int!  grantCount: Int!
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]
  identity(by: IdentityLookup!): Identity
  business(id: ID!): Business
  account(id: ID!): Account
  search(text: String!, kinds: [NodeKind!],
    first: Int = 10, after: String, last: Int, before: String): SearchConnection
  allIdentities(sort: NodeOrder = ID, filter: NodeFilter,
    first: Int = 50, after: String, last: Int, before: String): IdentityConnection
  allBusinesses(sort: NodeOrder = ID, filter: NodeFilter,
    first: Int = 50, after: String, last: Int, before: String): BusinessConnection
  access(principal: ID!, resource: ID!, mode: Mode = ACCESS): Access
  accesses(pairs: [AccessKey!]!, mode: Mode = ACCESS): [Access]
  neighbours(id: ID!, relations: [Relation!], direction: Direction,
    first: Int = 50, after: String, last: Int, before: String): NeighbourConnection
  changes(since: DateTime!, until: DateTime, kinds: [ChangeKind!], about: ID,
    first: Int = 50, after: String, last: Int, before: String): ChangeConnection
  changesByCause(since: DateTime!, until: DateTime, kinds: [ChangeKind!], about: ID,
    first: Int = 50, after: String, last: Int, before: String): CausedChangesConnection
}
type AccessFacts {
  roles: [Role!]!  capabilities: [Capability!]!  certainty: Certainty!  state: AccessState!  stateReasons: [String!]!
  contested: Boolean!  contestedRoles: [Role!]!
}
enum ChangeKind {
  GAINED OBSERVED LOST UNOBSERVED RAISED LOWERED CHANGED TURNED_ACTIVE TURNED_LATENT NOW_STATED NOW_INFERRED
  TURNED_CONTESTED SETTLED
}
interface ChangeCause { id: ID!  witnessed: Boolean!  sentence: String! }
type GrantCause implements ChangeCause { before: Grant  after: Grant }
type NodeCause implements ChangeCause { node: Node!  attribute: String!  before: AttributeFact  after: AttributeFact }
type AttributeFact { value: String!  evidence: [Evidence!]! }
type Change {
  kinds: [ChangeKind!]!  principal: Identity!  resource: Node!  before: AccessFacts  after: AccessFacts
  causes: [ChangeCause!]!  sentence: String!
}
type ChangeEdge { cursor: String!  node: Change! }
type ChangeConnection {
  edges: [ChangeEdge!]!  nodes: [Change!]!  pageInfo: PageInfo!  totalCount: Int!  before: String!  after: String!
  truncated: Boolean!
}
type CausedChanges { cause: ChangeCause!  changes(
    first: Int = 10, after: String, last: Int, before: String): ChangeConnection! }
type CausedChangesConnection { nodes: [CausedChanges!]!  totalCount: Int!  truncated: Boolean! }
type Query {
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]
  identity(by: IdentityLookup!): Identity
  business(id: ID!): Business
  account(id: ID!): Account
  search(text: String!, kinds: [NodeKind!],
    first: Int = 10, after: String, last: Int, before: String): SearchConnection
  allIdentities(sort: NodeOrder = ID, filter: NodeFilter,
    first: Int = 50, after: String, last: Int, before: String): IdentityConnection
  allBusinesses(sort: NodeOrder = ID, filter: NodeFilter,
    first: Int = 50, after: String, last: Int, before: String): BusinessConnection
  access(principal: ID!, resource: ID!, mode: Mode = ACCESS): Access
  accesses(pairs: [AccessKey!]!, mode: Mode = ACCESS): [Access]
  neighbours(id: ID!, relations: [Relation!], direction: Direction,
    first: Int = 50, after: String, last: Int, before: String): NeighbourConnection
  changes(since: DateTime!, until: DateTime, kinds: [ChangeKind!], about: ID,
    first: Int = 50, after: String, last: Int, before: String): ChangeConnection
  changesByCause(since: DateTime!, until: DateTime, kinds: [ChangeKind!], about: ID,
    first: Int = 50, after: String, last: Int, before: String): CausedChangesConnection
  graph(asOf: DateTime, atLeast: String): GraphInfo
}
"""
"""What tools rely on, as the design has it; more may be added."""


def _input(given: GraphQLArgument | GraphQLInputField) -> tuple[str, str]:
    default = (
        given.ast_node.default_value
        if given.ast_node
        else ast_from_value(given.default_value, given.type)
    )
    return str(given.type), print_ast(default) if default else ""


def shape(schema: GraphQLSchema) -> dict[str, Any]:
    """Every type, field, argument, default and value of a schema, one entry each."""
    found: dict[str, Any] = {}
    for name, kind in schema.type_map.items():
        if name.startswith("__"):
            continue
        found[name] = type(kind).__name__
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            found |= {f"{name} implements {each.name}": True for each in kind.interfaces}
            for key, field in kind.fields.items():
                found[f"{name}.{key}"] = (
                    str(field.type),
                    {arg: _input(each) for arg, each in field.args.items()},
                )
        if isinstance(kind, GraphQLInputObjectType):
            found[f"{name} oneOf"] = kind.is_one_of
            found |= {f"{name}.{key}": _input(field) for key, field in kind.fields.items()}
        if isinstance(kind, GraphQLEnumType):
            found[f"{name} values"] = list(kind.values)
    return found


def test_contract(schema: Schema) -> None:
    """Every name of the contract is there with exactly its type, arguments and defaults."""
    ours, wanted = shape(build_schema(str(schema))), shape(build_schema(CONTRACT))
    assert {key: ours.get(key) for key in wanted} == wanted


def test_committed() -> None:
    """schema.graphql in the repository is the whole schema; `inroads schema > schema.graphql` writes it."""
    assert (
        COMMITTED.read_text(encoding="utf-8")
        == f"{api_schema(allow_ingest=True, allow_review=True)}\n"
    )


def test_no_mutation_unless_allowed(schema: Schema) -> None:
    """Where nothing can be changed there is no type of it, and all else is the same."""
    plain, whole = (
        shape(build_schema(str(each)))
        for each in (schema, api_schema(allow_ingest=True, allow_review=True))
    )
    assert {key: whole[key] for key in plain} == plain
    assert {key.split(".")[0].split()[0] for key in whole.keys() - plain.keys()} == {
        "Mutation",
        "IngestResult",
        "IngestedDocument",
        "IngestStatus",
        "StartedReview",
        "DecidedReview",
        "SignedReview",
        "WithdrawnReview",
        "ReviewAnswer",
        "ReviewWithdrawal",
        "ReviewScopeInput",
    }


@pytest.mark.parametrize(
    ("allowed", "there"),
    [
        ({"allow_ingest": True}, {"ingest"}),
        (
            {"allow_review": True},
            {"startReview", "decideReview", "signOffReview", "withdrawReview"},
        ),
        (
            {"allow_ingest": True, "allow_review": True},
            {"ingest", "startReview", "decideReview", "signOffReview", "withdrawReview"},
        ),
    ],
)
def test_the_mutations_that_are_allowed(allowed: dict[str, bool], there: set[str]) -> None:
    """A mutation that is not allowed is not in the schema."""
    kind = build_schema(str(api_schema(**allowed))).mutation_type
    assert kind is not None
    assert (kind.name, set(kind.fields)) == ("Mutation", there)


def test_described() -> None:
    """Every type, field, argument and enum value has a description."""
    bare = []
    for name, kind in build_schema(
        str(api_schema(allow_ingest=True, allow_review=True))
    ).type_map.items():
        if name.startswith("__"):
            continue
        parts: dict[str, Any] = {"": kind}
        for key, field in getattr(kind, "fields", {}).items():
            parts |= {key: field} | {
                f"{key}({arg})": each for arg, each in getattr(field, "args", {}).items()
            }
        parts |= getattr(kind, "values", {})
        bare += [f"{name}.{key}" for key, part in parts.items() if not part.description]
    assert bare == []


def test_relay_names(schema: Schema) -> None:
    """Only Relay's own types end in Edge or Connection: each connection has its edge, its nodes and its page."""
    types = build_schema(str(schema)).type_map
    named = [name for name in types if name.endswith(("Edge", "Connection"))]
    assert len(named) >= 10
    for name in named:
        fields = types[name].fields  # type: ignore[attr-defined]  # only object types are named so
        wanted = (
            {"cursor", "node"}
            if name.endswith("Edge")
            else {"edges", "nodes", "pageInfo", "totalCount"}
        )
        assert wanted <= set(fields)


def test_native_ids_are_ids(schema: Schema) -> None:
    """A native id is never an Int, which would end at 2^31."""
    for key, found in shape(build_schema(str(schema))).items():
        if key.endswith(("Id", "Ids", ".id", "Uuid")):
            assert "ID" in found[0], key


# --- lookups


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('business(id: "77128")', "business:77128"),
        ('business(id: "business:77128")', "business:77128"),
        ("business(id: 77128)", "business:77128"),
        ('account(id: "zDmNq")', "account:zDmNq"),
        ('account(id: "account:zDmNq")', "account:zDmNq"),
        ('account(id: "zdmnq")', None),
        ('group(id: "96277")', "group:96277"),
        ('identity(by: {email: " B@Example.com "})', "identity:712052"),
        ('identity(by: {id: "712052"})', "identity:712052"),
        ('identity(by: {id: "identity:712052"})', "identity:712052"),
        ('identity(by: {email: "nobody@example.com"})', None),
        ('identity(by: {email: "business:77128"})', None),
        ('node(id: "account:zDmNq")', "account:zDmNq"),
        ('node(id: "business:1")', None),
    ],
)
def test_lookup(ask: Ask, query: str, found: str | None) -> None:
    """A lookup takes the native id or the node id, and gives null for what is not known."""
    response = ask(f"{{ found: {query} {{ id }} }}")
    assert response == {"data": {"found": found and {"id": found}}}


@pytest.mark.parametrize(
    "query",
    [
        'business(id: "zDmNq")',
        'business(id: "account:zDmNq")',
        'node(id: "77128")',
        'node(id: "")',
        'nodes(ids: ["business:77128", "x"])',
        'access(principal: "b@example.com", resource: "77128")',
        'access(principal: "business:77128", resource: "account:Xr82w")',
    ],
)
def test_bad_id(ask: Ask, query: str) -> None:
    """A malformed id is an error with a code, not a lookup that finds nothing."""
    response = ask(f"{{ {query} {{ __typename }} }}")
    assert code(response) == "BAD_ID"


def test_ambiguous_email(schema: Schema) -> None:
    """Two identities that share an email are told by their ids."""
    ask = asker(schema, graph_of({"id": 1, "email": "a@x.io"}, {"id": 2, "email": "A@x.io"}))
    response = ask('{ identity(by: {email: "a@x.io"}) { id } }')
    assert code(response) == "AMBIGUOUS_EMAIL"
    assert sorted(response["errors"][0]["extensions"]["ids"]) == ["identity:1", "identity:2"]


def test_nodes(ask: Ask) -> None:
    """Many nodes come in the order of the ids, null where one is not known, at most 100."""
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }"
    response = ask(query, ids=["group:23738", "business:1", "identity:712052", "group:23738"])
    group, person = (
        {"id": "group:23738", "__typename": "Group"},
        {"id": "identity:712052", "__typename": "Identity"},
    )
    assert response["data"]["nodes"] == [group, None, person, group]
    assert code(ask(query, ids=["business:1"] * 101)) == "TOO_MANY_IDS"


def test_access(ask: Ask) -> None:
    """One access by email or node id; null for none, and ASSOCIATION is told as such."""
    query = "query ($p: ID!, $r: ID!, $m: Mode) { access(principal: $p, resource: $r, mode: $m) { roles certainty } }"

    def found(principal: str, resource: str, mode: str | None = None) -> Any:
        return ask(query, p=principal, r=resource, m=mode)["data"]["access"]

    client = {"roles": ["CLIENT"], "certainty": "STATED"}
    assert (
        found("b@example.com", "account:Xr82w")
        == client
        == found("identity:712052", "account:Xr82w")
    )
    assert found("identity:712052", "group:23738") is None
    assert found("identity:712052", "group:23738", "ASSOCIATION")["certainty"] == "ASSOCIATED"


@pytest.mark.parametrize(
    ("principal", "resource", "missing"),
    [
        ("identity:1", "account:Xr82w", "identity:1"),
        ("nobody@example.com", "account:Xr82w", "nobody@example.com"),
        ("b@example.com", "account:none", "account:none"),
        ("b@example.com", "group:712052", "group:712052"),
    ],
)
def test_access_of_what_is_unknown(ask: Ask, principal: str, resource: str, missing: str) -> None:
    """An unknown end is null with an error that names it: another answer than a known end without access."""
    query = "query ($p: ID!, $r: ID!) { access(principal: $p, resource: $r) { roles } }"
    response = ask(query, p=principal, r=resource)
    assert (code(response), response["data"]) == ("NOT_FOUND", {"access": None})
    assert response["errors"][0]["message"] == f"no document names {missing!r}"


def test_one_bad_argument_costs_its_own_field(schema: Schema, ask: Ask) -> None:
    """Every root field that can fail is nullable, here and in a version: all else is answered."""
    bad = """a: nodes(ids: ["x"]) { id } b: search(text: "b", first: 101) { totalCount } c: node(id: "x") { id }
      d: allIdentities(after: "x") { totalCount } e: mostExposed(kind: GROUP) { id }
      f: neighbours(id: "x") { totalCount } g: whatIf(remove: ["x"]) { version }
      h: findings(first: 101) { totalCount } i: chokePoints(first: 101) { ended }"""
    response = ask(f"{{ {bad} graph {{ identityCount {bad} }} }}")
    nothing = dict.fromkeys("abcdefghi")
    assert response["data"] == nothing | {"graph": {"identityCount": 1} | nothing}
    assert len(response["errors"]) == 18
    for name in ("Query", "GraphInfo"):
        fields = schema._schema.type_map[name].fields  # type: ignore[attr-defined]  # object types
        strict = {key for key, each in fields.items() if each.args and str(each.type).endswith("!")}
        assert strict - {"issues"} == set()


def test_counts_have_names_that_say_so(ask: Ask, schema: Schema) -> None:
    """The former names of counts are deprecated, and give what the present ones give."""
    fields = schema._schema.type_map["GraphInfo"].fields  # type: ignore[attr-defined]  # an object type
    former = {key: each for key, each in fields.items() if each.deprecation_reason}
    assert sorted(former) == [
        "accounts",
        "businesses",
        "documents",
        "grants",
        "groups",
        "identities",
    ]
    present = {key: each.description.split("`")[1] for key, each in former.items()}
    found = ask(f"{{ graph {{ {' '.join([*present, *present.values()])} }} }}")["data"]["graph"]
    assert {key: found[key] for key in present} == {
        key: found[name] for key, name in present.items()
    }


def test_search(ask: Ask) -> None:
    """Search finds by id, email and name, exact matches first."""
    response = ask(
        '{ search(text: "b@EXAMPLE", first: 3) { nodes { id } } all: search(text: "7") { nodes { id } } }'
    )
    assert response["data"]["search"]["nodes"] == [{"id": "identity:712052"}]
    assert {"id": "business:77128"} in response["data"]["all"]["nodes"]


def test_graph(ask: Ask, bruce: AccessGraph) -> None:
    """The answer names the version of the graph, and when it was built."""
    query = """{ graph { version builtAt documents identities businesses accounts groups grants issueCount
      issues { code } policy { digest alive roles { role controls capabilities } }
      coverage { complete notes oldest } } }"""
    graph = ask(query)["data"]["graph"]
    assert graph["version"] == bruce.version
    assert graph["builtAt"] == "2026-03-01T12:00:00Z"
    assert [
        graph[each] for each in ("documents", "identities", "businesses", "accounts", "groups")
    ] == [1, 1, 3, 3, 3]
    assert graph["grants"] == len(bruce.grants)
    assert {"role": "CLIENT", "controls": False, "capabilities": ["RECEIVED_INVOICES"]} in graph[
        "policy"
    ]["roles"]
    assert graph["coverage"]["complete"] is False
    assert graph["coverage"]["notes"] == ["0 of 3 businesses have a team document of their own"]


def test_graph_of_nothing(schema: Schema) -> None:
    """A graph of no document says so."""
    graph = asker(schema, graph_of())("{ graph { identities coverage { complete notes } } }")[
        "data"
    ]["graph"]
    assert graph == {
        "identities": 0,
        "coverage": {"complete": False, "notes": ["no document was read"]},
    }


# --- pages

REACH = """query ($first: Int, $after: String, $filter: AccessFilter, $mode: Mode) { identity(by: {id: "712052"}) {
  reach(first: $first, after: $after, filter: $filter, mode: $mode) {
    totalCount edges { cursor node { resource { id } } } nodes { resource { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6, 7, 100])
def test_pages(ask: Ask, size: int) -> None:
    """The pages together are the unpaged answer, whatever their size; each says exactly what is around it."""
    whole = ask(REACH, first=100)["data"]["identity"]["reach"]
    assert whole["totalCount"] == len(whole["nodes"]) == 6
    seen: list[Any] = []
    after = None
    while True:
        page = ask(REACH, first=size, after=after)["data"]["identity"]["reach"]
        info = page["pageInfo"]
        assert page["totalCount"] == 6
        assert [edge["node"] for edge in page["edges"]] == page["nodes"]
        assert (info["startCursor"], info["endCursor"]) == (
            page["edges"][0]["cursor"],
            page["edges"][-1]["cursor"],
        )
        assert info["hasPreviousPage"] is bool(seen)
        seen += page["nodes"]
        assert info["hasNextPage"] is (len(seen) < 6)
        after = info["endCursor"]
        if not info["hasNextPage"]:
            break
    assert seen == whole["nodes"]
    last = ask(REACH, first=size, after=after)["data"]["identity"]["reach"]
    assert last["nodes"] == []
    assert last["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": True,
        "startCursor": None,
        "endCursor": None,
    }


LISTS = {
    "identity": ["reach", "memberships", "groups", "roles"],
    "business": ["reachedBy", "members", "clients", "vendors"],
    "account": ["reachedBy"],
    "group": ["members"],
}


@pytest.mark.parametrize(
    ("kind", "field"), [(kind, field) for kind, fields in LISTS.items() for field in fields]
)
def test_pages_of_everything(schema: Schema, people: AccessGraph, kind: str, field: str) -> None:
    """Of every connection, the longest list: pages of 7 are the page of 100, and no item comes twice."""
    ask = asker(schema, people)
    on = f"... on {kind.capitalize()}"
    item = (
        "principal { id } resource { id }"
        if field.startswith("reach")
        else "evidence { pointer document { sha256 } }"
    )
    query = f"""query ($id: ID!, $first: Int, $after: String) {{ node(id: $id) {{ {on} {{ page: {field}(first: $first,
      after: $after) {{ totalCount nodes {{ {item} }} pageInfo {{ endCursor hasNextPage }} }} }} }} }}"""

    def page(node: str, first: int, after: str | None = None) -> Any:
        return ask(query, id=node, first=first, after=after)["data"]["node"]["page"]

    some = sorted(node for node in people if node.startswith(kind))[:100]
    counting = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ {on} {{ page: {field}(first: 1) {{ totalCount }} }} }} }}"
    counts = [each["page"]["totalCount"] for each in ask(counting, ids=some)["data"]["nodes"]]
    longest = max(zip(counts, some, strict=True), key=lambda each: (each[0] <= 100, each))[1]
    whole = page(longest, 100)
    assert whole["totalCount"] == len(whole["nodes"])
    assert len({str(each) for each in whole["nodes"]}) == len(whole["nodes"]) > 0
    seen, after, more = [], None, True
    while more:
        part = page(longest, 7, after)
        seen += part["nodes"]
        after, more = part["pageInfo"]["endCursor"], part["pageInfo"]["hasNextPage"]
    assert seen == whole["nodes"]


def test_only_the_page_is_written_out(
    schema: Schema, people: AccessGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list writes out no path, and a page of two whose paths are asked for writes out two."""
    written: list[str] = []
    real = questions._written

    def counting(*given: Any) -> Any:
        written.append(given[-1].other)
        return real(*given)

    monkeypatch.setattr(questions, "_written", counting)
    ask = asker(schema, people)
    most = max((n for n in people if n.startswith("identity")), key=people.out_degree)
    ask(
        "query ($id: ID!) { identity(by: {id: $id}) { reach { totalCount nodes { roles certainty state distance"
        " capabilities resource { id } } edges { cursor } counts { total } bundles { totalCount } } } }",
        id=most,
    )
    assert written == []
    ask(
        "query ($id: ID!) { identity(by: {id: $id}) { reach(first: 2) { nodes { paths { truncated } } } } }",
        id=most,
    )
    assert len(written) == 2


def test_foreign_cursors(ask: Ask) -> None:
    """A cursor goes on only in its own list: not with another filter or mode, not from another field or node."""
    cursor = ask(REACH, first=2)["data"]["identity"]["reach"]["pageInfo"]["endCursor"]
    assert "errors" not in ask(REACH, after=cursor, first=4)
    assert code(ask(REACH, after=cursor, filter={"state": "ACTIVE"})) == "CURSOR_INVALID"
    assert code(ask(REACH, after=cursor, mode="ASSOCIATION")) == "CURSOR_INVALID"
    others = ("identity(by: {id: 712052}) { found: roles", "business(id: 77128) { found: reachedBy")
    for other in others:
        assert (
            code(ask(f"query ($a: String) {{ {other}(after: $a) {{ totalCount }} }} }}", a=cursor))
            == "CURSOR_INVALID"
        )


@pytest.mark.parametrize(
    "mangle",
    [
        lambda c: c[:-2],
        lambda c: "A" + c,
        lambda c: c[:20] + "x" + c[21:],
        lambda _: "",
        lambda _: "é",
    ],
)
def test_mangled_cursors(ask: Ask, mangle: Any) -> None:
    """What is not a cursor is told, wherever it is damaged."""
    cursor = ask(REACH, first=2)["data"]["identity"]["reach"]["pageInfo"]["endCursor"]
    assert code(ask(REACH, after=mangle(cursor))) == "CURSOR_INVALID"


def test_expired_cursor(schema: Schema, ask: Ask, bruce: AccessGraph) -> None:
    """A cursor of another version of the graph has expired, even if the same item is still there."""
    cursor = ask(REACH, first=2)["data"]["identity"]["reach"]["pageInfo"]["endCursor"]
    newer = graph_of(bruce.documents[0].body, {"id": 1, "email": "new@example.com"})
    assert code(asker(schema, newer)(REACH, after=cursor)) == "CURSOR_EXPIRED"


@pytest.mark.parametrize("first", [-1, 101])
@pytest.mark.parametrize(
    "query",
    [
        "business(id: 77128) { members(first: $n) { totalCount } }",
        "identity(by: {id: 712052}) { roles(first: $n) { totalCount } }",
        'access(principal: "b@example.com", resource: "account:Xr82w") { paths(first: $n) { truncated } }',
        'search(text: "b", first: $n) { nodes { id } }',
        "graph { issues(first: $n) { code } }",
    ],
)
def test_first_out_of_range(ask: Ask, query: str, first: int) -> None:
    """Every `first` is 0 to 100."""
    assert code(ask(f"query ($n: Int) {{ {query} }}", n=first)) == "FIRST_OUT_OF_RANGE"


def test_null_is_the_default(ask: Ask) -> None:
    """An explicit null asks for the default."""
    assert ask(REACH, first=None, after=None, filter=None, mode=None) == ask(REACH)


def test_filter(ask: Ask) -> None:
    """Each part of the filter is handed on."""

    def reached(**given: Any) -> list[str]:
        nodes = ask(REACH, filter=given)["data"]["identity"]["reach"]["nodes"]
        return [each["resource"]["id"] for each in nodes]

    everything = reached()
    assert len(everything) == 6
    assert reached(state="LATENT") == ["business:311394", "account:e6Wmk"]
    assert (
        reached(roles=["OWNER"])
        == ["business:77128", "account:zDmNq"]
        == reached(capabilities=["FULL_ACCESS"])
    )
    assert reached(roles=[]) == []
    assert reached(certainty="INFERRED") == []
    assert reached(avoid=["account:Xr82w#ROLE/CLIENT@identity:712052"], certainty="INFERRED") == [
        "account:Xr82w",
        "business:363103",
    ]
    assert reached(via=["ROLE"]) == ["account:Xr82w", "business:363103"]
    assert reached(maxSteps=1) == ["account:Xr82w", "business:77128", "business:311394"]
    assert reached(avoid=["business:77128", "account:Xr82w"]) == [
        "business:311394",
        "account:e6Wmk",
    ]
    assert code(ask(REACH, filter={"avoid": ["Xr82w"]})) == "BAD_ID"
    assert code(ask(REACH, filter={"maxSteps": 0})) == "BAD_FILTER"


# --- errors


@pytest.mark.parametrize(
    ("query", "variables", "wanted"),
    [
        ("{", {}, "GRAPHQL_PARSE_FAILED"),
        ("", {}, "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("{ business { id } }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ('{ identity(by: {email: "a@b.c", id: "1"}) { id } }', {}, "GRAPHQL_VALIDATION_FAILED"),
        (
            "query ($by: IdentityLookup!) { identity(by: $by) { id } }",
            {"by": {"email": "a", "id": 1}},
            "BAD_USER_INPUT",
        ),
        (
            "query ($by: IdentityLookup!) { identity(by: $by) { id } }",
            {"by": {"email": None}},
            "BAD_USER_INPUT",
        ),
        ("query ($by: IdentityLookup!) { identity(by: $by) { id } }", {"by": 3}, "BAD_USER_INPUT"),
        ("query ($id: ID!) { business(id: $id) { id } }", {}, "BAD_USER_INPUT"),
        ("query ($id: ID!) { business(id: $id) { id } }", {"id": ["1"]}, "BAD_USER_INPUT"),
        (
            'query ($n: Int) { search(text: "a", first: $n) { nodes { id } } }',
            {"n": 10**30},
            "BAD_USER_INPUT",
        ),
        ("query A { graph { version } } query B { graph { version } }", {}, "BAD_USER_INPUT"),
        ("fragment A on Query { graph { version } }", {}, "BAD_USER_INPUT"),
        ("mutation { anything }", {}, "OPERATION_NOT_SUPPORTED"),
        ("subscription { anything }", {}, "EVENT_STREAM_REQUIRED"),
    ],
)
def test_refused(
    schema: Schema, bruce: AccessGraph, query: str, variables: dict[str, Any], wanted: str
) -> None:
    """A request that is not executed has a code, and no data."""
    response = execute(schema, Versions(bruce, NOON), query, variables)
    assert {error["extensions"]["code"] for error in response["errors"]} == {wanted}
    assert "data" not in response


def test_operation_name(schema: Schema, bruce: AccessGraph) -> None:
    """The named operation is executed; a name that is not there is told."""
    query, context = (
        "query A { graph { version } } query B { graph { grants } }",
        Versions(bruce, NOON),
    )
    assert list(execute(schema, context, query, None, "B")["data"]["graph"]) == ["grants"]
    assert code(execute(schema, context, query, None, "C")) == "BAD_USER_INPUT"


def test_one_of_in_a_fragment_before_its_operation(ask: Ask) -> None:
    """A document may put its fragments first."""
    query = "fragment F on Query { identity(by: {email: $e}) { id } } query ($e: String!) { ...F }"
    assert ask(query, e="b@example.com") == {"data": {"identity": {"id": "identity:712052"}}}


def test_internal_error(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody expected is told generically, beside what else was answered."""
    monkeypatch.setattr(explain.Explainer, "explain", lambda *_: 1 / 0)
    response = ask(
        """{ access(principal: "b@example.com", resource: "account:Xr82w") { explanation { sentence } }
        graph { version } }"""
    )
    assert code(response) == "INTERNAL_ERROR"
    assert response["errors"][0]["message"] == "internal error"
    assert response["errors"][0]["path"] == ["access", "explanation"]
    assert response["data"]["graph"]
    assert response["data"]["access"] is None


def test_nothing_asked_is_logged(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever goes wrong, the log has the code and the response path: no email, no query text, no value."""
    caplog.set_level(logging.DEBUG)

    def boom(*_: object, **__: object) -> None:
        raise ValueError("about secret@example.com")

    ask('{ identity(by: {email: "secret@example.com"}) { nothing } }')
    ask('{ identity(by: {email: "secret@example.com" }')
    ask('{ identity(by: {email: "secret@example.com", id: "secret"}) { id } }')
    ask('{ identity(by: {id: "secret@example.com"}) { id } }')
    ask('{ node(id: "secret@example.com") { id } }')
    ask("query ($value: ID!) { node(id: $value) { id } }", value="secret@example.com")
    ask(
        'query ($value: Int!) { search(text: "secret", first: $value) { nodes { id } } }',
        value="secret@example.com",
    )
    monkeypatch.setattr(questions, "access", boom)
    ask('{ access(principal: "b@example.com", resource: "account:Xr82w") { roles } }')
    logged = [*(record.getMessage() for record in caplog.records), caplog.text]
    assert "BAD_ID at 'node'" in logged
    assert "INTERNAL_ERROR at 'access': ValueError" in logged
    for word in ("secret", "@", "{", "example", "Xr82w", "$"):
        assert not any(word in line for line in logged), word
    assert all(record.exc_info is None for record in caplog.records)
