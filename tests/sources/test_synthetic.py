"""Laws of the synthetic populations."""

import datetime as dt
import itertools
import json
import random
import re
import tracemalloc
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from inroads.columns.builder import claim_set
from inroads.columns.fold import fold
from inroads.documents.claims import state
from inroads.documents.reader import Observation, read
from inroads.network.access_graph import AccessGraph
from inroads.policy import tables
from inroads.sources.synthetic import population

SIZE = 20_000
Record = dict[str, Any]


def mes(envelopes: list[Record]) -> Iterator[Record]:
    return (e["document"]["response"] for e in envelopes if ":me/" in e["source"])


def teams(envelopes: list[Record]) -> Iterator[Record]:
    return (e["document"]["response"] for e in envelopes if ":team/" in e["source"])


def identity(me: Record) -> int:
    return int(me["id"] if "id" in me else me["identity_id"])


def businesses(envelopes: list[Record]) -> Iterator[Record]:
    for me in mes(envelopes):
        yield from (row["business"] for row in me["business_memberships"])
    yield from teams(envelopes)


@pytest.fixture(scope="module")
def small() -> list[Record]:
    """All documents of 2,000 identities, of which every own document and every team is observed."""
    return list(population(2_000, 7, partial=0, stale=0, contradictory=0, teams=1))


@pytest.fixture(scope="module")
def large() -> list[Record]:
    """A population with the default shares."""
    return list(population(SIZE))


@pytest.fixture(scope="module")
def vendors(large: list[Record]) -> list[int]:
    """How many client businesses each vendor's account is seen to have, largest first."""
    pairs = {
        (b["id"], row["account_id"])
        for b in businesses(large)
        for row in b["business_clients"] or ()
    }
    return sorted(Counter(account for _, account in pairs).values(), reverse=True)


def test_same_seed_same_bytes() -> None:
    """The same arguments give the same bytes, today and on other machines; another seed gives others."""

    def digest(seed: int) -> str:
        return sha256(b"\n".join(map(msgspec.json.encode, population(1_000, seed)))).hexdigest()

    assert digest(3) == digest(3) != digest(4)
    assert digest(0) == "54beb9ed5ae2a5f7c900e95c976633883bb281db5c710ab63cac738d26e78cb8"


def test_draws_leave_the_shared_generator_alone() -> None:
    """Nothing is drawn from, or written to, the interpreter's own random state."""
    before = random.getstate()
    deque(population(50), maxlen=0)
    assert random.getstate() == before


def test_two_streams_do_not_disturb_each_other() -> None:
    """A population read in step with another is the same as one read alone, and no record is shared between them."""
    first, second = population(200, 5), population(200, 5)
    for one, other in zip(first, second, strict=True):
        assert one == other
        one["document"]["response"].clear()
        assert other["document"]["response"]


def test_envelope(large: list[Record]) -> None:
    """Every document comes as plain JSON in an envelope with a source and a moment in UTC, to the second."""
    for envelope in large:
        assert list(envelope) == ["observed_at", "source", "document"]
        assert re.fullmatch(r"generated:(me|team)/\d+", envelope["source"])
        assert dt.datetime.strptime(envelope["observed_at"], "%Y-%m-%dT%H:%M:%SZ").replace(
            tzinfo=dt.UTC
        )
    for envelope in itertools.islice(large, 2_000):
        assert (
            json.loads(msgspec.json.encode(envelope))
            == envelope
            == json.loads(json.dumps(envelope))
        )


def test_share_of_observed_identities(large: list[Record]) -> None:
    """20,000 identities at the defaults: 18,000 are observed, 400 twice in time; 1,000 teams. Exactly, not about."""
    observed = Counter(identity(me) for me in mes(large))
    assert len(observed) == 18_000
    older = [e for e in large if e["observed_at"] < "2026-02"]
    assert len(older) == 400
    assert len({e["source"] for e in older}) == 400
    assert sum(1 for _ in teams(large)) == 1_000


