"""A compiled query answers exactly what the stock executor answers, errors and nulls included."""

from __future__ import annotations

import gc
import json
import os
import random
import weakref
from collections import Counter
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
import strawberry
from graphql import DocumentNode, ExecutionResult, execute_sync, parse

import inroads_api.execution
from inroads.network.access_graph import AccessGraph
from inroads_api.execution import compiler
from inroads_api.execution.execute import Schema, build_schema, execute
from inroads_api.execution.executor import CompiledExecutor, CompilingExecutor
from inroads_api.versions.versions import Versions
from operations import Operations
from questions import NOON

OPERATIONS = int(os.environ.get("INROADS_OPERATIONS", "240"))
"""How many random operations are asked; tens of thousands by hand."""


OWN = Path(inroads_api.execution.__file__).with_name("operations")
"""The package's own documents."""


class _Broken(Exception):
    """Raised by a resolver that fails."""


def compiled(schema: Schema, query: str, variables: dict[str, Any]) -> int:
    """The fields of a query that are compiled, if it comes again."""
    return schema.compile(schema.documents.get(query), variables, None)


@pytest.fixture(scope="module")
def stock() -> Schema:
    return build_schema(compiled=False)


@pytest.mark.parametrize("part", range(3))
def test_random_operations(
    schema: Schema, stock: Schema, people: AccessGraph, bruce: AccessGraph, part: int
) -> None:
    """Whatever is asked of the whole schema, with good values and bad ones, both answer the same, at each time."""
    rng = random.Random(part)
    seen: Counter[str] = Counter()
    for graph in (people, bruce):
        nodes = rng.sample(list(graph), 8)
        emails = [email for each in graph if (email := graph.nodes[each].get("email"))][:3]
        grants = [grant.replace('"', "") for grant in rng.sample(list(graph.grants), 3)]
        texts = [*nodes, *emails, *grants, "identity:1", "nothing", "", "712052", "77128", "bill"]
        draw = Operations(schema._schema, rng, texts)
        versions = Versions(graph, NOON)
        for _ in range(OPERATIONS // 6):
            query, variables = draw.draw()
            wanted = execute(stock, versions, query, variables)
            for _ in range(3):  # the first time it is only noticed, the second time compiled
                seen["compiled"] += bool(compiled(schema, query, variables))
                assert execute(schema, versions, query, variables) == wanted, (query, variables)
            seen["errors" if "errors" in wanted else "data"] += 1
            seen["partial"] += "errors" in wanted and bool(wanted.get("data"))
    assert min(seen["errors"], seen["data"], seen["partial"], seen["compiled"]) > 10


@pytest.mark.parametrize(
    "ids",
    [
        ["identity:712052", "business:77128", "nothing:1"],
        [],
        "identity:712052",
        712052,
        None,
        [712052, "identity:712052"],
        ["identity:712052", None],
        [["identity:712052"]],
        [True, 1.5],
        {"a": "b"},
        ["identity:712052"] * 101,
    ],
)
@pytest.mark.parametrize(
    "kind", ["[ID!]!", "[ID!]", "[ID]", "ID", "[[ID!]!]!", "[Nothing]", '[ID!]! = ["identity:1"]']
)
def test_lists_of_texts(
    schema: Schema, stock: Schema, bruce: AccessGraph, kind: str, ids: object
) -> None:
    """A variable that is a list of texts is taken as it is; it is refused, and completed, as it would be otherwise."""
    versions = Versions(bruce, NOON)
    query = (
        f'query ($ids: {kind}, $text: String = "b") {{ nodes(ids: $ids) {{ id }}'
        " search(text: $text) { nodes { id } } }"
    )
    for given in ({"ids": ids}, {"ids": ids, "text": 5}, {"text": "x"}):
        wanted = execute(stock, versions, query, given)
        for _ in range(3):
            compiled(schema, query, given)
            assert execute(schema, versions, query, given) == wanted


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


strawberry.enum(Colour)


def given(value: Any) -> Any:
    """A value, or what a resolver raises."""
    if isinstance(value, type) and issubclass(value, Exception):
        raise value("broken")
    return value


@strawberry.interface
class Shape:
    values: strawberry.Private[dict[str, Any]]

    @strawberry.field
    def name(self) -> str | None:
        return given(self.values.get("name"))  # type: ignore[no-any-return]

    @strawberry.field
    def size(self) -> int:
        return given(self.values.get("size", 1))  # type: ignore[no-any-return]


@strawberry.type
class Square(Shape):
    @strawberry.field
    def colour(self) -> Colour:
        return given(self.values.get("colour", Colour.RED))  # type: ignore[no-any-return]

    @strawberry.field
    def flag(self) -> bool | None:
        return given(self.values.get("flag"))  # type: ignore[no-any-return]

    @strawberry.field
    def ratio(self) -> float | None:
        return given(self.values.get("ratio"))  # type: ignore[no-any-return]

    @strawberry.field
    def tags(self) -> list[str]:
        return given(self.values.get("tags", ["a"]))  # type: ignore[no-any-return]

    @strawberry.field
    def inside(self) -> list[Square | None] | None:
        return given(self.values.get("inside"))  # type: ignore[no-any-return]

    @strawberry.field
    def where(self, info: strawberry.Info) -> str:
        return ".".join(map(str, info.path.as_list()))

    @strawberry.field
    def times(self, count: int, unit: str = "m") -> str:
        return unit * count


@strawberry.type
class Circle(Shape):
    @strawberry.field
    def radius(self) -> int:
        return 1


@strawberry.type
class Root:
    shapes: list[Shape]
    square: Square | None = None
    sure: Square | None = None

    @strawberry.field
    def certain(self) -> Square:
        return self.square  # type: ignore[return-value]


SHAPES = strawberry.Schema(Root, types=[Square, Circle])
EVERYTHING = """
    query ($deep: Boolean = true, $count: Int = 2) {
      shapes { __typename name size ... on Square { ...S inside { ...S inside { name } } } ... on Circle { radius } }
      square { ...S }
    }
    fragment S on Square {
      title: name colour flag ratio tags where @include(if: $deep)
      one: times(count: $count) two: times(count: 1, unit: "x")
    }
"""
SURPRISES: dict[str, Any] = {
    "nothing": {},
    "null where none may be": {"size": None},
    "null in a list": {"tags": ["a", None]},
    "no list": {"tags": "abc"},
    "no iterable": {"tags": 7},
    "a tuple": {"tags": ("a", "b")},
    "a generator": {"tags": range(3)},
    "a number for a text": {"name": 7},
    "a truth for a text": {"name": True},
    "an object for a text": {"name": object},
    "an int out of 32 bits": {"size": 2**31},
    "a float for an int": {"size": 2.0},
    "a broken float for an int": {"size": 2.5},
    "a truth for an int": {"size": True},
    "an int for a truth": {"flag": 1},
    "a text for a truth": {"flag": "yes"},
    "an int for a float": {"ratio": 1},
    "not a number": {"ratio": float("nan")},
    "a value of an enum": {"colour": "red"},
    "no value of an enum": {"colour": "green"},
    "a member of another enum": {"colour": Enum("Other", {"RED": "red"}).RED},
    "an exception": {"name": _Broken},
    "an exception as a value": {"name": ValueError("told")},
    "an exception where none may be null": {"size": _Broken},
    "inner null": {"inside": [None]},
    "inner objects": {
        "inside": [Square(values={}), Square(values={"inside": [Square(values={"name": "x"})]})]
    },
    "an inner exception": {
        "inside": [Square(values={}), Square(values={"size": _Broken, "name": _Broken})]
    },
    "an inner object of another type": {"inside": [Circle(values={})]},
    "an inner exception as an item": {"inside": [ValueError("told")]},
    "a dict for an object": {"inside": [{"name": "x"}]},
}


def compile_plan(document: DocumentNode, variables: dict[str, Any] | None = None) -> None:
    """Compile a document for these variables, unless they have errors or it is compiled."""
    built = CompilingExecutor.build(SHAPES._schema, document, None, None, variables)
    if isinstance(built, CompilingExecutor) and built.plans.find(built.key) is None:
        built.execute_operation()


def both(query: str, root: Root, variables: dict[str, Any] | None = None) -> tuple[Any, list[Any]]:
    """What the stock executor answers, and the compiled one three times in a row."""
    core, document = SHAPES._schema, parse(query)

    def ask(kind: Any) -> Any:
        found = execute_sync(core, document, root, None, variables, executor_class=kind)
        assert isinstance(found, ExecutionResult)
        return json.dumps([found.data, [each.formatted for each in found.errors or ()]])

    wanted, plain = ask(SHAPES.execution_context_class), ask(CompiledExecutor)
    compile_plan(document, variables)
    return wanted, [plain, ask(CompiledExecutor), ask(CompiledExecutor)]


@pytest.mark.parametrize("values", SURPRISES.values(), ids=SURPRISES)
@pytest.mark.parametrize("where", ["shapes", "square", "certain"])
def test_surprises(values: dict[str, Any], where: str) -> None:
    """What is not as usual is told exactly as the stock executor tells it, wherever it happens."""
    odd, plain = Square(values=values), Square(values={"name": "plain"})
    root = Root(
        shapes=[plain, odd, Circle(values={})] if where == "shapes" else [plain], square=odd
    )
    query = EVERYTHING.replace("square {", "certain {") if where == "certain" else EVERYTHING
    wanted, found = both(query, root)
    assert found == [wanted] * 3


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"deep": False},
        {"deep": True, "count": 3},
        {"deep": None},
        {"count": None},
        {"count": "x"},
        {"deep": 1},
    ],
    ids=str,
)
def test_variables(variables: dict[str, Any]) -> None:
    """Conditions and arguments are those of each request, not those that were compiled with."""
    root = Root(shapes=[Square(values={})])
    both(EVERYTHING, root)
    wanted, found = both(EVERYTHING, root, variables)
    assert found == [wanted] * 3


