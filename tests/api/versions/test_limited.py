"""Who is limited to some businesses: the same answers whatever is hidden, by GraphQL and over HTTP."""

from __future__ import annotations

import datetime as dt
import json
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from graphql import parse, validate
from hypothesis import given, settings
from hypothesis import strategies as st

from applications import application
from hiding import altered, near
from inroads.cancellation import checked
from inroads.errors import InroadsError
from inroads.explorer import Explorer, load
from inroads.model import NodeKind, kind_of, native_id
from inroads.moments import EPOCH
from inroads.network.limited.reading import DocumentReader
from inroads.network.limited.view import portion
from inroads.reach.questions import reached_by
from inroads_api.clock import Deadline, Late
from inroads_api.execution.execute import Schema, execute
from inroads_api.security.audit import AuditLog
from inroads_api.security.authentication import Auth
from inroads_api.security.callers import Caller, TokenScope
from inroads_api.security.tokens import TokenFile
from inroads_api.versions import limited, marks
from inroads_api.versions.following import follow, position
from inroads_api.versions.limited import LimitedVersionsByBusinesses
from inroads_api.versions.versions import ServedVersions, Version, Versions
from inroads_api.versions.warming import Warmer
from operations import Operations
from questions import NOON, Serve, code
from strategies import random_world
from streaming import add
from worlds import explore

KEY = bytes(range(32))
DAY = dt.timedelta(days=1)
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

FIXED = [
    "{ graph { version builtAt position documents identities businesses accounts groups grants issueCount"
    " issues { code source pointer sha256 message } coverage { complete notes identitiesObserved oldest newest } } }",
    "query ($t: String!) { search(text: $t, first: 100) { nodes { id __typename } } }",
    "query ($t: ID!) { node(id: $t) { id __typename ... on Business { name active account { id } members { totalCount }"
    " clients { nodes { client { id } userIds evidence { pointer record document { sha256 source } } } } vendors {"
    " totalCount } exposure { total latent } reachedBy { totalCount nodes { principal { id email } roles state"
    " stateReasons paths { nodes { sentence steps { from { id } to { id } grant { id label evidence { record } } } } }"
    " explanation { sentence independentRoutes cut { id } } } pageInfo { endCursor } coverage { complete notes } } }"
    " ... on Identity { email firstName createdAt phoneNumbers { phoneNumber } memberships { totalCount edges { cursor"
    " node { business { id } evidence { pointer recordId record } } } } groups { nodes { company businessId } } roles {"
    " nodes { systemId accountId } } reach { totalCount nodes { resource { id } } coverage { complete notes } }"
    " blastRadius { total latent } } ... on Account { permissions { name } subscriptionStatus systemId }"
    " ... on Group { businessLevel active members { nodes { identityId email } } } } }",
    "query ($t: String!) { identity(by: {email: $t}) { id } }",
    "query ($t: ID!) { access(principal: $t, resource: $t) { distance } }",
    "query ($t: ID!) { business(id: $t) { id } account(id: $t) { id } group(id: $t) { id } }",
    "{ largestBlastRadius { id } mostExposed { id } chokePoints { grant { id } } rules { id } }",
    "{ findings(first: 100) { totalCount nodes { rule { id } severity identity subjectIds sentence evidence {"
    " pointer } } } }",
    "query ($t: ID!) { findings(about: $t) { totalCount counts { rule } nodes { identity } } }",
    '{ changes(since: "2026-01-01T12:00:00Z", first: 100) { totalCount nodes { kinds principal { id } } } }',
    'query ($t: ID!) { changes(since: "2026-01-01T12:00:00Z", about: $t) { totalCount } }',
    '{ graph(asOf: "2026-01-01T12:00:00Z") { version builtAt documents identities grants } }',
    '{ graph(asOf: "2020-01-01T12:00:00Z") { version documents identities grants } }',
    'query ($t: ID!) { access(principal: $t, resource: "business:1", mode: ASSOCIATION) { roles distance } }',
    'query ($t: ID!) { plan(principal: $t, resource: "business:1") { sentence } }',
    "query ($t: ID!) { whatIf(remove: [$t]) { version } }",
    "query ($t: ID!) { chokePoints(of: [$t]) { ended } }",
]


