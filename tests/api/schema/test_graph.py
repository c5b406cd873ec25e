"""The GraphQL types: every record of a document can be read, with where it is said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from graphql import build_schema, is_required_argument

from inroads import EXAMPLE
from inroads.errors import InroadsError
from inroads_api.execution.execute import Schema
from inroads_api.schema.pages import within
from questions import Ask, asker, graph_of

BRUCE = json.loads((EXAMPLE / "bruce.json").read_bytes())["response"]

TEAM = {
    "observed_at": "2026-03-01T13:00:00Z",
    "source": "team.json",
    "document": {
        "response": {
            "id": 77128,
            "business_uuid": "046cc001",
            "name": "BillSpring",
            "account_id": "zDmNq",
            "active": True,
            "status": "active",
            "date_format": "dd/mm/yyyy",
            "timezone": "America/Toronto",
            "phone_number": [{"id": 5, "title": "office", "phone_number": "555"}, None],
            "business_group": {
                "id": 96277,
                "category": "business",
                "members": [
                    {
                        "id": 168372,
                        "group_id": 96277,
                        "role": "owner",
                        "identity_id": 712052,
                        "active": True,
                    },
                    {
                        "id": 9,
                        "group_id": 96277,
                        "role": "business_employee",
                        "identity_id": 5,
                        "email": "e@example.com",
                    },
                ],
            },
        }
    },
}


@pytest.fixture(scope="module")
def team(schema: Schema) -> Ask:
    return asker(schema, graph_of((EXAMPLE / "bruce.json").read_bytes(), TEAM))


def test_identity(ask: Ask) -> None:
    """Every field of the page's identity table can be read."""
    query = """{ identity(by: {id: "712052"}) { id identityId email firstName lastName confirmedAt createdAt
      setupComplete observed unconfirmedEmail identityUuid integrations links { name path }
      phoneNumbers { id title phoneNumber } addresses { city } profession { id title company designation }
      profile { setupComplete firstName lastName phoneNumber { title } address { city } professions { id } } } }"""
    assert ask(query)["data"]["identity"] == {
        "id": "identity:712052",
        "identityId": "712052",
        "email": "b@example.com",
        "firstName": "Bruce",
        "lastName": "Wayne",
        "confirmedAt": "2016-01-26T16:01:23Z",
        "createdAt": "2016-01-26T16:00:41Z",
        "setupComplete": True,
        "observed": True,
        "unconfirmedEmail": None,
        "identityUuid": None,
        "integrations": [],
        "links": [{"name": name, "path": path} for name, path in sorted(BRUCE["links"].items())],
        "phoneNumbers": [{"id": None, "title": "", "phoneNumber": None}],
        "addresses": [],
        "profession": {
            "id": "17748",
            "title": "Accounting",
            "company": "BillSpring",
            "designation": None,
        },
        "profile": {
            "setupComplete": True,
            "firstName": "Bruce",
            "lastName": "Wayne",
            "phoneNumber": None,
            "address": None,
            "professions": [{"id": "17748"}],
        },
    }


def test_an_identity_that_is_only_named(team: Ask) -> None:
    """What was never read is null or empty, and nothing fails."""
    query = """{ identity(by: {email: "e@example.com"}) { observed confirmedAt createdAt setupComplete
      phoneNumbers { title } addresses { city } profession { title } profile { firstName } links { name } integrations
      memberships { nodes { role rawRole business { id } } } groups { nodes { role company } }
      roles { totalCount } } }"""
    assert team(query)["data"]["identity"] == {
        "observed": False,
        "confirmedAt": None,
        "createdAt": None,
        "setupComplete": None,
        "phoneNumbers": [],
        "addresses": [],
        "profession": None,
        "profile": None,
        "links": [],
        "integrations": [],
        "memberships": {
            "nodes": [
                {
                    "role": "EMPLOYEE",
                    "rawRole": "business_employee",
                    "business": {"id": "business:77128"},
                }
            ]
        },
        "groups": {"nodes": [{"role": "business_employee", "company": None}]},
        "roles": {"totalCount": 0},
    }


