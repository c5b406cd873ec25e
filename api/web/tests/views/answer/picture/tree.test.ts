// A tree of bundles is folded to what can be read, and grows and folds without losing anything.
import { expect, test } from "vitest";
import type { AnswerBundlesListFragment } from "../../../../src/generated/operations";
import {
  drawn,
  folded,
  folding,
  grown,
  planted,
  shown,
} from "../../../../src/views/answer/picture/tree";

type Bundle = AnswerBundlesListFragment["nodes"][number];

const person = (number: number) => ({
  __typename: "Identity" as const,
  id: `identity:${number}`,
  label: `${number}@example.com`,
  firstName: null,
  lastName: null,
  observed: true,
});
const resource = (id: string) => ({
  __typename: "Business" as const,
  id,
  label: id,
  active: null,
  account: null,
});
const people = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, place) => person(from + place));

const bundle = (more: Partial<Bundle> = {}): Bundle => ({
  parent: resource("business:1"),
  relation: "MEMBER",
  role: "OWNER",
  certainty: "STATED",
  state: "ACTIVE",
  count: 6,
  scopes: 6,
  scopesBeyond: 0,
  members: people(0, 6),
  after: null,
  ...more,
});
const list = (...nodes: Bundle[]): AnswerBundlesListFragment => ({
  version: "v",
  totalCount: nodes.length,
  truncated: false,
  nodes,
});

test("six are all drawn, and of seven five", () => {
  expect(planted(list(bundle()), "business:1").branches[0]).toMatchObject({ shown: 6 });
  const seven = planted(list(bundle({ count: 7, after: "c" })), "business:1");
  expect(seven.branches[0]).toMatchObject({ shown: 5, base: 5 });
  expect(drawn(seven, "business:1").size).toBe(5);
});

test("the more bundles hang on the root, the fewer members of each are drawn", () => {
  const roles = ["OWNER", "ADMIN", "MANAGER", "EMPLOYEE", "CLIENT", "STAFF"] as const;
  const many = roles.flatMap((role) => [
    bundle({ role, count: 99, after: "c" }),
    bundle({ role, state: "LATENT", count: 99, after: "c" }),
  ]);
  const { branches } = planted(list(...many), "business:1");
  expect(new Set(branches.map((branch) => branch.shown))).toEqual(new Set([2]));
  expect(new Set(branches.map(({ key }) => key)).size).toBe(12);
});

test("bundles that look alike keep apart", () => {
  const { branches } = planted(list(bundle(), bundle()), "business:1");
  expect(new Set(branches.map(({ key }) => key)).size).toBe(2);
});

test("more is shown as it is loaded, and folds again", () => {
  const first = planted(list(bundle({ count: 30, after: "c6" })), "business:1");
  const key = first.branches[0]?.key ?? "";
  const next = bundle({ count: 30, members: people(6, 16), after: "c16" });
  const child = bundle({ parent: resource("identity:7"), members: people(40, 41), count: 1 });
  const more = shown(grown(first, key, list(next, child)), key, 15);
  expect(more.branches[0]).toMatchObject({ shown: 15, after: "c16" });
  expect(more.branches[0]?.members).toHaveLength(16);
  expect(drawn(more, "business:1").has("identity:40")).toBe(true);
  expect(folding(more, `more:${key}`)?.key).toBe(key);
  expect(folding(more, "business:1")).toBeNull();
  expect(shown(more, key, 99).branches[0]?.shown).toBe(16);
  const again = folded(more, "business:1");
  expect(again.branches[0]).toMatchObject({ shown: 5, after: "c16" });
  expect(drawn(again, "business:1").size).toBe(5);
});

test("an answer of nothing has no branch", () => {
  expect(planted(list(), "business:1").branches).toEqual([]);
});
