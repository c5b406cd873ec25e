"""Subsets of a claim set: without some documents, or only what bears on some nodes."""

from __future__ import annotations

import numpy as np

from inroads.columns.arrays import Flags, Ints, Texts, take
from inroads.columns.claimset import (
    ACCOUNTS,
    GROUPS,
    NO_EMAILS,
    NONE,
    RELATIONS,
    SLOTS,
    TEXT_ATTRIBUTES,
    AttributeRows,
    ClaimRows,
    ClaimSet,
    CoverRows,
    EmailRows,
    GroupRows,
    IssueRows,
    KeeperRows,
    numbers_among,
    of_kept,
    renumber,
)
from inroads.model import Relation

_KEEPS = RELATIONS.index(Relation.KEEPS)


def excerpt(said: ClaimSet, nodes: Ints) -> ClaimSet:
    """Return the claims about what these nodes hold, and about who keeps what with them.

    Issues and former emails are left out.
    """
    size = len(said.nodes)
    chosen = _marked(size, nodes)
    claims, held = said.claims, chosen[said.claims.principal]
    # Who keeps the account of a role decides whether it stands, and what else these keep decides
    # which of several client rows counts.
    keeps = np.flatnonzero(claims.relation == _KEEPS)
    kept = chosen | _marked(size, claims.resource[held])
    keepers = _marked(size, claims.principal[keeps[kept[claims.resource[keeps]]]])
    kept |= _marked(size, claims.resource[keeps[keepers[claims.principal[keeps]]]])
    held[keeps[kept[claims.resource[keeps]]]] = True
    claims = take(claims, held)
    named = chosen | _marked(size, claims.principal, claims.resource, claims.owner)
    named |= _marked(size, claims.scope // SLOTS, claims.other_scope // SLOTS)
    groups = take(said.groups, named[said.groups.group])
    shown = take(said.keepers, named[said.keepers.account])
    named |= _marked(size, groups.business, shown.business)
    attributes = take(said.attributes, named[said.attributes.node])
    named |= _marked(size, said.documents.subject[attributes.document])
    covers = take(said.covers, named[said.covers.scope // SLOTS])
    spoken = _marked(
        len(said.documents.moment),
        *(table.document for table in (claims, covers, attributes, shown)),
    )
    documents = take(said.documents, spoken)
    named |= _marked(size, documents.subject)

    node, document = (numbers_among(np.flatnonzero(each), len(each)) for each in (named, spoken))
    is_text = TEXT_ATTRIBUTES[attributes.name] & (attributes.value != NONE)
    value = attributes.value.copy()
    value[is_text] = np.arange(int(is_text.sum()))
    nothing = Texts.of(())
    return said._replace(
        nodes=said.nodes[named],
        texts=said.texts.take(attributes.value[is_text]),
        documents=renumber(documents, node=node),
        claims=renumber(claims, node=node, document=document),
        attributes=renumber(attributes, node=node, document=document)._replace(value=value),
        covers=renumber(covers, node=node, document=document),
        groups=renumber(groups, node=node),
        keepers=renumber(shown, node=node, document=document),
        issues=IssueRows(np.zeros(0, np.int32), nothing, nothing, nothing),
        emails=NO_EMAILS,
    )


def _marked(size: int, *columns: Ints) -> Flags:
    marks = np.zeros(size, np.bool_)
    for column in columns:
        marks[column[column != NONE]] = True
    return marks


def without(part: ClaimSet, left_out: Flags) -> ClaimSet:
    """Return a part without some of its documents and without their rows."""
    kept = ~left_out
    place = (np.cumsum(kept) - 1).astype(np.int32)
    return part._replace(
        documents=take(part.documents, kept),
        **{
            name: of_kept(getattr(part, name), kept, place)
            for name in ("claims", "attributes", "covers", "keepers", "issues", "emails")
        },
    )


def selected_rows(
    said: ClaimSet,
    nodes: Ints,
    documents: Ints,
    claims: ClaimRows,
    attributes: AttributeRows,
    covers: CoverRows,
    groups: GroupRows,
    keepers: KeeperRows,
    emails: EmailRows,
) -> ClaimSet:
    """Return some rows as a claim set of their own, with just these nodes and documents, ascending.

    Words and stores keep their numbers. So do texts, but the texts themselves are left out.
    """
    codes = said.nodes[nodes]
    is_account = (codes >= ACCOUNTS) & (codes < GROUPS)
    accounts = said.accounts[codes[is_account] - ACCOUNTS]
    codes[is_account] = ACCOUNTS + np.arange(len(accounts))
    node = numbers_among(nodes, len(said.nodes))
    document = numbers_among(documents, len(said.documents.moment))
    return ClaimSet(
        codes,
        accounts,
        said.words,
        Texts.of(()),
        renumber(take(said.documents, documents), node=node),
        renumber(claims, node=node, document=document),
        renumber(attributes, node=node, document=document),
        renumber(covers, node=node, document=document),
        renumber(groups, node=node),
        renumber(keepers, node=node, document=document),
        IssueRows(np.zeros(0, np.int32), *[Texts.of(())] * 3),
        said.stores,
        renumber(emails, node=node, document=document),
    )