def view_of(whole: Versions, *businesses: str) -> ServedVersions:
    return LimitedVersionsByBusinesses(whole, lambda: KEY).of(frozenset(businesses))


def asked(schema: Schema, graph: Explorer, chosen: list[str], texts: list[str], seed: int) -> bytes:
    """What somebody who is limited to these businesses is answered to all of it."""
    view = view_of(Versions(graph, NOON, 7), *map(native_id, chosen))
    operations = Operations(schema._schema, random.Random(seed), texts)
    answers = [
        execute(schema, view, query, {"t": text} if "$t" in query else None)
        for query in FIXED
        for text in (texts if "$t" in query else texts[:1])
    ]
    answers += [execute(schema, view, *operations.draw()) for _ in range(15)]
    return json.dumps(answers).encode()


def known(graph: Explorer, kind: NodeKind) -> list[str]:
    return [each for each in graph if kind_of(each) is kind]


@given(st.integers(0, 2**32))
@settings(max_examples=12, deadline=None)
def test_nothing_of_what_is_hidden_is_told(schema: Schema, seed: int) -> None:
    """Whatever changes in what is hidden, every answer is the same to the byte: lists, counts, cursors and errors."""
    rng = random.Random(seed)
    world = random_world(rng, 8)
    graph = explore(world)
    chosen = (
        rng.sample(known(graph, NodeKind.BUSINESS), 1)
        if known(graph, NodeKind.BUSINESS)
        else ["business:1"]
    )
    if chosen[0] not in graph:
        return
    past = [
        explore([each for each in world if each[1] <= moment])
        for moment in {moment for _, moment in world}
    ]
    untouched = {
        node for each in past for node in near(each, chosen)
    }  # what is asked about the past is the same, too
    other = explore(altered(world, rng, untouched))
    texts = [
        *rng.sample(sorted(graph), min(len(graph), 4)),
        *rng.sample(sorted(set(other) - set(graph)), 3),
    ]
    texts += [
        "business:999999",
        "fresh",
        "i1@example.com",
        chosen[0],
        rng.choice(sorted(other.grants) or ["x"]),
        *(f"{chosen[0]}{marks.own(each)}" for each in (graph, rng.choice(past))),
        f"{chosen[0]}@~0123456789abcdef",
    ]
    answers = asked(schema, graph, chosen, texts, seed)
    assert answers == asked(schema, other, chosen, texts, seed)
    assert b"INTERNAL_ERROR" not in answers


def test_the_battery_asks_something(schema: Schema) -> None:
    """No fixed operation is refused as a document, and one who sees all is told more than one who is limited."""
    world = random_world(random.Random(8), 12)
    graph = explore(world)
    every = known(graph, NodeKind.BUSINESS)
    texts = sorted(graph)
    one, all_ = (asked(schema, graph, chosen, texts, 0) for chosen in (every[:1], every))
    assert not [problem for each in FIXED for problem in validate(schema._schema, parse(each))]
    assert len(one) < len(all_)


# Over HTTP


@pytest.fixture
def file(tmp_path: Path) -> TokenFile:
    return TokenFile(tmp_path / "auth.json")


def hands(*businesses: int, identity: int = 10) -> tuple[dict[str, Any], dt.datetime]:
    """A document of somebody who owns these businesses."""
    rows = [
        {"id": identity * 1000 + n, "role": "owner", "business": {"id": n, "name": f"B{n}"}}
        for n in businesses
    ]
    return {
        "id": identity,
        "email": f"i{identity}@example.com",
        "business_memberships": rows,
    }, START


@pytest.fixture
def graph() -> Explorer:
    return explore([hands(1, 2), hands(1, identity=20), hands(3, 4, identity=30)])