def test_rows(ask: Ask) -> None:
    """Memberships, group rows and roles come with every field, their evidence and the grant that they state."""
    record = "recordId grant { id label } evidence { pointer recordId record document { source kind subject { id } } }"
    query = f"""{{ identity(by: {{id: "712052"}}) {{
      memberships {{ nodes {{ {record} role roles rawRole business {{ id }} identity {{ id }} }} }}
      groups {{ nodes {{ {record} role groupId identityId firstName lastName email company businessId active
        group {{ id }} }} }}
      roles {{ nodes {{ {record} role systemId userId createdAt accountId account {{ id }}
        links {{ name path }} }} }} }} }}"""
    identity = ask(query)["data"]["identity"]
    for section, key in (
        ("memberships", "business_memberships"),
        ("groups", "groups"),
        ("roles", "roles"),
    ):
        assert [each["evidence"]["record"] for each in identity[section]["nodes"]] == BRUCE[key]
        for index, each in enumerate(identity[section]["nodes"]):
            assert each["recordId"] == each["evidence"]["recordId"] == str(BRUCE[key][index]["id"])
            assert each["evidence"]["pointer"] == f"/response/{key}/{index}"
            assert each["evidence"]["document"] == {
                "source": "0.json",
                "kind": "me",
                "subject": {"id": "identity:712052"},
            }
    owner = {
        "id": "business:77128#MEMBER@identity:712052",
        "label": "membership 168372 = group row 168372 = role 682608",
    }
    assert (
        identity["memberships"]["nodes"][0]["grant"]
        == owner
        == identity["groups"]["nodes"][1]["grant"]
    )
    assert identity["roles"]["nodes"][0]["grant"] == owner
    assert identity["roles"]["nodes"][2] | {"grant": None, "evidence": None} == {
        "recordId": "994207",
        "grant": None,
        "evidence": None,
        "role": "client",
        "systemId": "2699898",
        "userId": "74353",
        "createdAt": "2016-09-30T15:42:56Z",
        "accountId": "Xr82w",
        "account": {"id": "account:Xr82w"},
        "links": [{"name": "destroy", "path": "/service/auth/api/v1/users/role/994207"}],
    }
    assert identity["groups"]["nodes"][0]["group"] == {"id": "group:23738"}
    assert identity["groups"]["nodes"][0]["company"] == "BillSpring"


def test_business(team: Ask) -> None:
    """Every field of the page's business table can be read, from the latest document that shows the business."""
    query = """{ business(id: 77128) { name active observed businessUuid status dateFormat timezone address { city }
      phoneNumber { id title phoneNumber } account { id business { id } }
      members { totalCount nodes { identity { id } role evidence { pointer document { source kind } } } } } }"""
    where = {"source": "team.json", "kind": "team"}
    assert team(query)["data"]["business"] == {
        "name": "BillSpring",
        "active": True,
        "observed": True,
        "businessUuid": "046cc001",
        "status": "active",
        "dateFormat": "dd/mm/yyyy",
        "timezone": "America/Toronto",
        "address": None,
        "phoneNumber": [{"id": "5", "title": "office", "phoneNumber": "555"}],
        "account": {"id": "account:zDmNq", "business": {"id": "business:77128"}},
        "members": {
            "totalCount": 2,
            "nodes": [
                {
                    "identity": {"id": f"identity:{identity}"},
                    "role": role,
                    "evidence": {
                        "pointer": f"/response/business_group/members/{index}",
                        "document": where,
                    },
                }
                for index, (identity, role) in enumerate([("712052", "OWNER"), ("5", "EMPLOYEE")])
            ],
        },
    }


@pytest.mark.parametrize(
    "phone", [{"title": "a", "phone_number": "1"}, "1", [{"phone_number": "1"}]]
)
def test_phone_of_any_shape(schema: Schema, phone: Any) -> None:
    """A business's phone is a list, whatever the document gives."""
    row = {"id": 1, "role": "owner", "business": {"id": 2, "phone_number": phone}}
    ask = asker(schema, graph_of({"id": 1, "business_memberships": [row]}))
    assert ask("{ business(id: 2) { phoneNumber { phoneNumber } } }")["data"]["business"] == {
        "phoneNumber": [{"phoneNumber": "1"}]
    }


