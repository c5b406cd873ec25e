"""Documents that lie, break and attack: mutants of real ones are read, folded and asked without harm or trace."""

from __future__ import annotations

import copy
import io
import json
import logging
import pickle
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import networkx as nx
import pytest

import inroads
from inroads.documents.pointers import pointer, record
from inroads.documents.reader import Observation, read, reread, unknown_keys
from inroads.errors import Rejection
from inroads.explorer import Explorer, load
from inroads.model import Mode, NodeKind, Section, kind_of, native_id
from inroads.output.answers import Answers
from inroads.sources.files import observe_stream
from strategies import random_world
from worlds import observations, same

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
BRUCE: dict[str, Any] = json.loads((Path(inroads.EXAMPLE) / "bruce.json").read_bytes())

NASTY: list[Any] = [
    "\x1b[31mred\x1b[0m\x1b]0;title\x07", "\u202egnp.exe", "\x00", "\x7f\x9b2J", "\u2028\u2029\x85", "\ufffe\uffff",
    "a\r\nb\tc", "<script>alert(1)</script>", "\"'>]]><!--&amp;&x;", "../../../../etc/passwd", "C:\\x\\..\\y", "/", "~",
    "~1~0", "", " ", "%s%n{0}{x}", "=cmd()|'x'", "identity:1", "account:x#ROLE@identity:1", "#", "@", "a@b", "null",
    "1e5", "007", "\uff11\uff12", "-1", None, True, False, 0, 1, -1, 2**63, 10**40, 1.5, -0.0, 1e308, [], {}, [[]],
    [None], {"id": 1}, [{}], {"": None}, "x" * 20_000, "\u00e9" * 5_000, "\U0001f4a5" * 99, 10**2_000,
    list(range(2_000)), {str(n): n for n in range(500)},
]  # fmt: skip

Place = tuple[Any, Any]  # a container and the key or index of one value in it


def places(value: Any) -> list[Place]:
    """Every place of a JSON value that something can stand in."""
    found: list[Place] = []
    stack = [value]
    while stack:
        each = stack.pop()
        inside = list(each.items() if isinstance(each, dict) else enumerate(each))
        found += [(each, key) for key, _ in inside]
        stack += [below for _, below in inside if isinstance(below, dict | list)]
    return found


def nest(value: Any, levels: int) -> Any:
    for level in range(levels):
        value = [value] if level % 2 else {"id": value}
    return value


def drop(rng: random.Random, _: list[Place], box: Any, key: Any) -> None:
    del box[key]


def null(rng: random.Random, _: list[Place], box: Any, key: Any) -> None:
    box[key] = None


def nasty(rng: random.Random, _: list[Place], box: Any, key: Any) -> None:
    box[key] = copy.deepcopy(rng.choice(NASTY))


def retype(rng: random.Random, _: list[Place], box: Any, key: Any) -> None:
    value = box[key]
    box[key] = rng.choice(
        [
            str(value)[:99],
            [value],
            {"id": value},
            {"0": value},
            bool(value),
            len(str(value)),
            float(len(str(value))),
        ]
    )


def duplicate(rng: random.Random, _: list[Place], box: Any, key: Any) -> None:
    if isinstance(box, list):
        box[key:key] = [copy.deepcopy(box[key]) for _ in range(rng.choice([1, 1, 2, 40]))]
    else:
        box[str(key) + rng.choice(["", "_", " ", "\x1b", "/", "~"])] = copy.deepcopy(box[key])


def swap(rng: random.Random, all_places: list[Place], box: Any, key: Any) -> None:
    other, there = rng.choice(all_places)
    one, two = copy.deepcopy(box[key]), copy.deepcopy(other[there])
    box[key], other[there] = two, one


def rename(rng: random.Random, all_places: list[Place], box: Any, key: Any) -> None:
    if isinstance(box, dict):
        names = [name for _, name in all_places if isinstance(name, str)]
        box[
            rng.choice(
                [
                    *names,
                    "document",
                    "response",
                    "business_group",
                    "error",
                    *(x for x in NASTY if isinstance(x, str)),
                ]
            )
        ] = box.pop(key)


def bury(rng: random.Random, _: list[Place], box: Any, key: Any) -> None:
    box[key] = nest(box[key], rng.choice([1, 2, 5, 28, 40, 200]))