def test_compiled_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """A compiled query does not go through the stock executor's fields; one that is not compiled does."""
    fields: list[str] = []
    stock = CompiledExecutor.execute_field

    def noted(self: CompiledExecutor, *given: Any) -> Any:
        fields.append(given[2][0].node.name.value)
        return stock(self, *given)

    monkeypatch.setattr(CompiledExecutor, "execute_field", noted)
    document, root = parse(EVERYTHING), Root(shapes=[Square(values={})])
    counts = []
    for _ in range(3):
        fields.clear()
        execute_sync(SHAPES._schema, document, root, executor_class=CompiledExecutor)
        counts.append(len(fields))
        compile_plan(document)
    assert counts[0] > 2
    assert counts[1:] == [0, 0]


def test_a_surprise_stays_in_its_root_field(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one root field surprises, the others are still compiled."""
    document = parse("{ shapes { name } square { size } }")
    root = Root(shapes=[Square(values={})], square=Square(values={"size": None}))
    called: list[str] = []
    stock = CompiledExecutor.execute_field
    monkeypatch.setattr(
        CompiledExecutor,
        "execute_field",
        lambda self, *given: called.append(given[3].key) or stock(self, *given),
    )
    compile_plan(document)
    for _ in range(3):
        called.clear()
        result = execute_sync(SHAPES._schema, document, root, executor_class=CompiledExecutor)
    assert isinstance(result, ExecutionResult)
    assert result.data == {"shapes": [{"name": None}], "square": None}
    assert called == ["square", "size"]


@pytest.mark.parametrize("fields", [49, 50, 51, 101, 300])
def test_wide_selections(fields: int) -> None:
    """A selection of many fields is compiled in several functions, and answers the same in the same order."""
    names = " ".join(f"a{n}: {['name', 'size', 'where'][n % 3]}" for n in range(fields))
    wanted, found = both(
        f"{{ square {{ {names} }} }}", Root(shapes=[], square=Square(values={"name": "x"}))
    )
    assert found == [wanted] * 3
    assert len(json.loads(wanted)[0]["square"]) == fields


def test_little_is_compiled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The interpreter runs nothing else while it compiles a text, so each text is short."""
    lengths: list[int] = []

    def noted(text: str, *rest: Any) -> Any:
        lengths.append(text.count("\n"))
        return compile(text, *rest)

    monkeypatch.setattr(compiler, "compile", noted, raising=False)
    names = " ".join(f"a{n}: name" for n in range(500))
    compile_plan(parse(f"{{ square {{ {names} }} }}"))
    assert len(lengths) > 500 / compiler.MAX_TOGETHER
    assert max(lengths) < 10 * compiler.MAX_TOGETHER


def test_a_plan_holds_no_graph(people: AccessGraph) -> None:
    """A plan lives longer than the version that it was compiled for, and nothing in it holds that."""
    schema, versions = build_schema(), Versions(people, NOON)
    query = "query ($id: ID!) { node(id: $id) { __typename id ... on Identity { email } } }"
    for _ in range(3):
        compiled(schema, query, {"id": "identity:1"})
        assert "data" in execute(schema, versions, query, {"id": "identity:1"})
    assert len(schema.documents.get(query).plans) == 1
    held = weakref.ref(versions)
    del versions
    gc.collect()
    assert held() is None


def test_an_answer_leaves_no_garbage(people: AccessGraph) -> None:
    """What made an answer is freed at once: a collector that frees it stops all requests, for longer than most take."""
    schema, versions = build_schema(), Versions(people, NOON)
    text = (OWN / "reach.graphql").read_text(encoding="utf-8")
    email = next(email for each in people if (email := people.nodes[each].get("email")))

    def ask() -> None:
        found = execute(schema, versions, text, {"email": email})["data"]["graph"]["identity"]
        assert found["reach"]["nodes"]

    for _ in range(3):
        compiled(schema, text, {"email": email})
        ask()
    assert len(schema.documents.get(text).plans) == 1
    gc.collect()
    gc.disable()
    try:
        for _ in range(10):
            ask()
        assert gc.collect() == 0
    finally:
        gc.enable()