def test_clients_and_vendors(ask: Ask) -> None:
    """The two ends of a client relation see each other, by the same record."""
    row = "recordId client { id } account { id } vendor { id } userIds grant { id }"
    client = {"client": {"id": "business:77128"}, "recordId": "22347", "userIds": ["74353"]}
    ends = {"account": {"id": "account:Xr82w"}, "vendor": {"id": "business:363103"}}
    grant = {"grant": {"id": "account:Xr82w#CLIENT@business:77128"}}
    vendors = ask(f"{{ business(id: 77128) {{ vendors {{ nodes {{ {row} }} }} }} }}")["data"][
        "business"
    ]["vendors"]
    assert vendors["nodes"] == [client | ends | grant]
    clients = ask(f"{{ business(id: 363103) {{ clients {{ nodes {{ {row} }} }} }} }}")["data"][
        "business"
    ]["clients"]
    person = {"client": {"id": "identity:712052"}, "recordId": "994207", "userIds": ["74353"]}
    role = {"grant": {"id": "account:Xr82w#ROLE/CLIENT@identity:712052"}}
    assert sorted(clients["nodes"], key=str) == sorted(
        [client | ends | grant, person | ends | role], key=str
    )


def test_api_paths(ask: Ask) -> None:
    """Which id goes into which call; a business without a known account has no accounting path."""
    query = "{ business(id: %s) { apiPaths { service path } } }"
    assert ask(query % 77128)["data"]["business"]["apiPaths"] == [
        {"service": "accounting", "path": "/accounting/account/zDmNq"},
        {"service": "timetracking", "path": "/timetracking/business/77128"},
        {"service": "projects", "path": "/projects/business/77128"},
        {"service": "auth", "path": "/auth/api/v1/users/business/77128"},
    ]
    account = ask('{ account(id: "e6Wmk") { apiPaths { service path } } }')["data"]["account"]
    assert account["apiPaths"] == [{"service": "accounting", "path": "/accounting/account/e6Wmk"}]


def test_api_paths_without_account(schema: Schema) -> None:
    """An account id is quoted as one part of a path, and null is not an account."""
    rows = [
        {"id": 1, "role": "owner", "business": {"id": 2, "account_id": "a/b?"}},
        {"id": 3, "role": "owner", "business": {"id": 4, "account_id": None}},
    ]
    ask = asker(schema, graph_of({"id": 1, "business_memberships": rows}))
    query = "{ business(id: %s) { account { id } apiPaths { path } } }"
    assert ask(query % 2)["data"]["business"]["apiPaths"][0] == {
        "path": "/accounting/account/a%2Fb%3F"
    }
    without = ask(query % 4)["data"]["business"]
    assert without["account"] is None
    assert not any("account" in each["path"] for each in without["apiPaths"])


def test_account(ask: Ask) -> None:
    """An account gives its status, its other id and the flags of its plan by name."""
    query = """{ account(id: "zDmNq") { accountId subscriptionStatus businessStatus systemId business { id }
      permissions { name enabled limit unlimited } } }"""
    account = ask(query)["data"]["account"]
    flags = account.pop("permissions")
    assert account == {
        "accountId": "zDmNq",
        "subscriptionStatus": "active",
        "businessStatus": None,
        "systemId": "1953394",
        "business": {"id": "business:77128"},
    }
    assert [each["name"] for each in flags] == sorted(BRUCE["permissions"]["zDmNq"])
    assert {"name": "client.limit", "enabled": None, "limit": 2, "unlimited": False} in flags
    assert {"name": "staff.limit", "enabled": None, "limit": -1, "unlimited": True} in flags
    assert {
        "name": "client.event.search",
        "enabled": True,
        "limit": None,
        "unlimited": False,
    } in flags


def test_strange_permissions(schema: Schema) -> None:
    """A flag that fits no type is listed by its name, and breaks nothing."""
    flags = {
        "huge": 2**31,
        "low": -(2**31) - 1,
        "most": 2**31 - 1,
        "half": 0.5,
        "word": "x",
        "none": None,
        "off": False,
    }
    ask = asker(schema, graph_of({"identity_id": 1, "permissions": {"A1": flags}}))
    found = ask('{ account(id: "A1") { permissions { name enabled limit unlimited } } }')
    assert "errors" not in found
    given = {
        each["name"]: (each["enabled"], each["limit"])
        for each in found["data"]["account"]["permissions"]
    }
    assert given == dict.fromkeys(flags, (None, None)) | {
        "most": (None, 2**31 - 1),
        "off": (False, None),
    }


def test_groups(team: Ask) -> None:
    """A business-level group has the business's members, a project group its own rows."""
    query = "{ group(id: %s) { businessLevel active business { id } members { nodes { identity { id } role } } } }"
    business = team(query % 96277)["data"]["group"]
    assert (business["businessLevel"], business["active"]) == (True, True)
    assert business["business"] == {"id": "business:77128"}
    assert [each["identity"]["id"] for each in business["members"]["nodes"]] == [
        "identity:712052",
        "identity:5",
    ]
    project = team(query % 23738)["data"]["group"]
    assert (project["businessLevel"], project["business"]) == (False, {"id": "business:77128"})
    assert project["members"]["nodes"] == [{"identity": {"id": "identity:712052"}, "role": "owner"}]