def shuffle(rng: random.Random, _: list[Place], box: Any, key: Any) -> None:
    if isinstance(box[key], list):
        rng.shuffle(box[key])
    elif isinstance(box[key], dict):
        inside = list(box[key].items())
        values = [value for _, value in inside]
        rng.shuffle(values)
        box[key] = dict(zip((name for name, _ in inside), values, strict=True))


CHANGES: list[Callable[[random.Random, list[Place], Any, Any], None]] = [
    drop, null, nasty, nasty, retype, duplicate, swap, rename, bury, shuffle,
]  # fmt: skip


def cut(rng: random.Random, raw: bytes) -> bytes:
    return raw[: rng.randrange(len(raw) + 1)]


def flip(rng: random.Random, raw: bytes) -> bytes:
    changed = bytearray(raw)
    for _ in range(rng.choice([1, 1, 2, 8])):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def splice(rng: random.Random, raw: bytes) -> bytes:
    start, end = sorted(rng.choices(range(len(raw) + 1), k=2))
    return (
        raw[:start]
        + rng.choice(
            [
                b"",
                raw[start:end] * 2,
                rng.randbytes(9),
                b"\x00",
                b"\\ud800",
                b"}",
                b'"',
                b"\n",
                b"[" * 2_000,
            ]
        )
        + raw[end:]
    )


def mutants(seed: int, count: int) -> Iterator[bytes]:
    """Documents of the example and of a random world, each with a few changes to its values, some also to its bytes."""
    rng = random.Random(seed)
    bodies = [BRUCE, BRUCE["response"], *(body for body, _ in random_world(rng, 8))]
    for _ in range(count):
        body = copy.deepcopy(rng.choice(bodies))
        if rng.random() < 0.1:
            body = {
                "observed_at": rng.choice(["2026-03-01T00:00:00Z", "9999-12-31T23:59:59Z"]),
                "source": "x",
                "document": body,
            }
        for _ in range(rng.choice([1, 1, 1, 2, 3, 6])):
            found = places(body)
            if found:
                rng.choice(CHANGES)(rng, found, *rng.choice(found))
        raw = json.dumps(body, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
        if rng.random() < 0.25:
            raw = rng.choice([cut, flip, splice])(rng, raw)
        yield raw


def scalars(value: Any) -> Iterator[str]:
    """Every key and every value of a JSON value, as text."""
    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, dict):
            yield from each
            stack += each.values()
        elif isinstance(each, list):
            stack += each
        else:
            yield str(each)


def is_clean(text: str) -> bool:
    return all(line.isprintable() for line in text.split("\n"))


def parsed(drawn: str) -> ET.Element:
    return ET.fromstring(drawn)  # noqa: S314 - our own picture; that it is well-formed is the claim


def check_evidence(graph: Explorer) -> None:
    """Every grant is said where its evidence points, and every node is named by a document."""
    said = [frozenset(scalars(document_of(document))) for document in graph.documents]
    for grant in graph.grants.values():
        assert grant.evidence
        for each in grant.evidence:
            document = graph.documents[each.document]
            row = record(document, pointer(document, each.section, each.index, each.sub))
            assert isinstance(row, dict)
            assert each.record_id is None or each.record_id == str(row["id"])
            words = said[each.document]
            assert native_id(grant.principal) in words
            # A role names the account of the business; a group row may leave its business to a document beside it.
            assert native_id(grant.resource) in words or each.section in (
                Section.ROLE,
                Section.GROUP,
            )
    assert {native_id(node) for node in graph} <= frozenset().union(*said)


def document_of(document: Any) -> dict[str, Any]:
    found: dict[str, Any] = record(document, document.prefix)
    return found


