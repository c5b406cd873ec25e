// Rows tell a person, and a business with the account it keeps as one.
import { expect, test } from "vitest";
import {
  holderRow,
  type Scope,
  scopeRow,
  stateWords,
} from "../../../../src/views/answer/question/row";

const access = (id: string, more: Partial<Scope["accesses"][number]> = {}) => ({
  resource: { id },
  roles: ["CLIENT" as const],
  certainty: "INFERRED" as const,
  state: "LATENT" as const,
  contested: false,
  contestedRoles: [],
  distance: 3,
  ...more,
});

test("a business and its account are one row, as sure and alive as the better of them", () => {
  const row = scopeRow({
    node: {
      __typename: "Business",
      id: "business:363103@~1-2-aaaaaaaa",
      label: "business 363103",
      active: null,
      account: { id: "account:Xr82w" },
    },
    accesses: [
      access("account:Xr82w@~1-2-aaaaaaaa", { certainty: "STATED", distance: 1 }),
      access("business:363103", { state: "ACTIVE", roles: ["OWNER"], contested: true }),
    ],
  });
  expect(row).toMatchObject({
    id: "business:363103",
    target: "account:Xr82w",
    title: "business 363103",
    sub: "account Xr82w",
    roles: ["CLIENT", "OWNER"],
    certainty: "STATED",
    state: "ACTIVE",
    contested: true,
    distance: 1,
  });
  expect(stateWords(row)).toBe("contested · shortest: 1 step");
});

test("an account of which no business is known is a row of its own", () => {
  const node = {
    __typename: "Account" as const,
    id: "account:V",
    label: "account V",
    business: null,
  };
  expect(scopeRow({ node, accesses: [access("account:V")] })).toMatchObject({
    id: "account:V",
    target: "account:V",
    title: "account V",
    sub: "no business known",
  });
});

test("a person without a document of their own is told as such", () => {
  const { resource, ...facts } = access("business:1");
  const principal = {
    __typename: "Identity" as const,
    id: "identity:7",
    label: "a@example.com",
    firstName: "A\u202e",
    lastName: null,
    observed: false,
  };
  expect(holderRow({ principal, ...facts })).toMatchObject({
    id: "identity:7",
    target: "identity:7",
    title: "a@example.com",
    sub: "A\\u{202e} · own document not seen",
  });
});