@pytest.fixture
def door(serve: Serve, file: TokenFile, graph: Explorer) -> Callable[..., Callable[..., Any]]:
    """Asks by a token of these businesses."""

    def opened(*businesses: str, **options: Any) -> Callable[..., Any]:
        text = file.create("a test", [TokenScope.READ], DAY, NOON, businesses=businesses or None)[1]
        client = serve(application(graph, auth=Auth(file.path, lambda: NOON), **options))
        head = {"authorization": f"Bearer {text}"}

        def ask(query: str = "{ graph { identities } }", path: str = "/graphql") -> Any:
            if path != "/graphql":
                return client.get(path, headers=head)
            return client.post(path, json={"query": query}, headers=head)

        return ask

    return opened


def test_who_is_limited(door: Callable[..., Any], graph: Explorer) -> None:
    """A limited token sees who reaches its businesses, as an unlimited one does, and nobody else; twice the same."""
    query = '{ business(id: "1") { reachedBy { nodes { principal { id } } } } }'
    assert door("1")(query).json()["data"] == door()(query).json()["data"]
    ask = door("1")
    whole = '{ graph { identities businesses } a: node(id: "identity:30") { id } b: node(id: "business:2") { id } }'
    expected = {"graph": {"identities": 2, "businesses": 1}, "a": None, "b": None}
    for _ in range(3):
        answer = ask(whole).json()
        assert answer["data"] == expected
        assert answer["extensions"]["cost"]["actual"] == 5
    assert len(reached_by(graph, "business:1")) == 2


def test_one_server_of_both(serve: Serve, file: TokenFile, graph: Explorer) -> None:
    """What a server has answered to who sees all it never gives to who is limited, who has no streams either."""
    every, one = (
        file.create(name, [TokenScope.READ], DAY, NOON, businesses=of)[1]
        for name, of in (("a", None), ("b", "1"))
    )
    client = serve(application(graph, auth=Auth(file.path, lambda: NOON)))

    def ask(token: str, query: str, **headers: str) -> Any:
        return client.post(
            "/graphql",
            json={"query": query},
            headers={"authorization": f"Bearer {token}", **headers},
        )

    query = '{ node(id: "identity:30") { id } search(text: "i") { nodes { id } } }'
    for _ in range(4):
        whole, part = ask(every, query).json()["data"], ask(one, query).json()["data"]
        assert whole["node"] == {"id": "identity:30"}
        assert part["node"] is None
        assert {each["id"] for each in part["search"]["nodes"]} < {
            each["id"] for each in whole["search"]["nodes"]
        }
    stream = ask(one, "subscription { changes { cursor } }", accept="text/event-stream")
    assert (stream.status_code, code(stream.json())) == (403, "LIMITED")


def test_what_a_limited_token_may_not(door: Callable[..., Any]) -> None:
    """It asks GraphQL alone: the figures of the server are of all."""
    ask = door("1")
    response = ask(path="/metrics")
    assert (response.status_code, code(response.json())) == (403, "INSUFFICIENT_SCOPE")
    assert door()(path="/metrics").status_code == 200


def test_cursors_of_another_view(door: Callable[..., Any]) -> None:
    """A cursor of the whole is none of a portion, nor the other way round."""
    query = '{{ business(id: "1") {{ reachedBy(first: 1{}) {{ totalCount pageInfo {{ endCursor }} }} }} }}'
    views = [door("1"), door("1", "2"), door()]
    cursors = [
        ask(query.format("")).json()["data"]["business"]["reachedBy"]["pageInfo"]["endCursor"]
        for ask in views
    ]
    for ask, own in zip(views, cursors, strict=True):
        for cursor in cursors:
            answer = ask(query.format(f', after: "{cursor}"')).json()
            assert ("errors" not in answer) == (cursor == own)
            assert cursor == own or code(answer) == "CURSOR_EXPIRED"


def test_the_audit_log(door: Callable[..., Any], tmp_path: Path) -> None:
    """A line says by a keyed hash to which businesses the caller was limited, and nothing where to none."""
    path = tmp_path / "audit.log"
    for businesses in (("2", "1"), ("1", "2"), ("1",), ()):
        door(*businesses, audit=AuditLog(path, KEY))()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    marks = [each.get("limited") for each in lines if each["event"] == "asked"]
    assert marks[0] == marks[1]
    assert len({*marks[1:]}) == 3
    assert marks[3] is None
    assert all(len(each) == 32 for each in marks[:3])