def check_answers(graph: Explorer, rng: random.Random, most: int = 3) -> None:
    """Every question is answered, in clean text and well-formed pictures."""
    nodes = sorted(graph)
    identities = [node for node in nodes if kind_of(node) is NodeKind.IDENTITY]
    resources = [node for node in nodes if kind_of(node) in (NodeKind.BUSINESS, NodeKind.ACCOUNT)]
    answers: list[Answers] = []
    for mode in Mode:
        answers += [
            graph.reach(node, mode=mode)
            for node in rng.sample(identities, min(most, len(identities)))
        ]
        answers += [
            graph.reached_by(node, mode=mode)
            for node in rng.sample(resources, min(most, len(resources)))
        ]
    for answer in answers:
        assert is_clean(str(answer))
        assert is_clean(repr(answer))
        assert len(answer.to_dicts()) == len(answer)
        drawn = answer._repr_svg_()
        assert is_clean(drawn)
        assert parsed(drawn).tag.endswith("svg")
        for access in list(answer)[:2]:
            assert is_clean(access.explanation.sentence)
            assert all(map(is_clean, access.sentences))
            assert is_clean(str(access))
            assert parsed(access._repr_svg_()).tag.endswith("svg")
            assert (
                graph.access(access.principal, access.resource, mode=Mode.ASSOCIATION) is not None
            )
    for node in nodes[:5]:
        assert graph.find(node) == node
    for text in ("a", "\x1b", "1"):
        graph.search(text)
    assert all(is_clean(note) for answer in answers for note in answer.coverage.notes)


@pytest.mark.parametrize("seed", range(10))
def test_mutants_are_read_or_refused(seed: int) -> None:
    """Reading never raises; what is taken reads the same again, what is refused says why in a clean line."""
    outcomes = set()
    for raw in mutants(seed, 500):
        found = read(raw, MONDAY, "mutant")
        if isinstance(found, Rejection):
            assert found.source
            assert found.code
            assert found.pointer == "" or found.pointer.startswith("/")
            assert found.message
            assert is_clean(found.message)
        else:
            again = read(found.document.body, found.document.observed_at, found.document.source)
            assert again == found
            assert reread(found.document) == found
            unknown_keys(found.document)
            for issue in found.issues:
                assert (issue.source, bool(issue.code)) == (found.document.source, True)
                record(found.document, issue.pointer)
        outcomes.add(type(found))
    assert outcomes == {Observation, Rejection}


@pytest.mark.parametrize("seed", range(10))
def test_mutants_as_streams(seed: int) -> None:
    """Whatever the bytes are taken for, a document, an array or lines: the splitting never raises."""
    rng = random.Random(seed)
    corpus = list(mutants(seed + 100, 100))
    for _ in range(100):
        joined = rng.choice([b"\n", b",", b"\r\n\r\n"]).join(
            rng.choices(corpus, k=rng.choice([1, 2, 3]))
        )
        joined = rng.choice(
            [
                joined,
                b"[" + joined + b"]",
                b"\xef\xbb\xbf" + joined,
                b"\x1f\x8b" + joined,
                joined.replace(b" ", b"\n"),
            ]
        )
        for each in observe_stream(io.BytesIO(joined), rng.choice(["x", "x.jsonl"]), MONDAY):
            assert isinstance(each, Observation | Rejection)


@pytest.mark.parametrize("seed", range(10))
def test_worlds_with_mutants(seed: int) -> None:
    """A world folds with mutants in it: what is refused leaves no trace, what is taken is said where it points."""
    rng = random.Random(seed)
    world = observations(random_world(rng, 4))
    plain = Explorer.observe(world)
    for number, raw in enumerate(mutants(seed + 200, 60)):
        found = read(raw, rng.choice([MONDAY, world[0].document.observed_at]), "mutant")
        graph = Explorer.observe([*world, found])
        if isinstance(found, Rejection):
            assert same([graph, plain])
            assert graph.rejections == (found,)
            continue
        assert not graph.rejections
        check_evidence(graph)
        if number % 6 == 0:
            check_answers(graph, rng)


@pytest.mark.parametrize("seed", range(5))
def test_worlds_of_mutants(seed: int) -> None:
    """Many mutants fold together, in any order to the same graph, and every question is answered."""
    rng = random.Random(seed)
    found = [
        read(raw, MONDAY, f"mutant {number}") for number, raw in enumerate(mutants(seed + 300, 30))
    ]
    graph = Explorer.observe(found)
    rng.shuffle(found)
    assert same([graph, Explorer.observe(found)])
    check_evidence(graph)
    check_answers(graph, rng, 2)


# ---- nothing that steers a terminal or a browser