def test_share_of_contradictions() -> None:
    """With `contradictory=0.09`, 90 of 1,000 identities have records that disagree, and all three kinds occur."""
    kinds: defaultdict[str, set[int]] = defaultdict(set)
    emails: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    for envelope in population(1_000, contradictory=0.09, partial=0, stale=0, teams=0):
        me = envelope["document"]["response"]
        emails[identity(me), envelope["observed_at"]].add(me["email"])
        if any(row["userid"] == 1 and row["role"] != "admin" for row in me["roles"]):
            kinds["role"].add(identity(me))
        own = me["business_memberships"][0]["business"]
        for row in own["business_clients"] or ():
            if (
                row["business_id"] != own["id"]
                or row["account_business"]["account_id"] != row["account_id"]
            ):
                kinds["client"].add(identity(me))
    kinds["attribute"] = {who for (who, _), given in emails.items() if len(given) > 1}
    assert len(kinds["role"] | kinds["client"] | kinds["attribute"]) == 90
    assert sum(map(len, kinds.values())) == 90
    assert min(map(len, kinds.values())) >= 5


def test_no_share_no_exception() -> None:
    """With all shares 0 there is one document an identity, and all tell the same moment's story."""
    envelopes = list(population(500, contradictory=0, stale=0, partial=0, teams=0))
    assert [identity(me) for me in mes(envelopes)] == list(range(700_001, 700_501))
    assert len(envelopes) == 500


def test_everyone_unseen_leaves_teams() -> None:
    """With `partial=1` identities appear in team documents only."""
    envelopes = list(population(500, contradictory=0, stale=0, partial=1, teams=1))
    assert not list(mes(envelopes))
    members = {
        row["identity_id"] for team in teams(envelopes) for row in team["business_group"]["members"]
    }
    assert members == set(range(700_001, 700_501))


def test_everyone_owns_one_business_that_is_in_full_agreement(small: list[Record]) -> None:
    """An owner's membership has its group row under the same id, and one `admin` row where there is an account."""
    owned: set[int] = set()
    for me in mes(small):
        (own,) = (row for row in me["business_memberships"] if row["role"] == "owner")
        owned.add(own["business"]["id"])
        (group,) = (row for row in me["groups"] if row["id"] == int(own["id"]))
        assert (group["role"], group["business_id"]) == ("owner", own["business"]["id"])
        roles = [row for row in me["roles"] if row["accountid"] == own["business"]["account_id"]]
        assert [(row["role"], row["userid"]) for row in roles] == [("admin", 1)] * (
            own["business"]["account_id"] is not None
        )
    assert len(owned) == 2_000


def test_four_fifths_have_an_account(small: list[Record]) -> None:
    """1,600 of 2,000 businesses keep an account, each its own, in a case-sensitive alphabet."""
    accounts = {team["id"]: team["account_id"] for team in teams(small)}
    kept = [account for account in accounts.values() if account is not None]
    assert len(accounts) == 2_000
    assert len(kept) == len(set(kept)) == 1_600
    assert all(re.fullmatch(r"[0-9A-Za-z]{5}", account) for account in kept)


def test_teams_say_what_members_say(small: list[Record]) -> None:
    """With everything observed, team documents and memberships list the same people, words, ids and group."""
    said_by_members = {
        (int(row["id"]), row["role"], identity(me), row["business"]["id"])
        for me in mes(small)
        for row in me["business_memberships"]
    }
    said_by_teams = {
        (row["id"], row["role"], row["identity_id"], team["id"])
        for team in teams(small)
        for row in team["business_group"]["members"]
    }
    assert said_by_members == said_by_teams
    groups = {row["id"]: row for me in mes(small) for row in me["groups"]}
    for team in teams(small):
        for row in team["business_group"]["members"]:
            assert row["group_id"] == team["business_group"]["id"]
            assert (
                groups[row["id"]].items()
                >= {k: row[k] for k in ("group_id", "role", "active")}.items()
            )


def test_a_business_is_the_same_in_every_document(small: list[Record]) -> None:
    """Every document that shows a business shows the same record, but for the group a team document adds."""
    shown: dict[int, Record] = {}
    for record in businesses(small):
        plain = {key: value for key, value in record.items() if key != "business_group"}
        assert shown.setdefault(record["id"], plain) == plain


