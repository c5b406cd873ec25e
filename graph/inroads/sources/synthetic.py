"""Synthetic populations of identities, as the documents that would be observed of them.

Nothing is remembered per identity. Relations follow from seeded permutations that can be inverted,
so a person's own document and a business's team document agree without either being kept. Only
integer arithmetic and `random.Random.random` are used: the same arguments give the same bytes on
every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd
from random import Random
from typing import Any, NamedTuple

Record = dict[str, Any]

LARGEST = 10**8  # identities; account ids of five characters stay unique far beyond it
FIRST_NAMES = ("Ada", "Ben", "Chloe", "Dev", "Elif", "Femi", "Ines", "Mateo")
LAST_NAMES = ("Adams", "Chen", "Diaz", "Haddad", "Ito", "Khan", "Novak", "Okafor")
TRADES = ("Bakery", "Design", "Farm", "Legal", "Media", "Plumbing", "Studio", "Tours")
CITIES = (
    ("Toronto", "Ontario", "Canada"),
    ("Lyon", None, "France"),
    ("Austin", "Texas", "United States"),
)
STATUSES = (
    ("active",) * 11 + ("active_trial",) + ("trial_expired",) * 3 + ("cancelled",)
)  # sixteenths
# The words of a membership by its record's key, so these are the shares among staff, in eighths.
STAFF = ("business_employee",) * 3 + (
    "business_manager",
    "manager",
    "contractor",
    "contractor",
    "business_partner",
)
ROLE_WORDS = {
    "owner": "admin",
    "manager": "business_manager",
}  # membership word -> deprecated word, where they differ
LEGACY_STAFF = (
    "business_employee",
    "business_manager",
    "manager",
    "business_accountant",
)  # `staff` in older rows
PLAN = {
    "notifications.access": True,
    "time_tracking.access": True,
    "client.limit": 2,
    "staff.limit": -1,
}
PLACEHOLDER_PHONE = {"title": "", "phone_number": None}
FAKE_TOKEN = "eyJhbGciOiJub25lIn0.eyJmYWtlIjp0cnVlfQ.not-a-signature"  # noqa: S105 - {"alg":"none"}.{"fake":true}

FIRST_IDENTITY, FIRST_BUSINESS, FIRST_MEMBERSHIP, FIRST_GROUP = (
    700_001,
    70_001,
    100_001,
    10_001,
)  # first ids
PERSON, BUSINESS, MEMBERSHIP, CLIENT = range(4)  # kinds of derived bits
MASK = 2**64 - 1
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PAIRS = tuple(a + b for a in DIGITS for b in DIGITS)


class _Order:
    """A seeded permutation of range(size) that answers in both directions."""

    def __init__(self, draw: Random, size: int) -> None:
        step = 1 + int(draw.random() * size)
        while gcd(step, size) != 1:
            step += 1
        self.size, self.step, self.back, self.shift = (
            size,
            step,
            pow(step, -1, size),
            int(draw.random() * size),
        )

    def place(self, item: int) -> int:
        return (item * self.step + self.shift) % self.size

    def at(self, place: int) -> int:
        return (place - self.shift) * self.back % self.size


class _Hubs:
    """Hubs that share a population by a power law: rank r has about `share * size / r` members.

    A tier is a fresh permutation cut into blocks, and a hub is the head of one block; widths halve
    from tier to tier, from `top` (at most a quarter of the population) to `least`. A member's key
    is unique in all tiers together.
    """

    def __init__(self, draw: Random, size: int, top: int, least: int, share: float) -> None:
        self.size, self.total = size, 0
        self.tiers: list[tuple[_Order, int, int, int]] = []
        width = min(top, size // 4)
        while width >= least:
            blocks = max(1, int(size * share) // width)
            self.tiers.append((_Order(draw, size), width, blocks, self.total))
            self.total += blocks
            width //= 2
        self.keys = size * len(self.tiers)

    def of(self, member: int) -> Iterator[tuple[int, int]]:
        """The (hub, key) pairs this member belongs to, at most one a tier."""
        for tier, (order, width, blocks, first) in enumerate(self.tiers):
            if (place := order.place(member)) < width * blocks:
                block, seat = divmod(place, width)
                if seat < width * blocks // (blocks + block):
                    yield first + block, tier * self.size + place

    def members(self, hub: int) -> Iterator[tuple[int, int]]:
        """The (member, key) pairs of this hub: the inverse of `of`. Empty from `total` on."""
        for tier, (order, width, blocks, first) in enumerate(self.tiers):
            if 0 <= (block := hub - first) < blocks:
                start = block * width
                for place in range(start, start + width * blocks // (blocks + block)):
                    yield order.at(place), tier * self.size + place


class _Membership(NamedTuple):
    identity: int
    business: int
    word: str
    key: int


def _moment(year: int, month: int, number: int) -> str:
    """The number-th second of the month's first 28 days, starting again after them."""
    days, second = divmod(number, 86_400)
    return f"{year}-{month:02}-{days % 28 + 1:02}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"