@pytest.mark.parametrize("text", [text for text in NASTY if isinstance(text, str) and text])
def test_nasty_text_everywhere(text: str) -> None:
    """Names, emails, roles, statuses, account ids and sources that attack come out clean, in text and in pictures."""
    plain = "".join(each for each in text if "!" <= each <= "~")[:60] or "x"
    body = {
        "id": 7, "email": f"{text}@b", "first_name": text, "last_name": text,
        "subscription_statuses": {plain: text, text: text},
        "business_memberships": [
            {"id": 1, "role": "owner", "business": {"id": 1, "name": text, "account_id": plain, "business_clients": [
                {"id": 2, "account_id": f"{plain}!", "userid": 3, "account_business": {"account_business_id": 9}}]}},
            {"id": 4, "role": text, "business": {"id": 2, "name": text, "account_id": "x"}},
        ],
        "groups": [{"id": 5, "group_id": 5, "role": text, "business_id": 2}],
        "roles": [{"id": 6, "role": text, "accountid": f"{plain}?"},
                  {"id": 7, "role": "client", "accountid": f"{plain}!", "userid": 3}],
    }  # fmt: skip
    envelope = {"source": text, "document": body}
    graph = Explorer.observe([read(json.dumps(envelope).encode(), MONDAY, text)])
    assert len(graph.reach("identity:7")) >= 4
    check_evidence(graph)
    check_answers(graph, random.Random(0), 9)


# ---- secrets

MARKER = "S3cr3tMark3r0042"
JWT = f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3MTIwNTIifQ.{MARKER}"
FULL = [
    JWT,
    f"Bearer {MARKER}",
    f"api_token={MARKER}",
    f"https://u:{MARKER}@example.com/",
    f"https://x/?fasttrack_token={MARKER}",
]
KEYS = [
    "fasttrack_token",
    "fasttrack_tokn",
    "Fast-Track",
    "api_token",
    "apiToken",
    "API KEY",
    "accessKey",
    "my_password",
    "secrets",
    "jwt",
]


def planted(rng: random.Random, body: Any) -> Any:
    """A document with secrets in known and unknown places, in values, in keys, and deep in what nobody knows."""
    body = copy.deepcopy(body)
    boxes = [box for box, _ in places(body) if isinstance(box, dict)] or [body]
    for _ in range(12):
        box = rng.choice(boxes)
        key = rng.choice(KEYS)
        box[rng.choice(["x", "note", "links", "email", "name", "role", "status", *box])] = (
            rng.choice(FULL)
        )
        box[key] = rng.choice([MARKER, [MARKER], {"x": {"y": MARKER}}, JWT, {MARKER: 1}])
        box["unknown"] = {"deep": [{"er": rng.choice(FULL)}, {key: MARKER}, rng.choice(FULL)]}
        box[rng.choice(FULL)] = rng.choice([1, None, "x"])
        box["integrations"] = {
            "stripe": {"email": f"{MARKER}@example.com"},
            f"{MARKER}@example.com": 1,
            JWT: 1,
            "gusto": MARKER,
        }
    return body


def everything(graph: Explorer) -> Iterator[bytes | str]:
    """Every form in which something could leave a graph."""
    yield pickle.dumps(graph)
    yield "\n".join(nx.generate_graphml(nx.MultiDiGraph(graph)))
    yield json.dumps(nx.node_link_data(graph, edges="edges"))
    for document in graph.documents:
        yield document.body
        yield repr(document)
        yield repr(reread(document))
        yield repr(unknown_keys(document))
    yield repr(graph.issues) + str(graph.issues)
    yield repr(graph.rejections) + str(graph.rejections)
    yield repr(graph.grants)
    for node in sorted(graph):
        if kind_of(node) is NodeKind.IDENTITY:
            answer = graph.reach(node, mode=Mode.ASSOCIATION)
            yield str(answer) + repr(answer.to_dicts()) + answer._repr_svg_()


