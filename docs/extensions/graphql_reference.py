"""The GraphQL reference: all types of `schema.graphql`, written into its page as Markdown."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    build_schema,
    get_named_type,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_object_type,
    is_scalar_type,
    is_specified_scalar_type,
    is_union_type,
)

PAGE = "reference/graphql"
SCHEMA = Path(__file__).parents[2] / "schema.graphql"
KINDS = {
    "Objects": is_object_type,
    "Interfaces": is_interface_type,
    "Unions": is_union_type,
    "Inputs": is_input_object_type,
    "Enums": is_enum_type,
    "Scalars": is_scalar_type,
}
ROOTS = {"Query": "Queries", "Mutation": "Mutations", "Subscription": "Subscriptions"}


def link(written: Any) -> str:
    """A type as written, as a link to its section."""
    named = get_named_type(written)
    if is_specified_scalar_type(named):
        return f"`{written}`"
    return f"[`{written}`](#type-{named.name.lower()})"


def fields(named: Any) -> Iterator[str]:
    """The fields of a type, each with its arguments, as a list."""
    for name, field in named.fields.items():
        yield f"- `{name}`: {link(field.type)}{described(field)}"
        arguments = field.args if isinstance(field, GraphQLField) else {}
        for argument, given in arguments.items():
            yield f"  - `{argument}`: {link(given.type)}{described(given)}"


def described(part: Any) -> str:
    """A description after its name, in one line."""
    gone = part.deprecation_reason
    words = [f"*Deprecated: {gone}*"] if gone else []
    return "".join(
        f" — {text}" for text in [" ".join((part.description or "").split()), *words] if text
    )


def section(named: GraphQLNamedType, heading: str) -> Iterator[str]:
    """The section of one type."""
    yield f"(type-{named.name.lower()})=\n{heading}\n\n{named.description or ''}\n"
    if is_enum_type(named):
        yield from (f"- `{name}`{described(value)}" for name, value in named.values.items())
    elif is_union_type(named):
        yield from (f"- {link(member)}" for member in named.types)
    elif not is_scalar_type(named):
        yield from fields(named)
    yield ""


def reference(text: str) -> str:
    """The whole schema as Markdown: the root types first, then all others by kind and name."""
    types = {
        name: named
        for name, named in sorted(build_schema(text).type_map.items())
        if not name.startswith("__") and not is_specified_scalar_type(named)
    }
    lines = [
        line
        for name, title in ROOTS.items()
        if name in types
        for line in section(types.pop(name), f"## {title}")
    ]
    for title, is_kind in KINDS.items():
        lines.append(f"## {title}\n")
        for name, named in types.items():
            if is_kind(named):
                lines += section(named, f"### {name}")
    return "\n".join(lines)


def append(app: Any, page: str, source: list[str]) -> None:
    """Write the reference below the text of its page."""
    if page == PAGE:
        app.env.note_dependency(str(SCHEMA))
        source[0] += "\n" + reference(SCHEMA.read_text(encoding="utf-8"))


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("source-read", append)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
