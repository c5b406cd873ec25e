"""Reviews over GraphQL: what the command line says of them, decided by either door, in the name of who asks."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest
from graphql import GraphQLObjectType, get_named_type
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from applications import application
from campaigns import twins
from inroads import EXAMPLE, review
from inroads.explorer import load
from inroads.review import Campaign, Filter, report
from inroads.store.ledger import Ledger
from inroads_api.cli.commands import review as review_
from inroads_api.cli.main import app
from inroads_api.execution.execute import build_schema, execute
from inroads_api.schema.pages import Page
from inroads_api.schema.review.items import ItemWindow
from inroads_api.schema.review.seen import Seen
from inroads_api.security.audit import AuditLog
from inroads_api.security.authentication import Auth
from inroads_api.security.callers import TokenScope
from inroads_api.security.jwks import KeyFile
from inroads_api.security.oidc import Issuer
from inroads_api.security.tokens import TokenFile
from inroads_api.versions import review_desk
from inroads_api.versions.review_desk import Desk, Reviews
from inroads_api.versions.versions import Version, Versions
from provider import AUDIENCE, ELLIPTIC, ISSUER, public, token
from questions import NOON, Serve, code
from strategies import World, worlds
from worlds import observations

SCHEMA = build_schema(allow_review=True)
START = """mutation ($name: String!, $scope: ReviewScopeInput, $previous: ID, $by: String, $due: DateTime) {
  startReview(name: $name, scope: $scope, previous: $previous, by: $by, due: $due) { campaignId name itemCount } }"""
DECIDE = """mutation ($campaign: ID!, $answers: [ReviewAnswer!]!, $key: String, $by: String) {
  decideReview(campaign: $campaign, answers: $answers, key: $key, by: $by) {
    campaignId taken known repeated undecided } }"""
SIGN = """mutation ($campaign: ID!, $partial: Boolean! = false, $by: String) {
  signOffReview(campaign: $campaign, partial: $partial, by: $by) {
    campaignId signOff { by signedAt undecided sha256 } } }"""
MADE = "id verdict by decidedAt why carriedFrom"
CHANGED = "{ facts gained lost grants }"
ITEM = f"""number fingerprint opened principalId resourceId businessId who what roles capabilities certainty state
  stateReasons truncated sentence pathCount grantCount previous {{ {MADE} }} decision {{ {MADE} }} changed {CHANGED}
  history(first: 5) {{ nodes {{ {MADE} }} }}
  paths(first: 5) {{ grantIds roles certainty state stateReasons sentence }}
  grants(first: 5) {{ id relation roles words records {{ label id sha256 observedAt source pointer }} }}"""
FROZEN = f"""id name startedBy startedAt due version asOf policyDigest itemCount forgotten
  scope {{ identities resources roles certainty state kinds }} coverage {{ complete notes identitiesObserved newest }}
  previous {{ id }} signOff {{ by signedAt undecided sha256 }} progress {{ total undecided keep revoke unsure carried }}
  parts(first: 100) {{ nodes {{ businessId progress {{ total undecided keep revoke unsure carried }} }} }}
  items(first: 6) {{ totalCount nodes {{ {ITEM} }} }}
  endings(first: 100) {{ nodes {{ principalId resourceId gone previous {{ {MADE} }} }} }}"""
ALL = f"query ($id: ID!) {{ reviewCampaign(id: $id) {{ {FROZEN} }} }}"


class Door:
    """Asks one ledger over GraphQL, at noon; `who` is whom a token tells."""

    def __init__(self, ledger: Path, *, deciding: bool = True) -> None:
        self.ledger, self.deciding = ledger, deciding
        self.reviews = Reviews(ledger, lambda: NOON)
        self.versions = Versions(load(ledger), NOON, reached(ledger))

    def ask(self, query: str, who: str | None = None, **variables: Any) -> dict[str, Any]:
        desk = Desk(self.reviews, who, deciding=self.deciding)
        return execute(SCHEMA, self.versions, query, variables, desk=desk)

    def data(self, query: str, **variables: Any) -> Any:
        """The only field of an answer without errors."""
        response = self.ask(query, **variables)
        assert "errors" not in response, response
        (found,) = response["data"].values()
        return found

    def decide(self, *answers: tuple[int, str, str], **more: Any) -> Any:
        return self.data(DECIDE, **(asking(*answers) | more))

    def renew(self) -> None:
        """Serve what the ledger says now."""
        self.versions.swap(Version(load(self.ledger), NOON, reached(self.ledger)))


def asking(
    *answers: tuple[int, str, str], campaign: str = "Q1", by: str | None = "eve"
) -> dict[str, Any]:
    """Variables of a request to decide."""
    asked = [{"item": item, "verdict": verdict, "why": why} for item, verdict, why in answers]
    return {"campaign": campaign, "answers": asked} | ({"by": by} if by else {})


def reached(ledger: Path) -> int:
    with Ledger(ledger, read_only=True) as opened:
        return opened.sequence


def rows(ledger: Path) -> list[list[tuple[Any, ...]]]:
    """All that a ledger keeps of reviews."""
    tables = ("campaigns", "review_items", "review_decisions", "review_endings")
    with closing(sqlite3.connect(ledger)) as opened:
        return [
            opened.execute(f"SELECT * FROM {each} ORDER BY 1, 2, 3").fetchall()  # noqa: S608  # ours
            for each in tables
        ]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "very private: folder.db"
    with Ledger(file) as opened:
        opened.add(each.document for each in observations([(body, NOON) for body in twins()]))
    return file


@pytest.fixture
def door(ledger: Path) -> Door:
    made = Door(ledger)
    assert made.data(START, name="Q1", by="eve", due="2026-02-01T00:00:00Z") == {
        "campaignId": "1",
        "name": "Q1",
        "itemCount": 6,
    }
    return made


def owner(number: int, businesses: list[int]) -> dict[str, Any]:
    """What a `me` says of somebody who owns these businesses."""
    owned = [{"id": each, "role": "owner", "business": {"id": each}} for each in businesses]
    return {"id": number, "email": f"{number}@example.com", "business_memberships": owned}


def moments(text: str) -> str:
    return text.replace("+00:00", "Z")


class TestWhatIsSaid:
    def test_everything(self, door: Door) -> None:
        """Each item, path, grant, record and decision is that of the library, and so are the figures."""
        door.decide((1, "KEEP", ""), (2, "REVOKE", "left"))
        door.decide((2, "UNSURE", "ask"), by="adam")
        found = door.data(ALL, id="Q1")
        assert found == door.data(ALL, id="1")
        with Ledger(door.ledger, read_only=True) as opened:
            campaign = review.campaign(opened, "Q1")
            items, progress = list(campaign.items()), campaign.progress()
            histories = [campaign.history(each.number) for each in items]
        assert (found["startedBy"], found["startedAt"], found["due"]) == (
            "eve",
            "2026-03-01T12:00:00Z",
            "2026-02-01T00:00:00Z",
        )
        assert found["version"] == door.versions.current.name == campaign.head.version
        assert found["scope"]["kinds"] == ["BUSINESS", "ACCOUNT"]
        assert found["coverage"]["notes"] == list(campaign.head.coverage.notes) != []
        assert [found["progress"][name] for name in ("total", "undecided", "keep", "unsure")] == [
            6,
            4,
            1,
            1,
        ]
        assert {each["businessId"]: each["progress"] for each in found["parts"]["nodes"]} == {
            business: {name: getattr(part, name) for name in part.__struct_fields__}
            for business, part in progress.items()
            if business
        }
        for told, item, history in zip(found["items"]["nodes"], items, histories, strict=True):
            frozen = item.access
            assert (told["number"], told["fingerprint"], told["opened"]) == (
                item.number,
                item.fingerprint,
                item.opened,
            )
            assert (told["principalId"], told["resourceId"]) == (frozen.principal, frozen.resource)
            assert (told["who"], told["what"], told["sentence"]) == (
                frozen.who,
                frozen.what,
                frozen.sentence,
            )
            assert (told["roles"], told["state"]) == (list(frozen.roles), frozen.state)
            assert told["stateReasons"] == list(frozen.reasons)
            assert [each["sentence"] for each in told["paths"]] == [
                each.sentence for each in frozen.paths
            ]
            assert [each["grantIds"] for each in told["paths"]] == [
                list(each.grants) for each in frozen.paths
            ]
            assert told["pathCount"] == len(frozen.paths)
            assert told["grantCount"] == len(frozen.grants)
            said = [
                [
                    each.label,
                    each.id,
                    each.sha256,
                    moments(each.observed_at),
                    each.source,
                    each.pointer,
                ]
                for grant in item.grants
                for each in grant.records
            ]
            assert [
                list(each.values()) for grant in told["grants"] for each in grant["records"]
            ] == said
            made = [(str(each.number), each.verdict, each.by, each.why) for each in history]
            nodes = told["history"]["nodes"]
            assert [
                (each["id"], each["verdict"], each["by"], each["why"]) for each in nodes
            ] == made
            assert told["decision"] == (nodes[-1] if nodes else None)

    def test_the_next_campaign(self, door: Door) -> None:
        """What was carried over, what changed and what is gone is told as the library has it."""
        door.decide((1, "KEEP", ""), (2, "REVOKE", "left"), (3, "KEEP", "theirs"))
        door.data(
            START,
            name="Q2",
            by="adam",
            previous="Q1",
            scope={
                "resources": ["account:zDmNq", "account:Xr82w"],
                "identities": ["identity:712052"],
            },
        )
        found = door.data(ALL, id="Q2")
        assert found["previous"] == {"id": "1"}
        assert found["scope"]["resources"] == ["account:Xr82w", "account:zDmNq"]
        carried = {each["resourceId"]: each for each in found["items"]["nodes"]}
        assert set(carried) == {"account:zDmNq", "account:Xr82w"}
        vendor = carried["account:Xr82w"]
        assert (vendor["opened"], vendor["decision"]["by"], vendor["decision"]["carriedFrom"]) == (
            "CARRIED",
            "eve",
            "3",
        )
        assert {each["gone"] for each in found["endings"]["nodes"]} == {"OUT_OF_SCOPE"}
        assert sorted(each["previous"] is None for each in found["endings"]["nodes"]) == [
            False,
            False,
            False,
            True,
            True,
            True,
        ]
        listed = door.data("{ reviewCampaigns { totalCount nodes { name overdue } } }")
        assert listed == {
            "totalCount": 2,
            "nodes": [{"name": "Q1", "overdue": True}, {"name": "Q2", "overdue": False}],
        }

    def test_nothing_found(self, door: Door) -> None:
        """A campaign or an item that is not there is null; a hostile name is no other campaign's."""
        for name in ("Q9", "", "9", "\0", "\ud800", "9" * 40, "Q1' OR 1=1 --"):
            assert door.data("query ($id: ID!) { reviewCampaign(id: $id) { id } }", id=name) is None
        for number in (0, -1, 7, 2**31 - 1, -(2**31)):
            asked = f'{{ reviewCampaign(id: "Q1") {{ item(number: {number}) {{ number }} }} }}'
            assert door.data(asked) == {"item": None}

    def test_the_version_that_answers(self, door: Door) -> None:
        """Only drift, standing and the nodes follow the graph: all else stays as it was frozen."""
        door.decide((1, "KEEP", ""), (5, "REVOKE", "left"), (6, "REVOKE", "left"))
        now = """query { reviewCampaign(id: "Q1") { items { nodes { number principal { email } resource { id }
          standing { version stands difference { facts } explanation { sentence independentRoutes cut { id } } } } }
          drift { version same changed { nodes { number difference { facts lost } } } ended { nodes { number } }
            unseen { totalCount } appeared { nodes { principalId resourceId number } }
            revokedStanding { nodes { number } } revokedEnded { totalCount nodes { number principalId } } } } }"""
        frozen, before = door.data(ALL, id="Q1"), door.data(now)
        assert [each["standing"]["stands"] for each in before["items"]["nodes"]] == [True] * 6
        assert {each["principal"]["email"] for each in before["items"]["nodes"]} == {
            "b@example.com",
            "c@example.com",
        }
        assert before["drift"]["same"] == 6
        assert [each["number"] for each in before["drift"]["revokedStanding"]["nodes"]] == [5, 6]
        bodies = twins()
        rows_of = {"business_memberships": 311394, "groups": 311394, "roles": "e6Wmk"}
        for body, (section, gone) in itertools.product(bodies, rows_of.items()):
            body["response"][section] = [
                each for each in body["response"][section] if str(gone) not in json.dumps(each)
            ]
        with Ledger(door.ledger) as opened:
            later = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
            opened.add(each.document for each in observations([(body, later) for body in bodies]))
        assert door.data(now) == before, "the version is that which is served"
        door.renew()
        assert door.data(ALL, id="Q1") == frozen
        after = door.data(now)
        ended = {
            each["number"] for each in after["items"]["nodes"] if not each["standing"]["stands"]
        }
        assert ended == {each["number"] for each in after["drift"]["ended"]["nodes"]} == {5, 6}
        assert after["drift"]["version"] == door.versions.current.name != before["drift"]["version"]
        assert after["drift"]["revokedEnded"]["totalCount"] == 2
        assert after["drift"]["revokedStanding"]["nodes"] == []
        assert all(each["standing"]["explanation"] is None for each in after["items"]["nodes"][4:])
        door.decide((5, "KEEP", ""))
        assert door.data(now)["drift"]["revokedEnded"]["nodes"] == [
            {"number": 6, "principalId": "identity:712053"}
        ]

    def test_what_appeared_page_by_page(self, door: Door) -> None:
        """The pages of a drift have all of it, each once, also where ids of several lengths sort unlike numbers."""
        owned = {number: [number, number * 7] for number in (100, 9, 10, 2, 1_000_000, 11)}
        with Ledger(door.ledger) as opened:
            bodies = (
                {"response": owner(number, businesses)} for number, businesses in owned.items()
            )
            opened.add(each.document for each in observations([(body, NOON) for body in bodies]))
        door.renew()
        query = """query ($after: String) { reviewCampaign(id: "Q1") { drift { appeared(first: 5, after: $after) {
          totalCount nodes { principalId resourceId } pageInfo { hasNextPage endCursor } } } } }"""
        found, after = [], None
        while len(found) < 12:
            page = door.data(query, after=after)["drift"]["appeared"]
            found += [tuple(each.values()) for each in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
            assert page["totalCount"] == 12
            assert page["pageInfo"]["hasNextPage"] is (len(found) < 12)
        assert set(found) == {
            (f"identity:{who}", f"business:{what}") for who in owned for what in owned[who]
        }

    def test_without_a_ledger(self, door: Door) -> None:
        """Where no ledger is served the question has a code, and all else is answered."""
        response = execute(
            SCHEMA, door.versions, "{ graph { version } reviewCampaign(id: 1) { id } }"
        )
        assert code(response) == "REVIEWS_UNAVAILABLE"
        assert response["data"] == {
            "graph": {"version": door.versions.current.name},
            "reviewCampaign": None,
        }

    def test_a_ledger_that_is_gone(self, door: Door) -> None:
        """What is wrong with the ledger is told with its code, never with its place on the disk."""
        for file in door.ledger.parent.iterdir():
            file.unlink()
        for response in (
            door.ask('{ reviewCampaign(id: "Q1") { id } }'),
            door.ask(DECIDE, **asking((1, "KEEP", ""))),
        ):
            assert code(response) == "LEDGER_MISSING"
            assert "private" not in json.dumps(response)
            assert response["errors"][0]["message"] == "the ledger: there is no such file"

    def test_another_policy(self, door: Door, tmp_path: Path) -> None:
        """A graph under another policy is not compared, which is told beside all the rest."""
        policy = tmp_path / "policy.toml"
        policy.write_text('[subscriptions]\nalive = ["active"]\n')
        door.versions.swap(Version(load(door.ledger, policy=policy), NOON, 1))
        response = door.ask(
            '{ reviewCampaign(id: "Q1") { name drift { same } item(number: 1) { standing { stands } } } }'
        )
        assert [each["extensions"]["code"] for each in response["errors"]] == ["POLICY_DIFFERS"] * 2
        assert response["data"]["reviewCampaign"] == {
            "name": "Q1",
            "drift": None,
            "item": {"standing": None},
        }


class TestPages:
    PAGE = """query ($first: Int, $after: String, $last: Int, $before: String, $filter: ReviewFilter) {
      reviewCampaign(id: "Q1") { items(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
        totalCount edges { cursor node { number } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""

    def page(self, door: Door, **given: Any) -> Any:
        return door.data(self.PAGE, **given)["items"]

    @pytest.mark.parametrize(
        "chosen", [None, {"decided": False}, {"verdict": "KEEP"}, {"of": "business:311394"}]
    )
    def test_pages(self, door: Door, chosen: dict[str, Any] | None) -> None:
        """Pages of any size from either end are the list, and tell exactly what is on either side of them."""
        door.decide((1, "KEEP", ""), (4, "KEEP", ""))
        whole = [each["node"]["number"] for each in self.page(door, filter=chosen)["edges"]]
        assert (
            whole
            == {None: [1, 2, 3, 4, 5, 6], "decided": [2, 3, 5, 6], "verdict": [1, 4], "of": [5, 6]}[
                next(iter(chosen), None) if chosen else None
            ]
        )
        for size in (1, 2, 5, 6):
            for many, side, end in (
                ("first", "after", "endCursor"),
                ("last", "before", "startCursor"),
            ):
                seen: list[int] = []
                cursor = None
                while True:
                    found = self.page(door, **{many: size, side: cursor, "filter": chosen})
                    numbers = [each["node"]["number"] for each in found["edges"]]
                    seen = [*seen, *numbers] if side == "after" else [*numbers, *seen]
                    info = found["pageInfo"]
                    assert found["totalCount"] == len(whole)
                    assert info["hasNextPage"] is (bool(numbers) and numbers[-1] != whole[-1])
                    assert info["hasPreviousPage"] is (bool(numbers) and numbers[0] != whole[0])
                    if len(seen) == len(whole):
                        break
                    cursor = info[end]
                assert seen == whole
        empty = self.page(
            door,
            after=self.page(door, last=1, filter=chosen)["pageInfo"]["endCursor"],
            filter=chosen,
        )
        assert (
            empty["edges"],
            empty["pageInfo"]["hasPreviousPage"],
            empty["pageInfo"]["hasNextPage"],
        ) == (
            [],
            True,
            False,
        )
        assert empty["pageInfo"]["startCursor"] is None

    def test_cursors_last(self, door: Door) -> None:
        """A cursor holds while decisions are made, also about the item it stands on; another list's is refused."""
        undecided = {"decided": False}
        cursor = self.page(door, first=2, filter=undecided)["pageInfo"]["endCursor"]
        door.decide((1, "KEEP", ""), (2, "KEEP", ""), (4, "KEEP", ""))
        found = self.page(door, after=cursor, filter=undecided)
        assert [each["node"]["number"] for each in found["edges"]] == [3, 5, 6]
        door.data(START, name="Q2", by="eve")
        for wrong in (cursor, "x", "", cursor[:-4], "WyJ4IiwieCIsWzFdXQ"):
            assert code(door.ask(self.PAGE, after=wrong)) == "CURSOR_INVALID"
        other = self.PAGE.replace('"Q1"', '"Q2"')
        assert code(door.ask(other, after=cursor, filter=undecided)) == "CURSOR_INVALID"
        assert code(door.ask(self.PAGE, first=101)) == "FIRST_OUT_OF_RANGE"
        assert code(door.ask(self.PAGE, filter={"of": "nobody"})) == "BAD_ID"

    def test_forged_cursors(self, door: Door) -> None:
        """The mark is no signature: whoever makes one gets a page or a refusal, never a fault."""
        with Ledger(door.ledger, read_only=True) as opened:
            campaign = review.campaign(opened, "Q1")
            window = ItemWindow(Seen(None, campaign), review.ALL, Page(2))  # type: ignore[arg-type]  # nobody asks
            for key in ([0], [3], [2**61], [2**62], [2**70], [-1], ["x"], [1, 2], []):
                window.keys = [tuple(key)]
                response = door.ask(self.PAGE, after=window.cursor(0))
                fine = key in ([0], [3], [2**61])
                assert ("errors" not in response) if fine else (code(response) == "CURSOR_INVALID")


class TestDeciding:
    def test_all_or_nothing(self, door: Door) -> None:
        """Every problem is told with its item, and nothing is taken then."""
        before = rows(door.ledger)
        response = door.ask(
            DECIDE,
            **asking((1, "KEEP", ""), (2, "REVOKE", " \t"), (77, "KEEP", ""), (3, "UNSURE", "")),
        )
        assert code(response) == "BAD_DECISION"
        assert response["errors"][0]["extensions"]["problems"] == (
            "item 2: the reason is needed",
            "item 77: the campaign has no such item",
            "item 3: the reason is needed",
        )
        twice = door.ask(DECIDE, **asking((1, "KEEP", ""), (1, "REVOKE", "x")))
        assert code(twice) == "BAD_DECISION"
        many = door.ask(DECIDE, **asking(*((number, "KEEP", "") for number in range(101))))
        assert code(many) == "TOO_MANY_DECISIONS"
        assert code(door.ask(DECIDE, **asking((77, "KEEP", "")))) == "ITEM_UNKNOWN"
        assert (
            code(door.ask(DECIDE, **asking((1, "KEEP", ""), campaign="Q9"))) == "CAMPAIGN_UNKNOWN"
        )
        assert code(door.ask(DECIDE, **asking((1, "DROP", "")))) == "BAD_USER_INPUT"
        assert code(door.ask(DECIDE, **asking((1, "KEEP", ""), by=None))) == "BAD_DECISION"
        assert code(door.ask(START, name="Q1", by="eve")) == "CAMPAIGN_EXISTS"
        assert code(door.ask(START, name="7", by="eve")) == "BAD_NAME"
        assert (
            code(door.ask(START, name="Q2", by="eve", scope={"identities": ["nobody@x.org"]}))
            == "NOT_FOUND"
        )
        assert (
            code(door.ask(START, name="Q2", by="eve", scope={"certainty": "INFERRED"}))
            == "CAMPAIGN_EMPTY"
        )
        assert (
            code(door.ask(START, name="Q2", by="eve", scope={"kinds": ["GROUP"]})) == "WRONG_KIND"
        )
        assert code(door.ask(START, name="Q2", by="eve", previous="Q9")) == "CAMPAIGN_UNKNOWN"
        assert rows(door.ledger) == before
        assert door.decide() == {
            "campaignId": "1",
            "taken": 0,
            "known": 0,
            "repeated": False,
            "undecided": 6,
        }

    def test_stale(self, door: Door) -> None:
        """A decision about what is not there as expected is refused; the beginning of a fingerprint is enough."""
        found = door.data(
            '{ reviewCampaign(id: "Q1") { items { nodes { number fingerprint } } } }'
        )["items"]["nodes"]
        prints = {each["number"]: each["fingerprint"] for each in found}
        answers = [
            {"item": 1, "verdict": "KEEP", "expect": prints[1][:8]},
            {"item": 2, "verdict": "KEEP"},
        ]
        assert door.data(DECIDE, campaign="Q1", by="eve", answers=answers)["taken"] == 2
        answers[1]["expect"] = prints[1]
        assert code(door.ask(DECIDE, campaign="Q1", by="eve", answers=answers)) == "STALE_DECISION"

    def test_once(self, door: Door) -> None:
        """The same request with its key is taken once, whatever was decided since; the key is for nothing else."""
        key = str(uuid.uuid4())
        keep = asking((1, "KEEP", ""), (2, "KEEP", ""))
        first = door.data(DECIDE, **keep, key=key)
        door.decide((1, "REVOKE", "left"))
        before = rows(door.ledger)
        again = door.data(DECIDE, **keep, key=key)
        assert (first["taken"], first["repeated"], again["taken"], again["repeated"]) == (
            2,
            False,
            2,
            True,
        )
        assert code(door.ask(DECIDE, **asking((3, "KEEP", "")), key=key)) == "KEY_REUSED"
        assert code(door.ask(DECIDE, **keep, key="")) == "BAD_DECISION"
        assert code(door.ask(DECIDE, **keep, key="k" * 201)) == "BAD_DECISION"
        door.data(SIGN, campaign="Q1", by="eve", partial=True)
        assert door.data(DECIDE, **keep, key=key)["repeated"]
        assert rows(door.ledger)[2] == before[2]

    def test_two_in_one_request(self, door: Door) -> None:
        """Mutations of one request follow each other, each tells what stands after it, and one that fails is null."""
        one = 'decideReview(campaign: 1, by: "eve", answers: [{item: %d, verdict: KEEP}]) { undecided }'
        response = door.ask(f"mutation {{ a: {one % 1} b: {one % 2} }}")
        assert response["data"] == {"a": {"undecided": 5}, "b": {"undecided": 4}}
        response = door.ask(f"mutation {{ a: {one % 3} b: {one % 9} c: {one % 4} }}")
        assert [each["path"] for each in response["errors"]] == [["b"]]
        assert response["data"] == {"a": {"undecided": 3}, "b": None, "c": {"undecided": 2}}
        assert [row[2] for row in rows(door.ledger)[2]] == [1, 2, 3, 4]

    def test_closed(self, door: Door) -> None:
        """A campaign is signed off once, partly only where that is said, and takes nothing then."""
        assert code(door.ask(SIGN, campaign="Q1", by="eve")) == "UNDECIDED"
        assert code(door.ask(SIGN, campaign="Q9", by="eve")) == "CAMPAIGN_UNKNOWN"
        done = door.data(SIGN, campaign="Q1", by="chief", partial=True)["signOff"]
        assert (done["by"], done["signedAt"], done["undecided"]) == (
            "chief",
            "2026-03-01T12:00:00Z",
            6,
        )
        found = door.data(
            '{ reviewCampaign(id: "Q1") { overdue signOff { by signedAt undecided sha256 } } }'
        )
        assert found == {"overdue": False, "signOff": done}
        with Ledger(door.ledger, read_only=True) as opened:
            text = "".join(report.ndjson(review.campaign(opened, "Q1"))).encode()
        assert report.seal(text) == (done["sha256"], done["sha256"])
        assert code(door.ask(SIGN, campaign="Q1", by="eve", partial=True)) == "CAMPAIGN_CLOSED"
        assert code(door.ask(DECIDE, **asking((1, "KEEP", "")))) == "CAMPAIGN_CLOSED"

    @pytest.mark.parametrize(
        ("why", "kept"),
        [
            ("a\u202egnp.exe\u202c", "a\ufffdgnp.exe\ufffd"),
            ("\x1b[2J\x07 left\r\nREVOKE 2 by adam", "\ufffd[2J\ufffd left REVOKE 2 by adam"),
            ("nul\0nul", "nul\ufffdnul"),
            ("half \ud800", "half \ufffd"),
            ("'; DROP TABLE review_decisions; --", "'; DROP TABLE review_decisions; --"),
            ("=cmd|'/c calc'!A1", "=cmd|'/c calc'!A1"),
            ("<script>alert(1)</script>", "<script>alert(1)</script>"),
            ("é" * 10_000, "é" * 10_000),
        ],
    )
    def test_hostile_notes(self, door: Door, why: str, kept: str) -> None:
        """A note is one line that steers nothing and means nothing to a database."""
        assert door.decide((1, "REVOKE", why))["taken"] == 1
        query = '{ reviewCampaign(id: "Q1") { item(number: 1) { decision { why } } } }'
        assert door.data(query)["item"]["decision"]["why"] == kept
        json.dumps(door.data(ALL, id="Q1")).encode()

    def test_too_long(self, door: Door, serve: Serve) -> None:
        """A note of more than 10,000 characters is refused, and one of a mebibyte before it is read."""
        assert code(door.ask(DECIDE, **asking((1, "REVOKE", "x" * 10_001)))) == "BAD_DECISION"
        client = serve(application(load(door.ledger), ledger=door.ledger, allow_review=True))
        sent = {"query": DECIDE, "variables": asking((1, "REVOKE", "x" * 2**20))}
        assert code(client.post("/graphql", json=sent).json()) == "BODY_TOO_LARGE"
        assert rows(door.ledger)[2] == []

    def test_not_here(self, door: Door) -> None:
        """Where nothing is decided every mutation is refused, and all is read."""
        door.deciding = False
        before = rows(door.ledger)
        for mutation, variables in (
            (START, {"name": "Q2", "by": "eve"}),
            (DECIDE, asking((1, "KEEP", ""))),
            (SIGN, {"campaign": "Q1", "by": "eve", "partial": True}),
        ):
            assert code(door.ask(mutation, **variables)) == "OPERATION_NOT_SUPPORTED"
        assert rows(door.ledger) == before
        assert door.data(ALL, id="Q1")["name"] == "Q1"

    def test_forgotten_since(self, door: Door) -> None:
        """Who was forgotten does not come back with a campaign from a graph that still knows them."""
        with Ledger(door.ledger) as opened:
            for identity in ("identity:712052", "identity:712053"):
                opened.forget(identity, NOON)
        assert code(door.ask(START, name="Q2", by="eve")) == "STALE_GRAPH"
        found = door.data(ALL, id="Q1")
        assert (found["forgotten"], found["items"]["nodes"], found["progress"]["total"]) == (
            6,
            [],
            0,
        )

    def test_too_large(self, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
        """A request starts a campaign of so many accesses and no larger one, and one at a time."""
        monkeypatch.setattr(review_desk, "MAX_FROZEN", 6)
        assert code(door.ask(START, name="Q2", by="eve")) == "CAMPAIGN_TOO_LARGE"
        assert door.data(START, name="Q2", by="eve", scope={"kinds": ["ACCOUNT"]})["itemCount"] == 6
        with door.reviews.starting():
            assert (
                code(door.ask(START, name="Q3", by="eve", scope={"kinds": ["ACCOUNT"]})) == "BUSY"
            )

    def test_a_full_room(self, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
        """Only so many requests wait to write; the next is told at once."""
        monkeypatch.setattr(review_desk, "MAX_DECIDING", 1)
        door.reviews = Reviews(door.ledger, lambda: NOON)
        with door.reviews.writing():
            assert code(door.ask(DECIDE, **asking((1, "KEEP", "")))) == "BUSY"


class Step(NamedTuple):
    """A decision, and by which door it is taken."""

    graphql: bool
    item: int
    verdict: str
    by: str


steps = st.builds(
    Step,
    st.booleans(),
    st.integers(1, 12),
    st.sampled_from(("KEEP", "REVOKE", "UNSURE")),
    st.sampled_from("ab"),
)


class TestTwoDoors:
    def test_the_same_campaign(
        self, ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Driven by commands and by GraphQL, a campaign and the one after it are the same rows and the same report."""
        monkeypatch.setattr(review_, "now", lambda: NOON)
        copy = tmp_path / "copy.db"
        shutil.copy(ledger, copy)

        def command(*words: str) -> str:
            done = CliRunner().invoke(app, ["review", *words, "--ledger", str(copy)])
            assert done.exit_code == 0, done.output
            return done.output

        door = Door(ledger)
        command("start", "Q1", "--by", "eve", "--due", "2026-04-01T00:00:00Z")
        door.data(START, name="Q1", by="eve", due="2026-04-01T00:00:00Z")
        command("decide", "Q1", "keep", "1", "2", "--by", "eve")
        door.decide((1, "KEEP", ""), (2, "KEEP", ""))
        command("decide", "Q1", "revoke", "2", "--by", "adam", "--why", "  left\tus ")
        door.decide((2, "REVOKE", "  left\tus "), by="adam")
        command("sign-off", "Q1", "--by", "chief", "--partial")
        signed = door.data(SIGN, campaign="Q1", by="chief", partial=True)["signOff"]
        command(
            "start", "Q2", "--by", "eve", "--from", "Q1", "--role", "owner", "--kind", "business"
        )
        door.data(
            START,
            name="Q2",
            by="eve",
            previous="Q1",
            scope={"roles": ["OWNER"], "kinds": ["BUSINESS"]},
        )
        assert rows(ledger) == rows(copy)
        assert (
            signed["sha256"]
            == json.loads(command("export", "Q1", "-f", "report").splitlines()[-1])["sha256"]
        )
        shown = json.loads(command("status", "Q2", "--no-drift", "-f", "ndjson").splitlines()[0])
        found = door.data(
            '{ reviewCampaign(id: "Q2") { progress { total undecided keep revoke unsure carried } } }'
        )
        assert found["progress"].items() <= shown.items()

    @given(worlds(), st.lists(steps, max_size=12))
    @settings(max_examples=20, deadline=None)
    def test_any_order(self, world: World, taken: list[Step]) -> None:
        """Whichever door takes which decision, the status and all rows are those of one door alone."""
        with tempfile.TemporaryDirectory() as folder:
            first, second = Path(folder, "first"), Path(folder, "second")
            with Ledger(first) as opened:
                opened.add(each.document for each in observations(world))
            shutil.copy(first, second)
            door = Door(first)
            started = door.ask(START, name="Q1", by="a")
            if "errors" in started:
                assert code(started) == "CAMPAIGN_EMPTY"
                return
            with Ledger(first) as mixed, Ledger(second) as alone:
                graph = load(second)
                plain = review.start(alone, graph, review.Scope(), "Q1", by="a", now=NOON)
                other = review.campaign(mixed, "Q1")
                size = plain.head.items
                for step in (each for each in taken if each.item <= size):
                    say: Any = {"by": step.by, "now": NOON, "why": "because"}
                    wanted = plain.decide([step.item], step.verdict, **say)
                    if step.graphql:
                        made = door.decide((step.item, step.verdict, "because"), by=step.by)
                        assert (made["taken"], made["known"]) == (wanted.new, wanted.known)
                        assert made["undecided"] == plain.count(Filter(decided=False))
                    else:
                        assert other.decide([step.item], step.verdict, **say) == wanted
                assert plain.progress() == other.progress()
                assert [*plain.items()] == [*other.items()]
                left = door.data(
                    '{ reviewCampaign(id: "Q1") { progress { keep revoke unsure undecided } } }'
                )["progress"]
                whole = plain.whole()
                assert left == {name: getattr(whole, name) for name in left}
            assert rows(first) == rows(second)

    def test_two_processes(self, door: Door) -> None:
        """A command and a server write at the same time: each decision is there, in order, and the last one counts."""
        script = """
import datetime as dt, sys
from inroads import Ledger, review
with Ledger(sys.argv[1]) as ledger:
    print("ready", flush=True)
    for n in range(15):
        verdict = ("keep", "revoke")[n % 2]
        review.campaign(ledger, "Q1").decide([1, 2], verdict, by="cli", now=dt.datetime.now(dt.UTC), why=str(n))
"""
        command = [sys.executable, "-c", script, str(door.ledger)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as running:  # noqa: S603  # our own script
            assert running.stdout is not None
            running.stdout.readline()
            for n in range(15):
                verdict = ("KEEP", "REVOKE")[n % 2]
                made = door.decide((1, verdict, str(n)), (2, verdict, str(n)), by="api", key=str(n))
                assert (made["taken"], made["repeated"]) == (2, False)
        assert running.returncode == 0
        with Ledger(door.ledger) as opened:
            campaign: Campaign = review.campaign(opened, "Q1")
            for number in (1, 2):
                history = campaign.history(number)
                for who in ("cli", "api"):
                    assert [each.why for each in history if each.by == who] == list(
                        map(str, range(15))
                    )
                assert campaign.item(number).decision == history[-1]
            assert opened.verify() == []

    def test_at_once(self, door: Door) -> None:
        """What one worker, or a command, has committed the next question to another worker sees."""
        other = Door(door.ledger)
        count = '{ reviewCampaign(id: "Q1") { items(filter: {decided: true}) { nodes { number decision { by } } } } }'
        door.decide((3, "KEEP", ""))
        assert other.data(count)["items"]["nodes"] == [{"number": 3, "decision": {"by": "eve"}}]
        with Ledger(door.ledger) as opened:
            review.campaign(opened, "Q1").decide([4], "keep", by="cli", now=NOON)
        for each in (door, other):
            assert [node["number"] for node in each.data(count)["items"]["nodes"]] == [3, 4]


def test_one_state(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that one query tells is of one moment, whatever is decided while it is answered."""
    whole = Campaign.whole

    def late(self: Campaign) -> Any:
        with Ledger(door.ledger) as opened:
            review.campaign(opened, "Q1").decide([1], "keep", by="adam", now=NOON)
        return whole(self)

    monkeypatch.setattr(Campaign, "whole", late)
    query = """{ reviewCampaign(id: "Q1") { a: item(number: 1) { decision { by } } progress { undecided }
      b: item(number: 1) { decision { by } } items(filter: {decided: false}) { totalCount } } }"""
    found = door.data(query)
    assert found == {
        "a": {"decision": None},
        "progress": {"undecided": 6},
        "b": {"decision": None},
        "items": {"totalCount": 6},
    }
    monkeypatch.undo()
    assert door.data(query)["a"] == {"decision": {"by": "adam"}}


def test_answers_of_mutations() -> None:
    """A token that may decide and not read learns nothing of the graph, nor of what was frozen, from an answer."""
    kinds = SCHEMA._schema.type_map
    waiting = {get_named_type(each.type) for each in SCHEMA._schema.mutation_type.fields.values()}  # type: ignore[union-attr]
    seen: set[str] = set()
    while waiting:
        kind = waiting.pop()
        seen.add(kind.name)
        if isinstance(kind, GraphQLObjectType):
            waiting |= {get_named_type(each.type) for each in kind.fields.values()} - {
                kinds[name] for name in seen
            }
    assert seen == {
        "StartedReview", "DecidedReview", "WithdrawnReview", "SignedReview", "ReviewSignOff",
        "ID", "Int", "String", "Boolean", "DateTime",
    }  # fmt: skip


def test_too_much(door: Door) -> None:
    """The drift of a hundred campaigns is too much to ask at once; a page of items with how they stand is not."""
    assert (
        code(door.ask("{ reviewCampaigns(first: 100) { nodes { drift { same } } } }"))
        == "COST_LIMIT"
    )
    page = f"{{ number decision {{ {MADE} }} standing {{ stands explanation {{ sentence }} }} }}"
    assert door.data(f'{{ reviewCampaign(id: "Q1") {{ items(first: 50) {{ nodes {page} }} }} }}')


def test_in_the_terminal(door: Door) -> None:
    """`inroads query` answers about reviews from the same ledger, and decides nothing."""
    asked = '{ reviewCampaign(id: "Q1") { name progress { undecided } } }'
    done = CliRunner().invoke(app, ["query", asked, "--ledger", str(door.ledger)])
    assert json.loads(done.stdout)["data"] == {
        "reviewCampaign": {"name": "Q1", "progress": {"undecided": 6}}
    }
    done = CliRunner().invoke(app, ["query", asked, "-d", str(EXAMPLE)])
    assert code(json.loads(done.stdout)) == "REVIEWS_UNAVAILABLE"
    words = [
        "query",
        'mutation { signOffReview(campaign: 1, partial: true, by: "x") { campaignId } }',
    ]
    assert CliRunner().invoke(app, [*words, "--ledger", str(door.ledger)]).exit_code == 2


@pytest.mark.parametrize(
    "words", [("-d", str(EXAMPLE)), ("--as-of", "2030-01-01T00:00:00Z"), ("--pseudonymise", "KEY")]
)
def test_only_a_ledger_alone(door: Door, tmp_path: Path, words: tuple[str, ...]) -> None:
    """Reviews are decided only where one ledger is served, all of it, as it is."""
    key = tmp_path / "key"
    key.write_text("0123456789abcdef" * 4)
    key.chmod(0o600)
    given = [str(key) if each == "KEY" else each for each in words]
    done = CliRunner().invoke(
        app, ["serve", "--ledger", str(door.ledger), "--allow-review", "--port", "0", *given]
    )
    assert done.exit_code == 2
    assert "--allow-review goes with one ledger" in done.output


class TestHttp:
    Client = Callable[..., Any]

    @pytest.fixture
    def tokens(self, tmp_path: Path) -> TokenFile:
        return TokenFile(tmp_path / "auth.json")

    def served(
        self, door: Door, serve: Serve, tokens: TokenFile, **options: Any
    ) -> Callable[..., httpx2.Response]:
        """A way to ask the application with a token."""
        made: dict[str, Any] = {"ledger": door.ledger, "allow_review": True, **options}
        client = serve(
            application(load(door.ledger), NOON, auth=Auth(tokens.path, lambda: NOON), **made)
        )

        def ask(token: str, query: str, **variables: Any) -> httpx2.Response:
            sent = {"query": query, "variables": variables}
            return client.post("/graphql", json=sent, headers={"authorization": f"Bearer {token}"})

        return ask

    def issue(self, tokens: TokenFile, *scopes: TokenScope, name: str = "eve") -> tuple[str, str]:
        token, text = tokens.create(name, scopes, dt.timedelta(days=1), NOON)
        return token.id, text

    def test_scopes(self, door: Door, serve: Serve, tokens: TokenFile) -> None:
        """Deciding needs `review` or `admin`, reading needs `read`; neither is enough for the other."""
        texts = {scope: self.issue(tokens, scope)[1] for scope in TokenScope}
        ask = self.served(door, serve, tokens)
        for scope, text in texts.items():
            before = rows(door.ledger)
            done = ask(text, DECIDE, **asking((1, "KEEP", ""), by=None))
            if scope in (TokenScope.REVIEW, TokenScope.ADMIN):
                assert done.json()["data"]["decideReview"]["taken"] == 1
            else:
                assert (done.status_code, code(done.json())) == (403, "INSUFFICIENT_SCOPE")
                assert rows(door.ledger) == before
            read = ask(text, ALL, id="Q1")
            assert (read.status_code == 200) is (scope in (TokenScope.READ, TokenScope.ADMIN))

    def test_limited(self, door: Door, serve: Serve, tokens: TokenFile) -> None:
        """A token limited to businesses is shown no review, whose frozen accesses may be those of others."""
        limits = [["77128"], None]
        day = dt.timedelta(days=1)
        one, every = (
            tokens.create("eve", [TokenScope.READ], day, NOON, businesses=each)[1]
            for each in limits
        )
        ask = self.served(door, serve, tokens)
        for query in (
            '{ found: reviewCampaign(id: "Q1") { name } }',
            "{ found: reviewCampaigns { totalCount } }",
            "{ found: reviewer { name } }",
        ):
            assert ask(every, query).json()["data"]["found"]
            refused = ask(one, query).json()
            assert (code(refused), refused["data"]) == ("REVIEWS_UNAVAILABLE", {"found": None})
            assert "server has none" not in refused["errors"][0]["message"]

    def test_in_whose_name(self, door: Door, serve: Serve, tokens: TokenFile) -> None:
        """Who decides is told by the token, whose name alone is not enough; what the client says is refused."""
        mine, text = self.issue(tokens, TokenScope.REVIEW)
        other, same = self.issue(tokens, TokenScope.REVIEW)
        ask = self.served(door, serve, tokens)
        refused = ask(text, DECIDE, **asking((1, "KEEP", ""), by="adam")).json()
        assert code(refused) == "BAD_REVIEWER"
        for each in (text, same):
            assert (
                ask(each, DECIDE, **asking((1, "KEEP", ""), by=None)).json()["data"][
                    "decideReview"
                ]["taken"]
                == 1
            )
        ask(text, START, name="Q2")
        ask(text, SIGN, campaign="Q2", partial=True)
        history = door.data(
            '{ reviewCampaign(id: "Q1") { item(number: 1) { history { nodes { by } } } } }'
        )
        names = [f"token:{each} (eve)" for each in (mine, other)]
        assert [each["by"] for each in history["item"]["history"]["nodes"]] == names
        found = door.data('{ reviewCampaign(id: "Q2") { startedBy signOff { by } } }')
        assert found == {"startedBy": names[0], "signOff": {"by": names[0]}}

    def test_a_provider(self, door: Door, serve: Serve, tokens: TokenFile, tmp_path: Path) -> None:
        """The subject of a provider's token decides; one that is no plain line does so by its hash."""
        file = tmp_path / "jwks.json"
        file.write_text(json.dumps({"keys": [public(ELLIPTIC)]}))
        file.chmod(0o600)
        self.issue(tokens, TokenScope.READ)
        issuer = Issuer(ISSUER, AUDIENCE, KeyFile(file))
        auth = Auth(tokens.path, lambda: NOON, issuer)
        client = serve(
            application(load(door.ledger), auth=auth, ledger=door.ledger, allow_review=True)
        )
        for number, subject in enumerate(("eve@example.com", "\u202eeve", "e" * 200), 1):
            sent = {"query": DECIDE, "variables": asking((number, "KEEP", ""), by=None)}
            headers = {"authorization": f"Bearer {token(sub=subject, scope='review')}"}
            response = client.post("/graphql", json=sent, headers=headers).json()
            assert response["data"]["decideReview"]["taken"] == 1
        made = [row[4] for row in rows(door.ledger)[2]]
        assert made[0] == "oidc:eve@example.com"
        assert all(each.startswith("oidc:") and len(each) == 37 for each in made[1:])

    def test_pseudonymised(self, door: Door, serve: Serve, tokens: TokenFile) -> None:
        """A server whose answers are pseudonymised shows no review, which would name everybody."""
        text = self.issue(tokens, TokenScope.READ_PSEUDONYMISED)[1]
        ask = self.served(door, serve, tokens, pseudonymised=True, allow_review=False)
        response = ask(text, ALL, id="Q1").json()
        assert code(response) == "REVIEWS_UNAVAILABLE"
        assert response["data"] == {"reviewCampaign": None}

    def test_never_by_a_url(self, door: Door, serve: Serve) -> None:
        """A URL reads a review, and decides nothing."""
        client = serve(application(load(door.ledger), ledger=door.ledger, allow_review=True))
        asked = client.get("/graphql", params={"query": '{ reviewCampaign(id: "Q1") { name } }'})
        assert asked.json()["data"] == {"reviewCampaign": {"name": "Q1"}}
        query = 'mutation { decideReview(campaign: 1, by: "x", answers: [{item: 1, verdict: KEEP}]) { taken } }'
        assert client.get("/graphql", params={"query": query}).status_code == 405
        assert rows(door.ledger)[2] == []
        plain = serve(application(load(door.ledger), ledger=door.ledger))
        assert (
            code(plain.post("/graphql", json={"query": query}).json()) == "OPERATION_NOT_SUPPORTED"
        )

    def test_the_audit_log(
        self, door: Door, serve: Serve, tokens: TokenFile, tmp_path: Path
    ) -> None:
        """The log tells who did what to which campaign, in numbers; not why, and not what it is called."""
        mine, text = self.issue(tokens, TokenScope.REVIEW)
        path = tmp_path / "audit.log"
        ask = self.served(door, serve, tokens, audit=AuditLog(path, tokens.key(), lambda: NOON))
        ask(
            text, DECIDE, **asking((1, "REVOKE", "a very private reason"), (2, "KEEP", ""), by=None)
        )
        ask(text, DECIDE, **asking((2, "KEEP", ""), (3, "KEEP", ""), by=None))
        ask(text, DECIDE, **asking((9, "KEEP", ""), by=None))
        ask(text, SIGN, campaign="Q1", partial=True)
        ask(text, START, name="a telling name")
        told = [json.loads(line) for line in path.read_text().splitlines()]
        assert {each["who"] for each in told if each["event"] == "asked"} == {mine}
        done = [each.get("reviews") for each in told if each["event"] == "asked"]
        assert done == [
            [["decideReview", 1, 2, 0]],
            [["decideReview", 1, 1, 1]],
            None,
            [["signOffReview", 1, 0, 0]],
            [["startReview", 2, 0, 0]],
        ]
        assert not any(word in path.read_text() for word in ("private", "telling", "Q1", "REVOKE"))
