"""A part of what documents say: all that tells what some nodes hold, small where they are few.

Its fold gives these nodes every grant that they hold or keep, with the same evidence, and every node of it its state.
"""

from __future__ import annotations

import numpy as np

from inroads.columns import Flags, Ints, Texts, take
from inroads.model import Relation
from inroads.said import NONE, RELATIONS, SCOPES, TEXT_ATTRIBUTES, IssueRows, Said

_KEEPS = RELATIONS.index(Relation.KEEPS)


def excerpt(said: Said, nodes: Ints) -> Said:
    """What is said of what these nodes hold, and of who keeps what with them. The issues are left out."""
    size = len(said.nodes)
    chosen = _marked(size, nodes)
    claims, held = said.claims, chosen[said.claims.principal]
    kept = chosen | _marked(size, claims.resource[held])  # who keeps the account of a role decides whether it stands
    claims = take(claims, held | ((claims.relation == _KEEPS) & kept[claims.resource]))
    named = chosen | _marked(size, claims.principal, claims.resource, claims.owner)
    named |= _marked(size, *(_nodes_of(scope) for scope in (claims.scope, claims.other_scope)))
    groups = take(said.groups, named[said.groups.group])
    named |= _marked(size, groups.business)
    covers = take(said.covers, named[_nodes_of(said.covers.scope)])
    attributes = take(said.attributes, named[said.attributes.node])
    spoken = _marked(len(said.documents.moment), claims.document, covers.document, attributes.document)
    documents = take(said.documents, spoken)
    named |= _marked(size, documents.subject)

    node, document = (np.cumsum(each, dtype=np.int32) - 1 for each in (named, spoken))
    is_text = TEXT_ATTRIBUTES[attributes.name] & (attributes.value != NONE)
    value = attributes.value.copy()
    value[is_text] = np.arange(int(is_text.sum()))
    nothing = Texts.of(())
    return said._replace(
        nodes=said.nodes[named],
        texts=said.texts.take(attributes.value[is_text]),
        documents=documents._replace(subject=node[documents.subject]),
        claims=claims._replace(
            document=document[claims.document],
            principal=node[claims.principal],
            resource=node[claims.resource],
            owner=_renumbered(claims.owner, node),
            scope=_rescoped(claims.scope, node),
            other_scope=_rescoped(claims.other_scope, node),
        ),
        attributes=attributes._replace(document=document[attributes.document], node=node[attributes.node], value=value),
        covers=covers._replace(document=document[covers.document], scope=_rescoped(covers.scope, node)),
        groups=groups._replace(group=node[groups.group], business=node[groups.business]),
        issues=IssueRows(np.zeros(0, np.int32), nothing, nothing, nothing),
    )


def _marked(size: int, *columns: Ints) -> Flags:
    marks = np.zeros(size, np.bool_)
    for column in columns:
        marks[column[column != NONE]] = True
    return marks


def _nodes_of(scopes: Ints) -> Ints:
    return np.where(scopes == NONE, NONE, scopes // len(SCOPES))


def _renumbered(column: Ints, numbers: Ints) -> Ints:
    return np.where(column == NONE, NONE, numbers[column])


def _rescoped(scopes: Ints, numbers: Ints) -> Ints:
    return np.where(scopes == NONE, NONE, numbers[scopes // len(SCOPES)] * len(SCOPES) + scopes % len(SCOPES))