def test_ids_are_unique_per_kind(large: list[Record]) -> None:
    """One id of one kind always names one thing, in all documents together."""
    named: dict[tuple[str, Any], Any] = {}

    def name(kind: str, key: Any, thing: Any) -> None:
        assert named.setdefault((kind, key), thing) == thing

    for me in mes(large):
        who = identity(me)
        for row in me["business_memberships"]:
            name("membership", int(row["id"]), (who, row["business"]["id"]))
        for row in me["groups"]:
            name("group row", row["id"], (who, row["group_id"]))
            name("group", row["group_id"], row["business_id"])
        for row in me["roles"]:
            name("role", row["id"], (who, row["accountid"]))
            name("user", (row["accountid"], row["userid"]), who)
            name("system", row["systemid"], row["accountid"])
    for record in businesses(large):
        if record["account_id"] is not None:
            name("account", record["account_id"], record["id"])
        for row in record["business_clients"] or ():
            name("client", row["id"], (record["id"], row["account_id"]))


def test_clients(small: list[Record]) -> None:
    """No business is its own client; rows name the vendor that keeps the account; 14/16 of the owners hold the role."""
    keeps = {team["account_id"]: team["id"] for team in teams(small)}
    rows = [(team["id"], row) for team in teams(small) for row in team["business_clients"] or ()]
    unnamed = 0
    for business, row in rows:
        vendor = keeps[row["account_id"]]
        unnamed += "account_business_id" not in row["account_business"]
        assert row["account_business"].get("account_business_id", vendor) == vendor != business
        assert (
            row["client_business"]
            == {"business_id": business}
            == {"business_id": row["business_id"]}
        )
    roles = {
        (row["accountid"], row["userid"], me["business_memberships"][0]["business"]["id"])
        for me in mes(small)
        for row in me["roles"]
        if row["role"] == "client"
    }
    assert roles <= {(row["account_id"], row["userid"], business) for business, row in rows}
    assert 0.8 < len(roles) / len(rows) < 0.95
    assert 0.02 < unnamed / len(rows) < 0.12


def test_power_law_tail(vendors: list[int]) -> None:
    """The r-th largest of 20,000's vendors has about 1/r of the largest, which has about a fifth of all businesses.

    Tiers of width 5,000, 2,500, 1,250 ... have 1, 1, 2, 4 ... vendors; about 90 % of their clients are seen, as 10 % of
    the owners are not observed and only a few of those are shown by somebody else.
    """
    assert 4_400 <= vendors[0] <= 5_000
    for rank in (10, 30, 100, 300):
        assert 0.35 < vendors[rank - 1] * rank / 2_800 < 1.5
    assert len(vendors) > 500
    assert sum(vendors) / 10 < vendors[0] < sum(vendors) / 3


def test_largest_vendor_is_capped() -> None:
    """However large the population, no vendor has more than 10,000 clients, and the largest has nearly that many."""
    counts: Counter[str] = Counter()
    for envelope in population(60_000, partial=0, stale=0, contradictory=0, teams=0):
        own = envelope["document"]["response"]["business_memberships"][0]["business"]
        counts.update(row["account_id"] for row in own["business_clients"] or ())
    assert 9_990 <= max(counts.values()) <= 10_000


def test_accountants_and_staff(large: list[Record]) -> None:
    """A few accountants serve 50 to 500 businesses each; every word of the membership dialect but `client` occurs."""
    served: Counter[int] = Counter()
    words: Counter[str] = Counter()
    for me in mes(large):
        words.update(row["role"] for row in me["business_memberships"])
        served[identity(me)] = sum(
            row["role"] == "business_accountant" for row in me["business_memberships"]
        )
    many = [count for count in served.values() if count]
    assert 5 <= len(many) <= 40
    assert min(many) >= 45  # some of the 50 may be the accountant's own, or in another part
    assert max(many) <= 500
    staff = {
        word: count for word, count in words.items() if word not in ("owner", "business_accountant")
    }
    assert set(staff) == {
        "business_employee",
        "business_manager",
        "manager",
        "contractor",
        "business_partner",
    }
    assert staff["business_employee"] == max(staff.values())