def test_a_stream_that_is_refused_is_in_the_audit_log(
    file: TokenFile, graph: Explorer, serve: Serve
) -> None:
    """Who is limited and subscribes is refused, and a line tells of it as of any other operation."""
    path = file.path.parent / "audit.log"
    text = file.create("a", [TokenScope.READ], DAY, NOON, businesses=["1"])[1]
    auth = Auth(file.path, lambda: NOON)
    client = serve(application(graph, auth=auth, audit=AuditLog(path, KEY)))
    head = {"authorization": f"Bearer {text}", "accept": "text/event-stream"}
    response = client.post(
        "/graphql", json={"query": "subscription { changes { cursor } }"}, headers=head
    )
    assert (response.status_code, code(response.json())) == (403, "LIMITED")
    line = json.loads(path.read_text().splitlines()[-1])
    assert (line["event"], line["operation"], line["status"], line["codes"]) == (
        "asked",
        "subscription",
        403,
        ["LIMITED"],
    )


def test_limits_of_tokens(file: TokenFile) -> None:
    """Only reading is limited, to at least one business, by its id; a token without a limit has none."""
    for scopes, businesses, expected in (
        ([TokenScope.READ, TokenScope.INGEST], ["1"], "BAD_LIMIT"),
        ([TokenScope.ADMIN], ["1"], "BAD_LIMIT"),
        ([TokenScope.REVIEW], ["1"], "BAD_LIMIT"),
        ([TokenScope.READ], [], "BAD_LIMIT"),
        ([TokenScope.READ], ["shop"], "BAD_ID"),
        ([TokenScope.READ], ["identity:1"], "BAD_ID"),
        ([TokenScope.READ], ["1", "01"], "BAD_ID"),
    ):
        with pytest.raises(InroadsError) as raised:
            file.create("a", scopes, DAY, NOON, businesses=businesses)
        assert raised.value.code == expected
    kept, _ = file.create("a", [TokenScope.READ], DAY, NOON, businesses=["business:20", "3", "20"])
    assert kept.businesses == ("20", "3")
    file.create("b", [TokenScope.ADMIN], DAY, NOON)
    assert [each.businesses for each in file.tokens()] == [("20", "3"), None]


def test_files_from_before(file: TokenFile) -> None:
    """A token file that knows no limits is read: its tokens see all."""
    _, text = file.create("a", [TokenScope.READ], DAY, NOON)
    older = json.loads(file.path.read_text())
    assert "businesses" not in older["tokens"][0]
    assert Auth(file.path, lambda: NOON).caller([f"Bearer {text}".encode()]).businesses is None


def test_limited_callers_only_read() -> None:
    """Whatever a provider lets somebody do, within a limit only what reads is left."""
    everybody = Caller("a", frozenset({TokenScope.ADMIN})).limited(["1"])
    assert everybody.may(TokenScope.READ)
    assert not any(map(everybody.may, (TokenScope.INGEST, TokenScope.REVIEW, TokenScope.ADMIN)))
    assert not Caller("a", frozenset({TokenScope.INGEST})).limited(["1"]).may(TokenScope.READ)


# Versions


def test_versions_that_differ_in_what_is_hidden(graph: Explorer) -> None:
    """They are one version of a portion, built at one moment; what is shown makes another."""
    whole = Versions(graph, NOON, 1)
    view = view_of(whole, "1")
    first = view.current
    hidden = explore(
        [hands(1, 2), hands(1, identity=20), hands(3, 4, identity=30), hands(3, identity=31)]
    )
    whole.swap(Version(hidden, NOON + DAY, 2))
    again = view.current
    assert (again.name, again.built_at, again.position) == (first.name, first.built_at, None)
    assert again.graph is first.graph
    body, moment = hands(1, identity=30)
    shown = explore([hands(1, 2), hands(1, identity=20), (body, moment + DAY)])
    whole.swap(Version(shown, NOON + DAY, 3))
    assert view.current.name != first.name
    assert (first.built_at, view.current.built_at) == (START, START + DAY)