class _Population:
    """All facts about identities and their own businesses, both numbered from 0 to size - 1."""

    def __init__(
        self,
        size: int,
        seed: int,
        *,
        contradictory: float,
        stale: float,
        partial: float,
        teams: float,
    ) -> None:
        draw = Random(seed)  # noqa: S311 - made-up data, no secret
        self.size, self.salt = size, int(draw.random() * 2**53)
        self.unseen = round(size * partial)
        self.stale = self.unseen + round(size * stale)
        self.contradictory = self.stale + round(size * contradictory)
        self.teams = round(size * teams)
        self.fates, self.team_order, self.former_order = (_Order(draw, size) for _ in range(3))
        # The first businesses of `accounts` are vendors, so a vendor always has an account; the
        # last fifth has none.
        self.accounts, self.employers, self.books = (_Order(draw, size) for _ in range(3))
        # Vendors are hubs of businesses, held by businesses.
        self.vendors = _Hubs(draw, size, top=10_000, least=4, share=0.14)
        # Employers are hubs of identities, held by businesses.
        self.staff = _Hubs(draw, size, top=48, least=3, share=0.12)
        # Accountants are hubs of businesses, held by identities.
        self.accountants = _Hubs(draw, size, top=500, least=100, share=0.06)
        # Keys of records are consecutive: owners, staff, accountants, former, project rows, closed
        # businesses.
        self.accountant_keys = size + self.staff.keys
        self.former_keys = self.accountant_keys + self.accountants.keys
        self.project_keys = self.former_keys + size
        self.closed_keys = self.project_keys + self.accountant_keys

    def bits(self, kind: int, number: int) -> int:
        """Derive 64 bits from the seed, the kind and the number only (the splitmix64 finalizer)."""
        x = ((number << 2 | kind) * 0x9E3779B97F4A7C15 + self.salt) & MASK
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & MASK
        x = (x ^ x >> 27) * 0x94D049BB133111EB & MASK
        return x ^ x >> 31

    def fate(self, identity: int) -> str:
        """Return the peculiarity of an identity's documents, or an empty text."""
        place = self.fates.place(identity)
        if place < self.unseen:
            return "unseen"
        if place < self.stale:
            return "stale"
        if place >= self.contradictory:
            return ""
        if place % 3 == 0 and self.account_id(identity) is not None:
            return "role"
        return "client" if place % 3 == 1 and any(self.clients(identity)) else "attribute"

    def account_id(self, business: int) -> str | None:
        if business < self.size and self.accounts.place(business) * 5 >= self.size * 4:
            return None
        # The multiplier has no factors of 62, so that ids do not repeat.
        x = (business * 387_420_489 + self.salt) % 62**5
        return PAIRS[x % 3844] + PAIRS[x // 3844 % 3844] + DIGITS[x // 3844**2]

    def clients(self, business: int) -> Iterator[tuple[int, int]]:
        """The (vendor, key) pairs this business is a client of."""
        for hub, key in self.vendors.of(business):
            if (vendor := self.accounts.at(hub)) != business:
                yield vendor, key

    def memberships(self, identity: int) -> list[_Membership]:
        found = {identity: _Membership(identity, identity, "owner", identity)}
        for hub, key in self.staff.of(identity):
            business = self.employers.at(hub)
            found.setdefault(
                business, _Membership(identity, business, STAFF[key % 8], self.size + key)
            )
        for business, key in self.accountants.members(self.books.place(identity)):
            row = _Membership(identity, business, "business_accountant", self.accountant_keys + key)
            found.setdefault(business, row)
        return list(found.values())

    def members(self, business: int) -> list[_Membership]:
        """Return `memberships` seen from the business, with the same precedence."""
        found = {business: _Membership(business, business, "owner", business)}
        for identity, key in self.staff.members(self.employers.place(business)):
            found.setdefault(
                identity, _Membership(identity, business, STAFF[key % 8], self.size + key)
            )
        for hub, key in self.accountants.of(business):
            identity = self.books.at(hub)
            row = _Membership(identity, business, "business_accountant", self.accountant_keys + key)
            found.setdefault(identity, row)
        return list(found.values())

    def former(self, identity: int, held: list[_Membership]) -> list[_Membership]:
        """Return a membership that only the older document states, if a business is left for it."""
        taken = {row.business for row in held}
        business = self.former_order.place(identity)
        while business in taken and len(taken) < self.size:
            business = (business + 1) % self.size
        row = _Membership(identity, business, STAFF[identity % 8], self.former_keys + identity)
        return [] if business in taken else [row]

    def person(self, identity: int) -> Record:
        h = self.bits(PERSON, identity) >> 52
        first, last = FIRST_NAMES[h & 7], LAST_NAMES[h >> 4 & 7]
        email = f"{first}.{last}.{identity}@example.{'org' if h & 256 else 'com'}".lower()
        return {"first_name": first, "last_name": last, "email": email}

    def name(self, business: int) -> str:
        h = self.bits(BUSINESS, business) >> 52
        return "" if h & 31 == 0 else f"{LAST_NAMES[h >> 8 & 7]} {TRADES[h >> 5 & 7]} {business}"

    def business(self, business: int) -> Record:
        """The business record, the same in every document that shows it."""
        h = self.bits(BUSINESS, business)
        rows = [self.client_row(business, vendor, key) for vendor, key in self.clients(business)]
        if rows and self.fate(business) == "client":
            disagreeing = rows[0]
            if h & 0x2000000:
                disagreeing["business_id"] = FIRST_BUSINESS + (business + 1) % self.size
            else:
                disagreeing["account_business"]["account_id"] = self.account_id(
                    business + self.size
                )
        city, province, country = CITIES[h % 3]
        place = {
            "street": None,
            "city": city,
            "province": province,
            "country": country,
            "postal_code": None,
        }
        record: Record = {
            "id": FIRST_BUSINESS + business,
            "business_uuid": f"b0000000-0000-4000-8000-{business:012x}",
            "name": self.name(business),
            "account_id": self.account_id(business),
            "date_format": "dd/mm/yyyy" if h & 256 else None,
            "address": {"id": 50_001 + business, **place} if h & 512 else None,
            "phone_number": PLACEHOLDER_PHONE.copy() if h & 1024 else None,
            "business_clients": rows if rows or h & 0x1800 else None,
        }
        # Older records do not state it.
        if h >> 13 & 7:
            record["active"] = h >> 16 & 31 != 0
        return record

    def client_row(self, business: int, vendor: int, key: int) -> Record:
        h, account_id = self.bits(CLIENT, key), self.account_id(vendor)
        behind: Record = {"account_business_id": FIRST_BUSINESS + vendor, "account_id": account_id}
        row: Record = {
            "id": 20_001 + key,
            "business_id": FIRST_BUSINESS + business,
            "account_id": account_id,
            "userid": 3 + 2 * key,
            "client_business": {"business_id": FIRST_BUSINESS + business},
            "account_business": behind,
        }
        if h & 15 == 0:
            del behind["account_business_id"]
        return row

    def group_row(self, held: _Membership, extra: Record, project: bool = False) -> Record:
        """Return the row in the business's own group (by membership id), or in a project."""
        key = held.key + self.project_keys if project else held.key
        row: Record = {
            "id": FIRST_MEMBERSHIP + key,
            "group_id": FIRST_GROUP + 4 * held.business + (1 + key % 3 if project else 0),
            "role": "manager" if project else held.word,
            "identity_id": FIRST_IDENTITY + held.identity,
            "business_id": FIRST_BUSINESS + held.business,
            "active": self.bits(MEMBERSHIP, key) & 63 != 0,
        }
        return row | extra | {"company": self.name(held.business)} if extra else row

    def role_row(
        self, key: int, word: str, userid: int, business: int, account_id: str | None
    ) -> Record:
        return {
            "id": 200_001 + key,
            "role": word,
            "systemid": 1_000_001 + business,
            "userid": userid,
            "created_at": _moment(2012 + key % 12, 1 + key % 7, key),
            "links": {"destroy": f"/service/auth/api/v1/users/role/{200_001 + key}"},
            "accountid": account_id,
        }

    def sections(
        self, identity: int, held: list[_Membership], extra: Record, conflict: bool, closed: bool
    ) -> Record:
        """Return the sections of `me` that state grants; older group rows have `extra`."""
        memberships: list[Record] = []
        groups: list[Record] = []
        roles: list[Record] = []
        statuses: dict[str | None, str] = {}
        for row in held:
            business = self.business(row.business)
            memberships.append(
                {"id": FIRST_MEMBERSHIP + row.key, "role": row.word, "business": business}
            )
            if row.key & 7 == 0:
                memberships[-1]["fasttrack_token"] = FAKE_TOKEN
            groups.append(self.group_row(row, extra))
            if row.word == "business_employee" and row.key < self.former_keys:
                groups.append(self.group_row(row, extra, project=True))
            if (account_id := business["account_id"]) is not None:
                word = (
                    "staff"
                    if row.word in LEGACY_STAFF and row.key & 16
                    else ROLE_WORDS.get(row.word, row.word)
                )
                if row.word == "owner" and conflict:
                    word = "business_employee"
                userid = 1 if row.word == "owner" else 2 + 2 * row.key
                roles.append(self.role_row(2 * row.key, word, userid, row.business, account_id))
                statuses[account_id] = STATUSES[self.bits(BUSINESS, row.business) >> 28 & 15]
        # A closed business leaves a role and a project row, and no membership.
        if closed:
            gone, key = self.size + identity, self.closed_keys + identity
            groups.append(
                self.group_row(
                    _Membership(identity, gone, "", key - self.project_keys), extra, project=True
                )
            )
            roles.append(self.role_row(2 * key, "admin", 1, gone, self.account_id(gone)))
            statuses[self.account_id(gone)] = "cancelled"
        permissions = {account_id: PLAN.copy() for account_id in statuses}
        for vendor, key in self.clients(identity):
            if self.bits(CLIENT, key) >> 8 & 15 < 14:
                roles.append(
                    self.role_row(
                        2 * key + 1, "client", 3 + 2 * key, vendor, self.account_id(vendor)
                    )
                )
        return {
            "permissions": permissions or None,
            "groups": groups,
            "subscription_statuses": statuses,
            "business_memberships": memberships,
            "roles": roles,
        }

    def me(self, identity: int, fate: str, past: bool = False) -> Record:
        """Return the body of the identity's own document; `past` adds a former membership."""
        h, person = self.bits(PERSON, identity), self.person(identity)
        held = self.memberships(identity)
        if past:
            held += self.former(identity, held)
        number: int | str = FIRST_IDENTITY + identity
        sections = self.sections(
            identity, held, person if h & 3 == 0 else {}, fate == "role", h >> 16 & 31 == 0
        )
        # Some exporters write ids as strings.
        if h >> 21 & 31 == 0:
            number = str(number)
            for row in sections["business_memberships"]:
                row["id"] = str(row["id"])
        # Some dates are later than a role, which no service should give.
        since = 2012 if h >> 40 & 31 == 0 else 2000
        created, confirmed = _moment(since + h % 12, 1 + h % 7, h >> 8 & 0xFFFFF), h >> 26 & 31 != 0
        response: Record = {
            "id": number,
            "identity_id": number,
            "identity_uuid": f"a0000000-0000-4000-8000-{identity:012x}",
            **person,
            "confirmed_at": created if confirmed else None,
            "created_at": created,
            "unconfirmed_email": None if confirmed else person["email"],
            "setup_complete": confirmed,
            "phone_numbers": [PLACEHOLDER_PHONE.copy()],
            "addresses": [None],
            "profession": {"id": 1 + identity, "title": "Accounting"} if h >> 31 & 3 == 0 else None,
            "integrations": {"mail": {"email": person["email"]}} if h >> 33 & 15 == 0 else {},
            **sections,
        }
        # A document may have only one of its ids.
        if (form := h >> 37 & 7) < 2:
            del response["id" if form else "identity_id"]
        return response

    def team(self, business: int) -> Record:
        """The body of the business's team document."""
        members = []
        for row in self.members(business):
            uuid = f"a0000000-0000-4000-8000-{row.identity:012x}"
            members.append(
                self.group_row(row, {}) | {"identity_uuid": uuid} | self.person(row.identity)
            )
        group = {"id": FIRST_GROUP + 4 * business, "category": "business", "members": members}
        return self.business(business) | {"business_group": group}

    def envelopes(self) -> Iterator[Record]:
        for number in range(self.size):
            now, fate = _moment(2026, 3, number), self.fate(number)
            if fate != "unseen":
                source = f"generated:me/{FIRST_IDENTITY + number}"
                if fate == "stale":
                    yield _envelope(
                        _moment(2026, 1, number), source, self.me(number, fate, past=True)
                    )
                yield _envelope(now, source, self.me(number, fate))
                if fate == "attribute":
                    other = {"last_name": "Renamed", "email": f"renamed.{number}@example.com"}
                    yield _envelope(now, source, self.me(number, fate) | other)
            if self.team_order.place(number) < self.teams:
                yield _envelope(now, f"generated:team/{FIRST_BUSINESS + number}", self.team(number))


def _envelope(observed_at: str, source: str, response: Record) -> Record:
    return {"observed_at": observed_at, "source": source, "document": {"response": response}}


def population(
    identities: int,
    seed: int = 0,
    *,
    contradictory: float = 0.01,
    stale: float = 0.02,
    partial: float = 0.1,
    teams: float = 0.05,
) -> Iterator[dict[str, Any]]:
    """Yield the documents of a made-up population in envelopes.

    An envelope is `{"observed_at", "source", "document"}`. The arguments are checked at the call.
    `identities` counts people, each the owner of one business; the other arguments but `seed` are
    shares from 0 to 1. Of the identities, `partial` never have their own `me` observed, `stale`
    have an older one too, with a membership, group row and perhaps role row since revoked, and
    `contradictory` have records that disagree; these three never overlap. Of the businesses,
    `teams` have their team observed, as it is in the present. Older documents are of January 2026,
    all others of March 2026.

    Four in five businesses have an account. The largest vendor has a quarter of all businesses as
    clients, at most 10,000, and further down the vendor of rank r has about
    `0.14 * identities / r`. A staff has up to 48 members; an accountant serves 50 to 500
    businesses, from 400 identities on. Memory does not grow with the population, though a document
    does with its memberships.

    Raises ValueError if `identities` is not from 1 to 100,000,000, `seed` is negative, a share is
    not from 0 to 1, or the three shares of identities exceed 1 together.

    >>> next(population(1))["document"]["response"]["business_memberships"][0]["role"]
    'owner'
    """
    if not 1 <= identities <= LARGEST:
        raise ValueError(f"identities must be from 1 to {LARGEST}, not {identities}")
    if seed < 0:
        raise ValueError(f"seed must not be negative, not {seed}")
    shares = {"contradictory": contradictory, "stale": stale, "partial": partial, "teams": teams}
    for name, share in shares.items():
        if not 0 <= share <= 1:
            raise ValueError(f"{name} must be a share from 0 to 1, not {share}")
    if contradictory + stale + partial > 1 + 1e-9:
        raise ValueError(
            "contradictory, stale and partial are shares of the same identities and must not exceed 1"
        )
    return _Population(identities, seed, **shares).envelopes()