def test_employees_manage_projects(small: list[Record]) -> None:
    """An employee holds a `manager` row in a project group of that business: never a membership's id, nor its group."""
    level = {team["business_group"]["id"] for team in teams(small)}
    for me in mes(small):
        held = {int(row["id"]): row for row in me["business_memberships"]}
        projects = [row for row in me["groups"] if row["id"] not in held]
        assert all(row["role"] == "manager" and row["group_id"] not in level for row in projects)
        employed = {
            row["business"]["id"] for row in held.values() if row["role"] == "business_employee"
        }
        elsewhere = {
            row["business_id"] for row in projects
        } - employed  # a closed business, at most
        assert employed <= {row["business_id"] for row in projects}
        assert len(elsewhere) <= 1
        assert elsewhere.isdisjoint(row["business"]["id"] for row in held.values())


def test_statuses(large: list[Record]) -> None:
    """Statuses are keyed by the accounts with a non-client role, about 11:1:3:1 where the business still exists."""
    counts: Counter[str] = Counter()
    for me in mes(large):
        assert set(me["subscription_statuses"]) == {
            r["accountid"] for r in me["roles"] if r["role"] != "client"
        }
        own = me["business_memberships"][0]["business"]["account_id"]
        if own is not None:
            counts[me["subscription_statuses"][own]] += 1
    for word, sixteenths in {
        "active": 11,
        "active_trial": 1,
        "trial_expired": 3,
        "cancelled": 1,
    }.items():
        assert abs(counts[word] / counts.total() - sixteenths / 16) < 0.02


def test_real_world_shapes(large: list[Record]) -> None:
    """The nulls, placeholders, tokens and string ids that real documents have all occur, at their rates."""
    own = [me["business_memberships"][0] for me in mes(large)]
    share = {
        "unconfirmed": sum(me["confirmed_at"] is None for me in mes(large)),
        "string id": sum(isinstance(me.get("id") or me["identity_id"], str) for me in mes(large)),
        "one id": sum(("id" in me) != ("identity_id" in me) for me in mes(large)),
        "no profession": sum(me["profession"] is None for me in mes(large)),
        "no permissions": sum(me["permissions"] is None for me in mes(large)),
        "token": sum("fasttrack_token" in row for row in own),
        "inactive": sum(row["business"].get("active") is False for row in own),
        "silent on active": sum("active" not in row["business"] for row in own),
        "no name": sum(row["business"]["name"] == "" for row in own),
        "null clients": sum(row["business"]["business_clients"] is None for row in own),
    }
    bounds = {
        "unconfirmed": (0.02, 0.04),  # 1/32
        "string id": (0.02, 0.04),  # 1/32
        "one id": (0.22, 0.28),  # 2/8
        "no profession": (0.72, 0.78),  # 3/4
        "no permissions": (0.1, 0.22),  # a fifth have no account; some have another's
        "token": (0.11, 0.14),  # 1/8
        "inactive": (0.02, 0.035),  # 7/8 of 1/32
        "silent on active": (0.11, 0.14),  # 1/8
        "no name": (0.02, 0.04),  # 1/32
        "null clients": (0.03, 0.15),  # a quarter of those without a client row
    }
    for name, (least, most) in bounds.items():
        assert least < share[name] / len(own) < most, name
    assert all(
        me["addresses"] == [None] and me["phone_numbers"][0]["phone_number"] is None
        for me in mes(large)
    )


def test_addresses_are_reserved(large: list[Record]) -> None:
    """Every e-mail address is under example.com or example.org, and every token is visibly none."""
    text = msgspec.json.encode(large).decode()
    assert set(re.findall(r"@([\w.-]+)", text)) == {"example.com", "example.org"}
    assert set(re.findall(r'"fasttrack_token":"([^"]+)"', text)) == {
        "eyJhbGciOiJub25lIn0.eyJmYWtlIjp0cnVlfQ.not-a-signature"
    }