@pytest.mark.parametrize("seed", range(8))
def test_secrets_leave_no_trace(
    seed: int, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """No secret of a document, taken, refused or cut off, is in anything that is kept, logged, printed or exported."""
    caplog.set_level(logging.DEBUG)
    rng = random.Random(seed)
    bodies = [BRUCE, BRUCE["response"], *(body for body, _ in random_world(rng, 6))]
    arrivals: list[Observation | Rejection] = []
    for number, body in enumerate(bodies * 2):
        secret = planted(rng, body)
        envelope = {
            "source": rng.choice([JWT, "x"]),
            "observed_at": rng.choice([None, "2026-03-01T00:00:00Z", JWT]),
            "document": secret,
        }
        raw = json.dumps(rng.choice([secret, envelope])).encode()
        half = raw[: rng.randrange(len(raw))]
        for each in (
            raw,
            half,
            raw[:-1] + b"," + raw[1:],
            json.dumps(
                {"error": JWT, "error_description": MARKER, "response": {"errors": [MARKER]}}
            ).encode(),
            json.dumps({"id": [MARKER], "groups": MARKER, MARKER: 1}).encode(),
            json.dumps([JWT, secret]).encode(),
            raw.replace(b" ", b"\n"),
        ):
            arrivals += observe_stream(io.BytesIO(each), f"file {number}", MONDAY)
    graph = Explorer.observe(arrivals)
    assert graph.documents
    assert graph.rejections
    for part in [
        *everything(graph),
        repr(arrivals),
        str(arrivals),
        caplog.text,
        *capfd.readouterr(),
    ]:
        assert (MARKER.encode() if isinstance(part, bytes) else MARKER) not in part


def test_errors_quote_no_secret() -> None:
    """What is raised for a question about a graph of secrets quotes the question, not the documents."""
    graph = Explorer.observe(
        [read(json.dumps(planted(random.Random(1), BRUCE["response"])).encode(), MONDAY, "x")]
    )
    said = []
    for question in (
        lambda: graph.reach("identity:0"),
        lambda: graph.reach("nobody"),
        lambda: record(graph.documents[0], "/x"),
    ):
        with pytest.raises((inroads.InroadsError, LookupError)) as caught:
            question()
        said.append(repr(caught.value) + repr(caught.value.__context__))
    assert MARKER not in "".join(said)


# ---- size


def peak() -> int:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


@pytest.mark.parametrize(
    ("head", "unit", "code", "size"),
    [
        (b'{"id": 1, "email": "', b"eyJ-" * 2**18, "too_large", 100),
        (b'{"id": 1, "email": "', b"eyJ-" * 2**18, "truncated", 20),
        (b'{"id": 1, "x": [0', b",0" * 2**19, "too_large", 100),
        (b'{"id": 1,\n"x": [\n0', b",\n0" * 2**18, "too_large", 100),
        (b'{"response":', b'{"a":' * 2**17, "too_large", 100),
        (b'[{"id": 1, "email": "', b"eyJ-" * 2**18, "too_large", 100),
        (b"[[0", b",[],[{}]" * 2**17, "truncated", 20),
        (b"", b"\xff" * 2**20, "too_large", 100),
    ],
)
def test_large_files(head: bytes, unit: bytes, code: str, size: int, tmp_path: Path) -> None:
    """A hostile file of 100 MB is refused in seconds, with the memory of a few of the largest documents."""
    file = tmp_path / "hostile.json"
    with file.open("wb") as stream:
        stream.write(head)
        for _ in range(size * 2**20 // len(unit) + 1):
            stream.write(unit)
    before, start = peak(), time.process_time()
    graph = load(file)
    assert [rejection.code for rejection in graph.rejections] == [code]
    assert len(graph) == 0
    assert time.process_time() - start < 10
    assert peak() - before < 512 * 2**20
    file.unlink()


@pytest.mark.parametrize("unit", [b"[", b'{"a":', b"[{", b'{"a":[', b'[[],"",'])
def test_a_million_levels(unit: bytes, tmp_path: Path) -> None:
    """A file nested a million levels deep is refused at once, closed or not."""
    file = tmp_path / "deep.json"
    start = time.process_time()
    for head, tail in (
        (b'{"id": 1, "x": ', b""),
        (b"", b""),
        (b"[", b"]" * 1_000_000),
        (b'{"identity_id": 1}\n', b""),
    ):
        file.write_bytes(head + unit * 1_000_000 + tail)
        graph = load(file)
        assert {rejection.code for rejection in graph.rejections} <= {
            "too_deep",
            "not_json",
            "truncated",
            "not_an_object",
        }
        assert graph.rejections
    assert time.process_time() - start < 10


def test_a_document_full_of_tiny_values() -> None:
    """A document whose values would fill the memory is refused by their number, before they are made."""
    raw = b'{"id": 1, "x": [' + b"{}," * 5_000_000 + b"{}]}"
    start = time.process_time()
    found = read(raw, MONDAY, "x")
    assert isinstance(found, Rejection)
    assert found.code == "too_large"
    assert time.process_time() - start < 5
