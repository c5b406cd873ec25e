"""Small worlds of valid documents, drawn by Hypothesis or by a seeded generator."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

Body = dict[str, Any]
World = list[tuple[Body, datetime]]
T = TypeVar("T")

ACCOUNTS = ("zDmNq", "007", "2016-01-26", "1e5", "ZDMNQ", "7", "null")
STATUSES = ("active", "active", "active_trial", "active", "trial_expired", "cancelled")

# Words of the membership dialect; the last ones belong to the other dialect or to none.
MEMBERSHIP_WORDS = (
    "owner",
    "business_partner",
    "business_manager",
    "manager",
    "business_employee",
    "business_accountant",
    "contractor",
    "client",
    "admin",
    "staff",
    "Owner",
    "wizard",
)
# Words of the `roles` dialect; the last ones belong to the other dialect or to none.
ROLE_WORDS = (
    "admin",
    "owner",
    "business_partner",
    "business_manager",
    "business_employee",
    "business_accountant",
    "contractor",
    "staff",
    "client",
    "manager",
    "Client",
    "wizard",
)
# How the `roles` section says what a membership says.
SAME_ROLE = {
    "owner": ("admin", "owner"),
    "business_partner": ("business_partner",),
    "business_manager": ("staff", "business_manager"),
    "manager": ("staff", "business_manager"),
    "business_employee": ("staff", "business_employee"),
    "business_accountant": ("staff", "business_accountant"),
    "contractor": ("contractor",),
}
START = datetime(2026, 1, 1, tzinfo=UTC)


class Choices(Protocol):
    """Where the choices come from. The first and the lowest choice is always the simplest one."""

    def pick(self, options: Sequence[T], /) -> T:
        """One of the options."""

    def chance(self, percent: int, /) -> bool:
        """True in about so many cases of a hundred; False is the simpler one."""

    def part(self, make: Callable[[], T], /) -> T:
        """What `make` gives, all its choices held together as one part that can be left out."""


class Seeded:
    """Choices of a seeded generator."""

    def __init__(self, rng: random.Random) -> None:
        self._random = rng.random

    def pick(self, options: Sequence[T], /) -> T:
        return options[int(self._random() * len(options))]

    def chance(self, percent: int, /) -> bool:
        return self._random() * 100 < percent

    def part(self, make: Callable[[], T], /) -> T:
        return make()


class Drawn:
    """Choices that Hypothesis makes, remembers and shrinks."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def pick(self, options: Sequence[T], /) -> T:
        return options[self._draw(st.integers(0, len(options) - 1))]

    def chance(self, percent: int, /) -> bool:
        return self._draw(st.integers(0, 19)) >= 20 - max(
            1, percent // 5
        )  # few steps to shrink through

    def part(self, make: Callable[[], T], /) -> T:
        return self._draw(st.builds(make))