def test_path(ask: Ask) -> None:
    """A path names each step's ends, relation, role, own word and grant, down to the record."""
    query = """{ access(principal: "b@example.com", resource: "business:363103") { paths(first: 1) { truncated
      nodes { role roles certainty state stateReasons sentence steps { from { id } relation to { id } role rawRole
      grant { id relation principal { id } resource { id } roles rawRoles active evidence { pointer } } } } } } }"""
    paths = ask(query)["data"]["access"]["paths"]
    assert paths["truncated"] is True
    (path,) = paths["nodes"]
    role, keeps = path.pop("steps")
    assert path == {
        "role": "CLIENT",
        "roles": ["CLIENT"],
        "certainty": "STATED",
        "state": "ACTIVE",
        "stateReasons": [],
        "sentence": "b@example.com is a client of account Xr82w, kept by business 363103.",
    }
    assert role == {
        "from": {"id": "identity:712052"},
        "relation": "ROLE",
        "to": {"id": "account:Xr82w"},
        "role": "CLIENT",
        "rawRole": "client",
        "grant": {
            "id": "account:Xr82w#ROLE/CLIENT@identity:712052",
            "relation": "ROLE",
            "principal": {"id": "identity:712052"},
            "resource": {"id": "account:Xr82w"},
            "roles": ["CLIENT"],
            "rawRoles": ["client"],
            "active": True,
            "evidence": [{"pointer": "/response/roles/2"}],
        },
    }
    assert (keeps["from"], keeps["to"]) == ({"id": "account:Xr82w"}, {"id": "business:363103"})
    assert (keeps["role"], keeps["rawRole"]) == (None, None)


def test_latent_path(ask: Ask) -> None:
    """Latent access says why, on the access and on its path."""
    query = """{ access(principal: "b@example.com", resource: "account:e6Wmk") { state stateReasons
      paths { truncated nodes { state stateReasons } } } }"""
    latent = {"state": "LATENT", "stateReasons": ["trial_expired"]}
    assert ask(query)["data"]["access"] == latent | {
        "paths": {"truncated": False, "nodes": [latent]}
    }


def test_secrets_are_not_there(schema: Schema) -> None:
    """What the reader drops cannot be asked for: the raw record is the redacted one."""
    row = {"id": 1, "role": "owner", "fasttrack_token": "eyJhbGciOi.abc", "business": {"id": 2}}
    me = {
        "id": 1,
        "business_memberships": [row],
        "integrations": {"stripe": {"email": "hidden@example.com"}},
    }
    ask = asker(schema, graph_of(me))
    query = (
        "{ identity(by: {id: 1}) { integrations memberships { nodes { evidence { record } } } } }"
    )
    response = ask(query)
    assert response["data"]["identity"]["integrations"] == ["stripe"]
    assert "token" not in str(response)
    assert "hidden" not in str(response)


def test_moments_are_utc(schema: Schema) -> None:
    """A moment with an offset is given in UTC, one without is taken as UTC."""
    me = {"id": 1, "confirmed_at": "2020-01-01T02:00:00+02:00", "created_at": "2020-01-01T00:00:00"}
    found = asker(schema, graph_of(me))("{ identity(by: {id: 1}) { confirmedAt createdAt } }")[
        "data"
    ]["identity"]
    assert found == {"confirmedAt": "2020-01-01T00:00:00Z", "createdAt": "2020-01-01T00:00:00Z"}


def test_issues(schema: Schema) -> None:
    """Issues have a code and a place."""
    rows = [{"id": number, "role": "wizard", "business": {"id": number}} for number in range(1, 4)]
    ask = asker(schema, graph_of({"id": 1, "business_memberships": rows}))
    graph = ask("{ graph { issueCount issues(first: 2) { code source pointer message } } }")[
        "data"
    ]["graph"]
    assert graph["issueCount"] == 3
    assert [(each["code"], each["source"], each["pointer"]) for each in graph["issues"]] == [
        ("unmapped_role", "0.json", "/business_memberships/0"),
        ("unmapped_role", "0.json", "/business_memberships/1"),
    ]