@given(st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_no_clock_is_told(seed: int) -> None:
    """A view was built at the newest moment that it shows: when it was made or evicted is not told."""
    graph = explore(random_world(random.Random(seed), 8))
    for chosen in known(graph, NodeKind.BUSINESS)[:3]:
        views = [view_of(Versions(graph, at), native_id(chosen)) for at in (NOON, NOON + DAY)]
        one, two = (each.current for each in views)
        moments = [each.observed_at for each in one.graph.documents]
        assert one.built_at == two.built_at == max(moments, default=EPOCH)


PAST = (
    '{ graph(asOf: "2026-01-02T00:00:00Z") { version } }',
    '{ changes(since: "2026-01-02T00:00:00Z") { totalCount } }',
)


def test_the_past_is_not_told(door: Callable[..., Any]) -> None:
    """A limited token has no past, whose moments would be those of hidden documents; others have."""
    for query in PAST:
        assert code(door("1")(query).json()) == "LIMITED"
        assert "errors" not in door()(query).json()


def test_waiting_for_a_version(graph: Explorer) -> None:
    """One that is served comes at once, one that comes while waiting then; an ingest's never does."""
    whole = Versions(graph, NOON, 1)
    view = view_of(whole, "3")
    first = view.current
    later = explore([hands(3, identity=30)])
    name = view_of(Versions(later, NOON), "3").current.name
    swapping = threading.Timer(0.05, lambda: whole.swap(Version(later, NOON, 2)))
    swapping.start()
    assert view.at_least(name, time.monotonic() + 5).name == name
    swapping.join()
    assert view.at_least(first.name, time.monotonic()).name == name
    for wanted in ("ledger:1", "0" * 16):
        with pytest.raises(InroadsError) as raised:
            view.at_least(wanted, time.monotonic() + 0.02)
        assert raised.value.code == "VERSION_NOT_REACHED"
        assert (vars(raised.value)["served"], vars(raised.value)["position"]) == (name, None)
    with pytest.raises(InroadsError, match="expected the version"):
        view.at_least("7", time.monotonic())


def test_one_for_each_set(graph: Explorer) -> None:
    """Those of one set share one portion; an unknown set is empty, and whoever is not limited has the whole."""
    whole = Versions(graph, NOON)
    portions = LimitedVersionsByBusinesses(whole, lambda: KEY)
    assert portions.of(None) is whole
    one, again, two = (portions.of(frozenset(each)) for each in ("1", "1", "12"))
    assert one.current.graph is again.current.graph
    assert one.current.graph is not two.current.graph
    assert len(portions.of(frozenset()).current.graph) == 0


# Many sets


class Counting:
    """Counts the views that are made; each waits until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: list[frozenset[str]] = []
        self.going = threading.Event()
        self.going.set()
        monkeypatch.setattr(limited, "portion", self)

    def __call__(
        self, graph: Explorer, businesses: frozenset[str], key: bytes, reader: DocumentReader
    ) -> Explorer:
        self.made.append(businesses)
        assert self.going.wait(10)
        return portion(graph, businesses, key, reader)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    return Counting(monkeypatch)


MANY = [frozenset({str(number)}) for number in range(100)]


def test_many_sets_are_kept(graph: Explorer, counting: Counting) -> None:
    """A hundred sets are made once each, whoever asks in which order."""
    views = LimitedVersionsByBusinesses(Versions(graph, NOON), lambda: KEY)
    for each in MANY * 3:
        views.of(each).current  # noqa: B018  # it makes the view
    assert len(counting.made) == len(MANY)


def test_views_are_bounded_by_their_bytes(graph: Explorer, counting: Counting) -> None:
    """As many are kept as fit, those used last; one that is larger than all room is made each time."""
    size = (
        LimitedVersionsByBusinesses(Versions(graph, NOON), lambda: KEY).renew((MANY[9], KEY)).size
    )
    views = LimitedVersionsByBusinesses(Versions(graph, NOON), lambda: KEY, 5 * size)
    counting.made.clear()
    for each in (*MANY[10:20], *MANY[15:20], MANY[10]):
        views.of(each).current  # noqa: B018  # it makes the view
    assert counting.made == [*MANY[10:20], MANY[10]]
    views = LimitedVersionsByBusinesses(Versions(graph, NOON), lambda: KEY, size - 1)
    assert [views.of(MANY[9]).current.name for _ in range(2)] == [
        views.of(MANY[9]).current.name
    ] * 2
    assert counting.made[11:] == [MANY[9]] * 3


def test_nobody_is_turned_away(graph: Explorer, counting: Counting) -> None:
    """Any number of requests waits for a view, which is made once; each waits until its own deadline."""
    views = LimitedVersionsByBusinesses(Versions(graph, NOON), lambda: KEY)
    counting.going.clear()

    def ask(seconds: float) -> str:
        with checked(Deadline.after(seconds).check):
            return views.of(MANY[1]).current.name

    with ThreadPoolExecutor(30) as pool:
        patient = [pool.submit(ask, 30) for _ in range(20)]
        late = [pool.submit(ask, 0) for _ in range(10)]
        for each in late:
            with pytest.raises(Late):
                each.result(10)
        counting.going.set()
        assert len({each.result(10) for each in patient}) == 1
    assert counting.made == [MANY[1]]


def test_views_are_made_ahead(graph: Explorer, counting: Counting) -> None:
    """After a swap, which does not wait for it, the sets used last come first, as many as fit."""
    whole = Versions(graph, NOON)
    size = LimitedVersionsByBusinesses(whole, lambda: KEY).renew((MANY[9], KEY)).size
    views = LimitedVersionsByBusinesses(whole, lambda: KEY, 3 * size)
    for each in MANY[10:16]:
        views.of(each).current  # noqa: B018  # it makes the view
    counting.made.clear()
    warmer = Warmer(views)
    counting.going.clear()
    warmer.start()
    whole.swap(Version(explore([hands(1, 2)]), NOON, 2))
    warmer.wake()
    counting.going.set()
    until = time.monotonic() + 10
    while len(counting.made) < 3 and time.monotonic() < until:
        time.sleep(0.01)
    assert counting.made[:3] == [MANY[15], MANY[14], MANY[13]]
    views.of(MANY[15]).current  # noqa: B018  # it is there already
    assert counting.made.count(MANY[15]) == 1
    warmer.stop()
    warmer.join(10)
    assert not warmer.is_alive()


def test_a_server_makes_them_ahead(serve: Serve, file: TokenFile, counting: Counting) -> None:
    """When the ledger of a server grows, a view that was asked for is made anew before it is asked for again."""
    ledger = file.path.parent / "inroads.db"
    add(ledger, [hands(1, 2)])
    text = file.create("a", [TokenScope.READ], DAY, NOON, businesses=["1"])[1]
    following = follow(ledger, lambda: load(ledger), lambda: NOON)
    app = application(
        load(ledger),
        position=position(ledger),
        auth=Auth(file.path, lambda: NOON),
        following=following,
        ledger=ledger,
        poll=0.01,
    )
    with serve(app) as client:  # the server's threads run
        head = {"authorization": f"Bearer {text}"}
        client.post("/graphql", json={"query": "{ graph { version } }"}, headers=head)
        assert counting.made == [frozenset({"1"})]
        add(ledger, [hands(1, identity=20)])
        until = time.monotonic() + 10
        while len(counting.made) < 2 and time.monotonic() < until:
            time.sleep(0.01)
    assert counting.made == [frozenset({"1"})] * 2


def test_a_view_that_is_asked_late(schema: Schema, graph: Explorer, counting: Counting) -> None:
    """A request whose deadline passes while its view is made is answered with DEADLINE, not BUSY."""
    views = LimitedVersionsByBusinesses(Versions(graph, NOON), lambda: KEY)
    counting.going.clear()
    with ThreadPoolExecutor(1) as pool:
        making = pool.submit(lambda: views.of(MANY[1]).current)
        while not counting.made:
            time.sleep(0.001)
        answer = execute(
            schema, views.of(MANY[1]), "{ graph { version } }", deadline=Deadline.after(0.01)
        )
        counting.going.set()
        making.result(10)
    assert code(answer) == "DEADLINE"
