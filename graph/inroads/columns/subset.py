"""Subsets of a claim set: without some documents, or only what bears on some nodes."""

from __future__ import annotations

from functools import partial

import numpy as np

from inroads.columns.arrays import Flags, Ints, Texts, take
from inroads.columns.claimset import (
    ACCOUNTS,
    GROUPS,
    NONE,
    RELATIONS,
    SCOPES,
    TEXT_ATTRIBUTES,
    AttributeRows,
    ClaimRows,
    ClaimSet,
    CoverRows,
    GroupRows,
    IssueRows,
    of_kept,
)
from inroads.model import Relation

_KEEPS = RELATIONS.index(Relation.KEEPS)


def excerpt(said: ClaimSet, nodes: Ints) -> ClaimSet:
    """Return the claims about what these nodes hold, and about who keeps what with them.

    Issues are left out.
    """
    size = len(said.nodes)
    chosen = _marked(size, nodes)
    claims, held = said.claims, chosen[said.claims.principal]
    kept = chosen | _marked(
        size, claims.resource[held]
    )  # who keeps the account of a role decides whether it stands
    claims = take(claims, held | ((claims.relation == _KEEPS) & kept[claims.resource]))
    named = chosen | _marked(size, claims.principal, claims.resource, claims.owner)
    named |= _marked(size, *(_nodes_of(scope) for scope in (claims.scope, claims.other_scope)))
    groups = take(said.groups, named[said.groups.group])
    named |= _marked(size, groups.business)
    covers = take(said.covers, named[_nodes_of(said.covers.scope)])
    attributes = take(said.attributes, named[said.attributes.node])
    spoken = _marked(
        len(said.documents.moment), claims.document, covers.document, attributes.document
    )
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
        attributes=attributes._replace(
            document=document[attributes.document], node=node[attributes.node], value=value
        ),
        covers=covers._replace(
            document=document[covers.document], scope=_rescoped(covers.scope, node)
        ),
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
    return np.where(
        scopes == NONE, NONE, numbers[scopes // len(SCOPES)] * len(SCOPES) + scopes % len(SCOPES)
    )


def without(part: ClaimSet, left_out: Flags) -> ClaimSet:
    """Return a part without some of its documents and without their rows."""
    kept = ~left_out
    place = (np.cumsum(kept) - 1).astype(np.int32)
    claims, attributes, covers, issues = (
        of_kept(table, kept, place)
        for table in (part.claims, part.attributes, part.covers, part.issues)
    )
    documents = take(part.documents, kept)
    return part._replace(
        documents=documents, claims=claims, attributes=attributes, covers=covers, issues=issues
    )


def selected_rows(
    said: ClaimSet,
    nodes: Ints,
    documents: Ints,
    claims: ClaimRows,
    attributes: AttributeRows,
    covers: CoverRows,
    groups: GroupRows,
) -> ClaimSet:
    """Return some rows as a claim set of their own, with just these nodes and documents, ascending.

    Words and stores keep their numbers. So do texts, but the texts themselves are left out.
    """
    codes = said.nodes[nodes]
    is_account = (codes >= ACCOUNTS) & (codes < GROUPS)
    accounts = said.accounts[codes[is_account] - ACCOUNTS]
    codes[is_account] = ACCOUNTS + np.arange(len(accounts))
    number = partial(_numbers_among, nodes)
    document = partial(_numbers_among, documents)
    rows = take(said.documents, documents)
    return ClaimSet(
        codes,
        accounts,
        said.words,
        Texts.of(()),
        rows._replace(subject=number(rows.subject)),
        claims._replace(
            document=document(claims.document),
            principal=number(claims.principal),
            resource=number(claims.resource),
            scope=number(claims.scope, len(SCOPES)),
            other_scope=number(claims.other_scope, len(SCOPES)),
            owner=number(claims.owner),
        ),
        attributes._replace(document=document(attributes.document), node=number(attributes.node)),
        CoverRows(number(covers.scope, len(SCOPES)), document(covers.document)),
        GroupRows(number(groups.group), number(groups.business)),
        IssueRows(np.zeros(0, np.int32), *[Texts.of(())] * 3),
        said.stores,
    )


def _numbers_among(chosen: Ints, column: Ints, each: int = 1) -> Ints:
    """Return numbers as indices into the ascending chosen ones.

    With `each`, a column holds numbers times `each` plus a remainder, which stays.
    """
    number, below = np.divmod(column, each)
    found = np.searchsorted(chosen, number) * each + below
    return np.where(column == NONE, NONE, found).astype(np.int32)