def test_every_field_of_everything(schema: Schema, ask: Ask, team: Ask) -> None:
    """Each field of each type answers without an error, wherever it can be reached in a few steps."""
    types = build_schema(str(schema)).type_map

    def scalars(name: str) -> str:
        """All fields of a type that have no fields of their own."""
        plain = [key for key, each in types[name].fields.items() if not _has_fields(each.type)]  # type: ignore[attr-defined]  # objects
        return " ".join(["__typename", *plain])

    def deep(name: str, levels: int) -> str:
        """All fields of a type, to a depth."""
        kind: Any = types[name]
        inner = [
            f"{key} {{ {deep(_named(each.type), levels - 1)} }}"
            for key, each in kind.fields.items()
            if _has_fields(each.type) and levels and not ({"reach", "reachedBy"} & {key})
            if not any(map(is_required_argument, each.args.values()))
        ]
        return " ".join([scalars(name), *inner])

    for query in (
        f"identity(by: {{id: 712052}}) {{ {deep('Identity', 2)} }}",
        f"business(id: 77128) {{ {deep('Business', 2)} }}",
        f'account(id: "zDmNq") {{ {deep("Account", 2)} }}',
        f"group(id: 96277) {{ {deep('Group', 3)} }}",
        f"graph {{ {deep('GraphInfo', 2)} }}",
        f'access(principal: "b@example.com", resource: "account:Xr82w") {{ {deep("Access", 2)} }}',
    ):
        for each in (ask, team):
            assert "errors" not in each(f"{{ {query} }}"), query


def _named(kind: Any) -> str:
    while hasattr(kind, "of_type"):
        kind = kind.of_type
    name: str = kind.name
    return name


def _has_fields(kind: Any) -> bool:
    while hasattr(kind, "of_type"):
        kind = kind.of_type
    return hasattr(kind, "fields")


def test_within() -> None:
    """None is the default; the bounds are 0, or 1 where none would make no sense, and 100."""
    assert [within(each, 7) for each in (None, 0, 1, 100)] == [7, 0, 1, 100]
    with pytest.raises(InroadsError, match="0"):
        within(0, 7, least=1)
    with pytest.raises(InroadsError, match="-1") as error:
        within(-1, 7)
    assert error.value.code == "FIRST_OUT_OF_RANGE"


LISTING = {
    "observed_at": "2026-03-01T13:00:00Z",
    "source": "members.json",
    "document": {
        "response": [
            {"uuid": "u", "business_id": 311394, "business_role_name": "Owner", "identity_id": 5},
            {
                "uuid": "v",
                "business_id": 311394,
                "business_role_name": "business_manager",
                "identity_id": 712052,
                "active": False,
            },
            {"uuid": "w", "business_id": 311394, "business_role_name": "x", "identity_id": None},
        ],
        "meta": {"page": 1, "per_page": 30, "total": 3},
    },
}


def test_a_listing_of_members(schema: Schema) -> None:
    """Its document has its kind, its rows are evidence that can be read, and it observes the team."""
    ask = asker(schema, graph_of((EXAMPLE / "bruce.json").read_bytes(), LISTING))
    found = ask(
        """{ business(id: "311394") { observed reachedBy {
            coverage { complete notes teamsObserved }
            nodes { principal { identityId } roles state stateReasons
                paths { nodes { steps { rawRole grant { active evidence {
                    document { kind subject { id } } pointer recordId record } } } } } } } } }"""
    )["data"]["business"]
    assert found["observed"] is True
    coverage = found["reachedBy"]["coverage"]
    assert (coverage["complete"], coverage["teamsObserved"]) == (True, 1)
    assert (
        "without a login, and so without access: 1 of 3 listed members of another_bruce (311394)"
        in (coverage["notes"])
    )
    nodes = {each["principal"]["identityId"]: each for each in found["reachedBy"]["nodes"]}
    assert (nodes["5"]["roles"], nodes["5"]["state"]) == (["OWNER"], "LATENT")  # trial_expired
    assert nodes["712052"]["stateReasons"] == ["member_inactive", "trial_expired"]
    [step] = nodes["5"]["paths"]["nodes"][0]["steps"]
    assert (step["rawRole"], step["grant"]["active"]) == ("Owner", True)
    [evidence] = step["grant"]["evidence"]
    assert evidence == {
        "document": {"kind": "members", "subject": {"id": "business:311394"}},
        "pointer": "/response/0",
        "recordId": None,
        "record": LISTING["document"]["response"][0],  # type: ignore[index]
    }
