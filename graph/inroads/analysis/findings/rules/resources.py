"""Rules about businesses and accounts: are they alive, and do the documents agree on them?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from inroads.analysis.findings.context import RuleContext
from inroads.analysis.findings.finding import LineEvidence, Match, RuleOutcome, Source, Spot, Stated
from inroads.analysis.findings.registry import rule
from inroads.columns.arrays import Flags, Ints, distinct
from inroads.columns.claimset import ATTRIBUTES, KEEPS, NONE, SCOPES, SLOTS
from inroads.documents.pointers import escape
from inroads.model import NodeKind, Section, native_id
from inroads.policy.rule_settings import RuleRow


@rule(
    "inactive-business",
    "businesses of which it is known whether they are active",
    "{0} is inactive and still reached by {identities:identity}.",
    "Revoke the memberships and roles, or reactivate the business.",
)
def inactive_business(matter: RuleContext, _: RuleRow) -> RuleOutcome:
    """A business whose `active` is false and that at least one identity still reaches."""
    active, span = matter.fold.attributes["active"], matter.span(NodeKind.BUSINESS)
    rows = np.flatnonzero((active == 0) & (matter.reached[span.start : span.stop] > 0)) + span.start
    known = int((active != NONE).sum())
    return RuleOutcome(
        known, [_still_reached(matter, node, "active") for node in rows.tolist()], len(span) - known
    )


def _still_reached(
    matter: RuleContext, node: int, attribute: str, *facts: tuple[str, str]
) -> Match:
    name = matter.name(node)
    evidence = Stated(name, attribute), *_into_scope(matter, node)
    return Match((name,), (*facts, ("identities", int(matter.reached[node]))), evidence)


def _into_scope(matter: RuleContext, node: int) -> tuple[Source, ...]:
    """The grants that lead into the scope of a node."""
    found = {
        each for other in matter.nodes_of(int(matter.scope[node])) for each in matter.into(other)
    }
    return tuple(sorted(found, key=repr))


def _lapsed(matter: RuleContext) -> Flags:
    """Find accounts whose subscription is known not to be alive, and that are still reached."""
    span = matter.span(NodeKind.ACCOUNT)
    found: Flags = matter.index.failing[span.start : span.stop] & (
        matter.reached[span.start : span.stop] > 0
    )
    return found


def _status(matter: RuleContext, account: int) -> tuple[str, str]:
    place = account - matter.span(NodeKind.ACCOUNT).start
    return "status", matter.fold.said.words.text(
        matter.fold.attributes["subscription_status"][place]
    )


@rule(
    "lapsed-subscription",
    "accounts of which the subscription's status is known",
    "The subscription of {0} is {status}, and {identities:identity} can still reach the account.",
    "Revoke the roles if the account is given up; they come back to life when it is paid for again.",
)
def lapsed_subscription(matter: RuleContext, _: RuleRow) -> RuleOutcome:
    """An account whose known subscription status is none of the policy's `alive` and that is
    still reached.
    """
    span, status = matter.span(NodeKind.ACCOUNT), matter.fold.attributes["subscription_status"]
    rows = np.flatnonzero(_lapsed(matter)) + span.start

    def hit(place: int) -> Match:
        account = int(rows[place])
        return _still_reached(matter, account, "subscription_status", _status(matter, account))

    known = int((status != NONE).sum())
    return RuleOutcome(known, matter.hits(hit, rows), len(span) - known)


@rule(
    "unlimited-on-lapsed",
    "accounts that are still reached although their subscription lapsed, and of which the plan's limits are known",
    "The subscription of {0} is {status}, and its plan has no limit for {limits}.",
    "Ask the service whether the limits of the plan still hold.",
    experimental=True,
)
def unlimited_on_lapsed(matter: RuleContext, _: RuleRow) -> RuleOutcome:
    """An account as in lapsed-subscription for which `permissions` have a limit of -1, which
    means none.
    """
    span, record = matter.span(NodeKind.ACCOUNT), matter.fold.attributes["permissions"]
    rows = np.flatnonzero(_lapsed(matter)) + span.start
    known = rows[record[rows] != NONE]
    unlimited = matter.bodies.unlimited
    accounts = [account for account in known.tolist() if unlimited[account]]

    def hit(place: int) -> Match:
        account = accounts[place]
        name = matter.name(account)
        document, native = int(record[account]), escape(native_id(name))
        spots = (
            Spot(
                document,
                Section.DOCUMENT,
                inside=f"/permissions/{native}/{escape(flag)}",
                label=flag,
            )
            for flag in unlimited[account]
        )
        facts = _status(matter, account), ("limits", tuple(unlimited[account]))
        return Match((name,), facts, (Stated(name, "subscription_status"), *spots))

    hits = matter.hits(hit, np.array(accounts, np.int64))
    return RuleOutcome(len(known), hits, len(rows) - len(known))


@rule(
    "orphan-account",
    "accounts",
    "No business that was seen keeps {0}; {identities:identity} can reach it.",
    "Collect the documents of its team, or ask the service which business the account belongs to.",
)
def orphan_account(matter: RuleContext, _: RuleRow) -> RuleOutcome:
    """An account that only roles, permissions, statuses or clients name, and that no business
    seen keeps.
    """
    span = matter.span(NodeKind.ACCOUNT)
    rows = np.flatnonzero(~matter.kept[span.start : span.stop]) + span.start
    hits = []
    for node in rows.tolist():
        name = matter.name(node)
        facts = (("identities", int(matter.reached[node])),)
        evidence = (
            *matter.into(node),
            Stated(name, "subscription_status"),
            Stated(name, "permissions"),
        )
        hits.append(Match((name,), facts, evidence))
    return RuleOutcome(len(span), hits)


@rule(
    "reference-conflict",
    "businesses, accounts and documents that stand",
    "Ids around {0} contradict each other: {conflict}.",
    "Ask the service which of the ids is right: accesses across this place may be wrong until then.",
)
def reference_conflict(matter: RuleContext, _: RuleRow) -> RuleOutcome:
    """Ids that contradict each other: two accounts of one business, two businesses of one account,
    two accounts with one systemid or two systemids of one account, and records that disagree with
    themselves or with what is around them.
    """
    hits = [*_keeping(matter), *_systems(matter), *_records(matter)]
    spans = (matter.span(kind) for kind in (NodeKind.BUSINESS, NodeKind.ACCOUNT))
    return RuleOutcome(sum(map(len, spans)) + len(_standing(matter)), hits)


def _keeping(matter: RuleContext) -> list[Match]:
    """Businesses that keep several accounts, and accounts that several businesses keep."""
    keeps = np.flatnonzero(matter.grants.relation == KEEPS)
    hits = []
    for here, there, text in (
        (matter.grants.principal, matter.grants.resource, "a business keeps several accounts"),
        (matter.grants.resource, matter.grants.principal, "several businesses keep an account"),
    ):
        nodes, counts = np.unique(here[keeps], return_counts=True)
        wanted = keeps[np.isin(here[keeps], nodes[counts > 1])]
        held: dict[int, list[int]] = defaultdict(list)
        for grant in wanted.tolist():
            held[int(here[grant])].append(grant)
        for node, grants in sorted(held.items()):
            others = sorted({matter.name(int(there[grant])) for grant in grants})
            hits.append(Match((matter.name(node), *others), (("conflict", text),), tuple(grants)))
    return hits


def _systems(matter: RuleContext) -> list[Match]:
    """Accounts that share a systemid, and accounts that have several at one moment."""
    rows = matter.fold.said.attributes
    here = (rows.name == ATTRIBUTES.index("system_id")) & (rows.value != NONE)
    numbers: dict[str, int] = {}
    number = [
        numbers.setdefault(text, len(numbers))
        for text in matter.fold.said.texts.take(rows.value[here]).texts()
    ]
    # Each pair of an account and one of its system ids once.
    node, code = np.divmod(
        distinct(rows.node[here].astype(np.int64) * len(number) + np.array(number, np.int64)),
        max(len(number), 1),
    )
    texts = list(numbers)
    several: dict[int, list[str]] = defaultdict(list)
    for account, at in _rows_of_several(node, code):
        several[account].append(texts[at])
    shared: dict[str, list[int]] = defaultdict(list)
    for at, account in _rows_of_several(code, node):
        shared[texts[at]].append(account)
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for text, accounts in shared.items():
        alike[matter.names(accounts)].append(text)
    return [
        Match(
            (matter.name(account),),
            (("conflict", f"the account has the system ids {', '.join(sorted(found))}"),),
            (Stated(matter.name(account), "system_id"),),
        )
        for account, found in sorted(several.items())
    ] + [
        Match(
            names,
            (("conflict", f"accounts share the system id {', '.join(sorted(found))}"),),
            tuple(Stated(name, "system_id") for name in names),
        )
        for names, found in sorted(alike.items())
    ]


def _rows_of_several(key: Ints, other: Ints) -> Iterator[tuple[int, int]]:
    """Yield the rows whose key other rows have, too."""
    rows = np.bincount(key)[key] > 1
    return zip(key[rows].tolist(), other[rows].tolist(), strict=True)


def _standing(matter: RuleContext) -> set[int]:
    """Return the documents that decide what their subjects hold."""
    covers = matter.fold.said.covers
    node, slot = np.divmod(covers.scope, SLOTS)
    people, businesses = matter.fold.kind_starts[1:3]
    own = (node < people) | ((node < businesses) & (slot == SCOPES["team"]))
    found: set[int] = set(distinct(covers.document[own]).tolist())
    return found


def _records(matter: RuleContext) -> list[Match]:
    """Yield records in standing documents whose ids disagree, by the subject of the document."""
    rows, standing = matter.fold.said.issues, _standing(matter)
    found: dict[str, list[LineEvidence]] = defaultdict(list)
    for place, number in enumerate(rows.document.tolist()):
        if number in standing and rows.code.text(place) == "reference_conflict":
            subject = matter.name(int(matter.fold.said.documents.subject[number]))
            found[subject].append(
                LineEvidence(number, rows.pointer.text(place), rows.message.text(place))
            )
    return [
        Match(
            (subject,),
            (("conflict", "; ".join(sorted({line.label for line in lines}))),),
            tuple(sorted(lines)),
        )
        for subject, lines in sorted(found.items())
    ]