class _Builder:
    """Builds one world. Attributes of a node are the same wherever one moment states them, so ties never disagree."""

    def __init__(self, choose: Choices, size: int) -> None:
        self.choose = choose
        self.size = size
        more = max(0, size - 6) // 3
        self.moments = [START + timedelta(days=day) for day in range(choose.pick((2, 1, 3, 4)))]
        # The ranges overlap on purpose: each kind of id counts separately.
        self.identities = list(range(1, 1 + choose.pick((2, 3, 4)) + more))
        self.businesses = list(range(1, 1 + choose.pick((3, 4, 5)) + more))
        self.project_groups = [21, 22, 23, *range(24, 24 + more)]
        pool = [*ACCOUNTS, *(f"acc{number}" for number in range(more))]
        self.accounts: list[str] = []
        for _ in range(choose.pick((3, 4)) + more):
            self.accounts.append(pool.pop(choose.pick(range(len(pool)))))
        self.home = dict(
            zip(self.businesses, self.accounts, strict=False)
        )  # the account that a business mostly keeps
        self.attributes: dict[tuple[str, object, datetime], Any] = {}

    # ---- small parts

    def some(self, limit: int, percent: int, make: Callable[[], T]) -> list[T]:
        """None to `limit` things, each one made if the chance for one more comes up."""
        made: list[T] = []
        while len(made) < limit:
            more = self.choose.part(lambda: [make()] if self.choose.chance(percent) else [])
            if not more:
                break
            made.extend(more)
        return made

    def ident(self, number: int) -> int | str:
        return str(number) if self.choose.chance(10) else number

    def attribute(self, kind: str, node: object, moment: datetime, options: Sequence[Any]) -> Any:
        key = (kind, node, moment)
        if key not in self.attributes:
            self.attributes[key] = self.choose.pick(options)
        return self.attributes[key]

    def maybe_active(self, row: Body) -> Body:
        if self.choose.chance(50):
            row["active"] = not self.choose.chance(25)
        return row

    def section(self, body: Body, name: str, rows: list[Any]) -> None:
        """Puts a section in; an empty one may be null or absent, a full one may hold a null row."""
        if not rows and not self.choose.chance(60):
            if self.choose.chance(50):
                body[name] = None
            return
        if self.choose.chance(5):
            rows.insert(self.choose.pick(range(len(rows) + 1)), None)
        body[name] = rows

    def word(self, words: Sequence[str]) -> str:
        """Half of the words give control, since nothing is reached behind a business without it."""
        controls = [word for word in words[:3] if word in SAME_ROLE and word != "business_manager"]
        return self.choose.pick(controls) if self.choose.chance(45) else self.choose.pick(words)

    @staticmethod
    def record_id(identity: int, business: int) -> int:
        """Memberships, group rows and team rows share one id space."""
        return 1000 * identity + business

    @staticmethod
    def level_group(business: int) -> int:
        return business  # a group id may equal the business's own id

    # ---- records

    def business(self, business: int, moment: datetime) -> Body:
        choose = self.choose
        body: Body = {"id": self.ident(business), "name": f"business {business}"}
        if not choose.chance(10):
            account: str | None = self.home.get(business)
            if choose.chance(12):
                account = choose.pick(self.accounts)
            elif choose.chance(8):
                account = None
            body["account_id"] = account
        if choose.chance(50):
            body["active"] = self.attribute("active", business, moment, (True, True, True, False))
        if choose.chance(75):
            rows: list[Body | None] = [*self.some(2, 55, lambda: self.client_row(business))]
            if choose.chance(4):
                rows.insert(0, None)
            body["business_clients"] = rows
        elif choose.chance(30):
            body["business_clients"] = None
        return body

    def client_row(self, shown: int) -> Body:
        choose = self.choose
        index = self.businesses.index(shown)
        others = [self.businesses[(index + step) % len(self.businesses)] for step in (1, -1, 2)]
        if choose.chance(15):
            return self.vendor_side_row(shown, choose.pick(others))
        # A ring of businesses, each a client of the next and sometimes of the one before: mutual clients, long cycles.
        vendor = shown if choose.chance(4) else choose.pick((others[0], others[0], *others))
        account = self.home.get(vendor) or choose.pick(self.accounts)
        if choose.chance(10):
            account = choose.pick(self.accounts)
        row: Body = {
            "id": 5000 + 10 * shown + vendor,
            "business_id": self.ident(shown),
            "account_id": account,
            "userid": choose.pick((1, 2, 3)),
            "client_business": {"business_id": self.ident(shown)},
            "account_business": {"account_business_id": self.ident(vendor), "account_id": account},
        }
        if choose.chance(12):
            row["account_id"] = None
        elif choose.chance(15):
            row["account_business"] = choose.pick(
                (None, {}, {"account_business_id": None, "account_id": account})
            )
        elif choose.chance(8):
            row["account_business"]["account_id"] = choose.pick(self.accounts)
        if choose.chance(8):
            row["client_business"] = None
        elif choose.chance(8):
            self.disagree(row, shown, vendor)
        return row

    def disagree(self, row: Body, shown: int, vendor: int) -> None:
        """Names another client than the business that shows the row."""
        other = self.choose.pick([b for b in self.businesses if b != shown])
        if self.choose.chance(50) and vendor != shown:
            row["client_business"] = {"business_id": self.ident(other)}
        else:
            row["business_id"] = self.ident(other)

    def vendor_side_row(self, shown: int, client: int) -> Body:
        account = self.home.get(shown) or self.choose.pick(self.accounts)
        row: Body = {
            "id": 6000 + 10 * shown + client,
            "business_id": self.ident(self.choose.pick((client, shown))),
            "account_id": account,
            "userid": self.choose.pick((1, 2, 3)),
            "client_business": {"business_id": self.ident(client)},
            "account_business": {"account_business_id": self.ident(shown), "account_id": account},
        }
        if self.choose.chance(10):
            row["account_id"] = None
        return row

    def group_row(
        self, identity: int, record: int, group: int, business: int | None, role: str
    ) -> Body:
        row: Body = {"id": self.ident(record), "group_id": self.ident(group), "role": role}
        row["identity_id"] = self.ident(identity)
        if business is not None:
            row["business_id"] = self.ident(business)
        return self.maybe_active(row)

    def role_row(self, identity: int, account: str, role: str) -> Body:
        place = self.accounts.index(account)
        return {
            "id": 7000 + 10 * identity + place,
            "role": role,
            "systemid": 8000 + place,
            "userid": self.choose.pick((1, 2, 3)),
            "accountid": account,
        }

    # ---- documents

    def me(self, identity: int, moment: datetime) -> Body:
        choose = self.choose
        form = choose.pick(("id", "id", "identity_id", "both"))
        body: Body = {}
        if form != "identity_id":
            body["id"] = self.ident(identity)
        if form != "id":
            body["identity_id"] = self.ident(identity)
        body["email"] = f"i{identity}@example.com"
        if choose.chance(60):
            body["confirmed_at"] = self.attribute(
                "confirmed_at", identity, moment, (*["2016-01-26T16:01:23Z"] * 4, None)
            )
        memberships: list[Any] = []
        groups: list[Any] = []
        roles: list[Any] = []
        for row, group_rows, role_rows in self.some(
            3, 70, lambda: self.membership(identity, moment)
        ):
            memberships.append(row)
            groups.extend(group_rows)
            roles.extend(role_rows)
        groups.extend(self.some(2, 40, lambda: self.loose_group_row(identity)))
        roles.extend(self.some(2, 45, lambda: self.loose_role_row(identity)))
        statuses = {
            account: self.attribute("status", account, moment, STATUSES)
            for account in self.accounts
            if choose.chance(25)
        }
        self.section(body, "business_memberships", memberships)
        self.section(body, "groups", groups)
        self.section(body, "roles", roles)
        if statuses or choose.chance(50):
            body["subscription_statuses"] = statuses
        return body

    def membership(self, identity: int, moment: datetime) -> tuple[Body, list[Body], list[Body]]:
        """A membership, with the group row and the role row that may say it again or contradict it."""
        choose = self.choose
        business = choose.pick(self.businesses)
        word = self.word(MEMBERSHIP_WORDS)
        record = self.record_id(identity, business)
        row: Body = {"id": self.ident(record), "role": word}
        if choose.chance(5):
            row["fasttrack_token"] = choose.pick(("secret one", "secret two"))
        row["business"] = self.business(business, moment)
        groups, roles = [], []
        if choose.chance(50):
            said = choose.pick(MEMBERSHIP_WORDS) if choose.chance(20) else word
            groups.append(
                self.group_row(identity, record, self.level_group(business), business, said)
            )
        account = self.home.get(business)
        if account is not None and choose.chance(50):
            said = (
                choose.pick(ROLE_WORDS)
                if choose.chance(20)
                else choose.pick(SAME_ROLE.get(word, ("staff",)))
            )
            roles.append(self.role_row(identity, account, said))
        return row, groups, roles

    def loose_role_row(self, identity: int) -> Body:
        """Half of these are client roles, the others any role on any account."""
        word = "client" if self.choose.chance(50) else self.choose.pick(ROLE_WORDS)
        return self.role_row(identity, self.choose.pick(self.accounts), word)

    def loose_group_row(self, identity: int) -> Body:
        """A row without its membership: a project group, or the business-level group of a business now left."""
        choose = self.choose
        business = choose.pick(self.businesses)
        role = self.word(MEMBERSHIP_WORDS)
        if choose.chance(40):
            record = self.record_id(identity, business)
            return self.group_row(identity, record, self.level_group(business), business, role)
        group = choose.pick(self.project_groups)
        if choose.chance(
            10
        ):  # the id of a membership, but of another business: this proves nothing
            record = self.record_id(
                identity, choose.pick([b for b in self.businesses if b != business])
            )
        else:
            record = 9000 + 100 * identity + group
        return self.group_row(
            identity, record, group, None if choose.chance(15) else business, role
        )

    def team(self, business: int, moment: datetime) -> Body:
        choose = self.choose
        group = choose.pick(self.project_groups) if choose.chance(6) else self.level_group(business)
        members: list[Any] = [
            choose.part(partial(self.team_row, identity, business, group))
            for identity in self.identities
            if choose.chance(50)
        ]
        if choose.chance(5):
            members.insert(0, None)
        business_group = {"id": self.ident(group), "category": "business", "members": members}
        record = self.business(business, moment)
        if choose.chance(50):
            return {"business": record, "business_group": business_group}
        return {**record, "business_group": business_group}

    def team_row(self, identity: int, business: int, group: int) -> Body:
        row: Body = {
            "id": self.ident(self.record_id(identity, business)),
            "group_id": group,
            "role": self.word(MEMBERSHIP_WORDS),
            "identity_id": self.ident(identity),
            "email": f"i{identity}@example.com",
            "business_id": business,
        }
        return self.maybe_active(row)

    def listing(self, business: int) -> Body:
        """A listing of team members: whole, a part of one, or one that does not say which."""
        choose = self.choose
        rows: list[Any] = [
            choose.part(partial(self.listed_row, identity, business))
            for identity in self.identities
            if choose.chance(40)
        ]
        if not rows or choose.chance(20):
            rows.append(self.listed_row(None, business))  # somebody without a login
        total: int | str = len(rows)
        if choose.chance(10):
            rows.append(copy.deepcopy(rows[0]))  # as where somebody joined between two pages
            total += 1
        if choose.chance(5):
            rows.insert(0, None)
        form = choose.pick(("whole", "part", "second page", "no meta"))
        if form == "no meta":
            return {"response": rows}
        meta: Body = {"page": 2 if form == "second page" else 1, "per_page": 30}
        meta["total"] = total + 7 if form == "part" else self.ident(total)
        if choose.chance(20):
            del meta["page"]
        return {"response": rows, "meta": meta}

    def listed_row(self, identity: int | None, business: int) -> Body:
        row: Body = {
            "uuid": f"{business}-{identity}",
            "business_id": self.ident(business),
            "business_role_name": self.word((*MEMBERSHIP_WORDS, "Business Partner")),
            "identity_id": None if identity is None else self.ident(identity),
        }
        if identity is not None:
            row["email"] = f"i{identity}@example.com"
        return self.maybe_active(row)

    def again(self, earlier: Body) -> Body:
        """The same document once more, perhaps with another token in it."""
        body = copy.deepcopy(earlier)
        bare = body.get("response", body)
        rows = bare.get("business_memberships") if isinstance(bare, dict) else bare
        for row in rows or []:
            if row is not None and "fasttrack_token" in row:
                row["fasttrack_token"] = "secret three"  # noqa: S105 - it only looks like a password
        return body

    def document(self, earlier: World) -> tuple[Body, datetime]:
        choose = self.choose
        if earlier and choose.chance(8):
            body, moment = choose.pick(earlier)
            return self.again(body), moment
        moment = choose.pick(self.moments)
        if choose.chance(15):
            return self.listing(choose.pick(self.businesses)), moment
        if choose.chance(30):
            body = self.team(choose.pick(self.businesses), moment)
        else:
            body = self.me(choose.pick(self.identities), moment)
        return ({"response": body} if choose.chance(60) else body), moment

    def world(self) -> World:
        """At least one document."""
        documents: World = []
        documents.append(self.document(documents))
        for _ in range(self.size - 1):
            more = self.some(1, 85, lambda: self.document(documents))
            if not more:
                break
            documents.extend(more)
        return documents


def random_world(rng: random.Random, size: int = 6) -> World:
    """A world of at most `size` documents. Larger sizes also have more identities, businesses and accounts."""
    return _Builder(Seeded(rng), size).world()


@st.composite
def worlds(draw: st.DrawFn, size: int = 6) -> World:
    """Worlds of at most `size` documents; they shrink to few documents with few rows."""
    return _Builder(Drawn(draw), size).world()
