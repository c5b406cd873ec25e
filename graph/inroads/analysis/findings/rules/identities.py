"""Rules about identities and their emails."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from inroads.analysis.findings.context import RuleContext
from inroads.analysis.findings.finding import Match, RuleOutcome, Spot, Stated
from inroads.analysis.findings.registry import rule
from inroads.columns.arrays import Flags
from inroads.columns.claimset import NONE, email_key
from inroads.model import NodeKind, Section, fold_email
from inroads.network.wording import listed
from inroads.policy.rule_settings import RuleRow
from inroads.text import SHOWN, shortened


@rule(
    "email-collision",
    "identities of which an email is known",
    "Emails of {subjects} collide: {collision}.",
    "Find out who owns the address: whoever does may be taken for the other, and can take over by a password reset.",
)
def email_collision(matter: RuleContext, _: RuleRow) -> RuleOutcome:
    """Two identities with one email (compared trimmed, in NFC, in lower case, the domain in its IDNA
    form); an unconfirmed address that is another's email; and group rows that name their identity by
    another email than its document does.
    """
    people = matter.span(NodeKind.IDENTITY)
    known = matter.fold.attributes["email"] != NONE
    hits = [*_shared(matter, known), *_pending(matter), *_other(matter)]
    return RuleOutcome(int(known.sum()), _joined(hits), len(people) - int(known.sum()))


def _email(matter: RuleContext, identity: int) -> str:
    return fold_email(matter.fold.said.texts.text(matter.fold.attributes["email"][identity]))


def _shared(matter: RuleContext, known: Flags) -> list[Match]:
    """Identities that share an email."""
    keys = matter.fold.attributes["email_key"]
    _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    same: dict[str, list[int]] = defaultdict(list)
    for each in np.flatnonzero((counts[inverse] > 1) & known).tolist():
        same[_email(matter, each)].append(each)
    hits = []
    for email, several in same.items():
        names = matter.names(several)
        if email and len(names) > 1:
            hits.append(
                Match(
                    names,
                    (("collision", f"one email, {email}"),),
                    tuple(Stated(name, "email") for name in names),
                )
            )
    return hits


def _pending(matter: RuleContext) -> list[Match]:
    """Identities whose unconfirmed address is the email of another."""
    keys, order = matter.fold.attributes["email_key"], matter.index.derived.email_order
    pending = matter.bodies.pending
    wanted = np.array([email_key(email) for email in pending.values()], np.int64)
    first, last = (np.searchsorted(keys, wanted, side, sorter=order) for side in ("left", "right"))
    record = matter.fold.attributes["record"]
    hits = []
    for (identity, email), start, stop in zip(
        pending.items(), first.tolist(), last.tolist(), strict=True
    ):
        others = [each for each in order[start:stop].tolist() if each != identity]
        for other in others:
            if _email(matter, other) == fold_email(email):
                inside = "/unconfirmed_email"
                spot = Spot(
                    int(record[identity]),
                    Section.DOCUMENT,
                    inside=inside,
                    label="unconfirmed_email",
                )
                names = matter.name(identity), matter.name(other)
                text = f"{email} is the email of one, and the unconfirmed address of the other"
                hits.append(Match(names, (("collision", text),), (spot, Stated(names[1], "email"))))
    return hits


def _other(matter: RuleContext) -> list[Match]:
    """Identities that a group row names by another email."""
    rows: dict[int, dict[Spot, str]] = defaultdict(dict)
    for document, row, email in matter.bodies.other:
        identity = int(matter.fold.said.documents.subject[document])
        spot = Spot(document, Section.GROUP, row, inside="/email", label="email of a group row")
        rows[identity][spot] = email
    return [
        Match(
            (matter.name(identity),),
            (("collision", f"a group row gives it {listed(sorted(set(spots.values())), SHOWN)}"),),
            (Stated(matter.name(identity), "email"), *spots),
        )
        for identity, spots in rows.items()
    ]


def _joined(hits: list[Match]) -> list[Match]:
    """Return one finding for the same subjects, in whatever ways they collide."""
    found: dict[tuple[str, ...], Match] = {}
    for hit in hits:
        subjects = tuple(sorted(hit.subjects))
        before = found.get(subjects)
        texts = {str(hit.facts[0][1])} | ({str(before.facts[0][1])} if before else set())
        evidence = (before.sources if before else ()) + hit.sources
        found[subjects] = Match(
            subjects,
            (("collision", "; ".join(shortened(sorted(texts)))),),
            tuple(dict.fromkeys(evidence)),
        )
    return list(found.values())