def test_scale(large: list[Record]) -> None:
    """About seven relations an identity: memberships, accounts kept, client relations, role rows and group rows."""
    members, keeps, clients, rows = set(), set(), set(), set()
    for me in mes(large):
        members |= {(identity(me), row["business"]["id"]) for row in me["business_memberships"]}
        rows |= {("group", row["id"]) for row in me["groups"]} | {
            ("role", row["id"]) for row in me["roles"]
        }
    for record in businesses(large):
        if record["account_id"] is not None:
            keeps.add(record["account_id"])
        clients |= {row["id"] for row in record["business_clients"] or ()}
    assert 6 < (len(members) + len(keeps) + len(clients) + len(rows)) / SIZE < 8


def test_older_documents_state_more(large: list[Record]) -> None:
    """An older document states one membership, with its group row, that the newer one of the same identity lacks."""
    latest = {
        e["source"]: e["document"]["response"] for e in large if e["observed_at"] >= "2026-03"
    }
    revoked_roles = 0
    for envelope in large:
        if envelope["observed_at"] >= "2026-03":
            continue
        was, now = envelope["document"]["response"], latest[envelope["source"]]
        for section in ("business_memberships", "groups"):
            assert [row for row in was[section] if row in now[section]] == now[section]
            assert len(was[section]) == len(now[section]) + 1
        revoked_roles += len(was["roles"]) - len(now["roles"])
    assert 280 <= revoked_roles <= 360  # four fifths of 400


def test_the_product_reads_it() -> None:
    """Every document is taken, and folding finds as many contradictions as were put in, and none otherwise."""

    def issues(contradictory: float) -> Counter[str]:
        taken = []
        for envelope in population(1_000, contradictory=contradictory):
            observation = read(
                msgspec.json.encode(envelope), dt.datetime(2026, 1, 1, tzinfo=dt.UTC), ""
            )
            assert isinstance(observation, Observation)
            assert not observation.issues
            taken.append(state(observation, tables.STOCK))
        return Counter(
            issue.code for issue in AccessGraph.build(fold(claim_set(taken), tables.STOCK)).issues
        )

    assert issues(0) == {}
    assert set(issues(0.05)) == {"role_disagreement", "reference_conflict", "attribute_conflict"}


@pytest.mark.parametrize("size", [1, 2, 3, 11, 12, 16, 50, 399])
def test_tiny_populations(size: int) -> None:
    """Any number of identities from 1 works, with everybody special."""
    for special in ("contradictory", "stale", "partial"):
        shares = {"contradictory": 0.0, "stale": 0.0, "partial": 0.0, "teams": 1.0, special: 1.0}
        envelopes = list(population(size, 1, **shares))
        assert len({e["source"] for e in envelopes}) == size * (1 if special == "partial" else 2)


def test_memory_does_not_grow() -> None:
    """Four times the identities (tracing is slow: 8,000 against 2,000) peak at less than 1.5 times the memory, 3 MB.

    The peak is one document of an accountant with 500 businesses, which both populations have.
    """

    def peak(size: int) -> int:
        tracemalloc.start()
        deque(population(size), maxlen=0)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(500)
    assert peak(8_000) < min(1.5 * peak(2_000), 3_000_000)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"identities": 0}, "identities must be from 1"),
        ({"identities": -5}, "identities must be from 1"),
        ({"identities": 10**9}, "identities must be from 1"),
        ({"identities": 5, "seed": -1}, "seed must not be negative"),
        ({"identities": 5, "contradictory": -0.1}, "contradictory must be a share"),
        ({"identities": 5, "stale": 1.5}, "stale must be a share"),
        ({"identities": 5, "partial": float("nan")}, "partial must be a share"),
        ({"identities": 5, "teams": 2}, "teams must be a share"),
        ({"identities": 5, "partial": 0.9, "stale": 0.2}, "must not exceed 1"),
    ],
)
def test_wrong_arguments(arguments: Record, message: str) -> None:
    """A wrong argument is a ValueError that names it, at the call and not at the first document."""
    with pytest.raises(ValueError, match=message):
        population(**arguments)
