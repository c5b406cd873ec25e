// The text for a manager says everything that the page says, and nothing in codes.
import { expect, test } from "vitest";
import type { Access } from "../../../src/scenes/proof";
import { type Plan, proofText } from "../../../src/views/proof/proof_text";
import { accessOf } from "../../scenes/access";

const ACCESS: Access = {
  ...accessOf([
    [{ from: "identity:1", to: "account:V", relation: "ROLE", state: "LATENT" }],
    [
      { from: "identity:1", to: "business:2" },
      { from: "business:2", to: "account:V", relation: "CLIENT", certainty: "INFERRED" },
    ],
  ]),
  coverage: {
    complete: false,
    notes: ["no document of identity:1 itself was read"],
    oldest: "2026-01-01T00:00:00Z",
    newest: "2026-02-01T00:00:00Z",
  },
};

const PLAN = {
  verified: true,
  truncated: false,
  revoke: [{ id: "x", label: "role 9" }],
  whatIf: {
    notes: ["Nobody is left in control."],
    ends: {
      totalCount: 3,
      nodes: [
        {
          principal: { id: "identity:1", label: "a@example.com" },
          resource: {
            __typename: "Account",
            id: "account:V",
            label: "account V",
            business: { id: "business:3", label: "Shop (3)" },
          },
        },
        {
          principal: { id: "identity:1", label: "a@example.com" },
          resource: { __typename: "Business", id: "business:3", label: "Shop (3)", account: null },
        },
      ],
    },
    lowered: { totalCount: 0 },
    stays: { totalCount: 0 },
  },
} as Plan;

const told = (access: Access, plan: Plan | null) =>
  proofText({
    who: "a@example.com",
    what: "Shop",
    access,
    plan,
    at: undefined,
    link: "http://127.0.0.1/#x",
  });

test("it tells sentence, routes, records, what would end it, and what is not known", () => {
  expect(told(ACCESS, PLAN)).toBe(`a@example.com reaches Shop
as client

State: active
Certainty: stated: each step is a record that names this person
It allows: received invoices

All of it.

ROUTES (2 paths)
1. identity:1 to account:V [latent]
2. identity:1 to business:2, business:2 to account:V [inferred]

RECORDS BEHIND IT
- record of account:V#ROLE@identity:1
- record of business:2#MEMBER@identity:1
- record of account:V#CLIENT@business:2

WHAT WOULD END IT
- role 9
Note: Nobody is left in control.

WITH IT WOULD END (3 accesses in all)
- a@example.com to Shop (3), account V
- … 1 more

WHAT IS NOT KNOWN
NOT complete: there may be other paths.
- no document of identity:1 itself was read
Newest document: 2026-02-01

http://127.0.0.1/#x
`);
});

test("what hides or reorders text is told by its code", () => {
  const access = structuredClone(ACCESS);
  const [path] = access.paths.nodes;
  if (path) path.sentence = "a\u202eb\n- forged line";
  expect(told(access, null)).toContain("1. a\\u{202e}b\\u{000a}- forged line [latent]");
});
