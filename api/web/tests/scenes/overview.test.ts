// The picture of an answer: business and account on one card, the rest folded with its true number.
import { expect, test } from "vitest";
import type { Branch, Bundle, Step } from "../../src/scenes/branches";
import type { Named } from "../../src/scenes/names";
import { overview } from "../../src/scenes/overview";

const person = (id: string): Named => ({
  __typename: "Identity",
  id: `identity:${id}`,
  label: `${id}@example.com`,
});
const business = (id: string, account?: string): Named => ({
  __typename: "Business",
  id: `business:${id}`,
  label: `B (${id})`,
  account: account ? { id: `account:${account}` } : null,
});
const account = (id: string, keeper?: string): Named => ({
  __typename: "Account",
  id: `account:${id}`,
  label: `account ${id}`,
  business: keeper ? { id: `business:${keeper}`, label: `B (${keeper})` } : null,
});

function branch(parent: Named, members: Named[], more: Partial<Bundle & Branch> = {}): Branch {
  const { shown = members.length, base = shown, after = null, ...given } = more;
  const bundle = {
    parent,
    relation: "MEMBER",
    role: "OWNER",
    certainty: "STATED",
    state: "ACTIVE",
    count: members.length,
    scopes: members.length,
    scopesBeyond: 0,
    members,
    after,
    ...given,
  } as unknown as Bundle;
  const key = `${parent.id}|${bundle.relation}|${bundle.role}`;
  return { key, parent, bundle, members, after, shown, base };
}

const draw = (root: Named, branches: Branch[], full = false, chosen: Step[] = []) =>
  overview({ root, inverse: root.__typename !== "Identity", branches, full, chosen });

const step = (from: Named, to: Named, role: string | null = "OWNER", relation = "MEMBER"): Step =>
  ({ from, to, role, relation, certainty: "STATED", state: "ACTIVE" }) as unknown as Step;

test("a business and the account it keeps are one card, and no line says so", () => {
  const keeps = { relation: "KEEPS", role: null } as const;
  const scene = draw(person("1"), [
    branch(person("1"), [business("7", "x")]),
    branch(business("7", "x"), [account("x", "7")], keeps),
    branch(account("x", "7"), [account("y", "8")], { relation: "CLIENT", role: "CLIENT" }),
  ]);
  expect(scene.spots.map(({ id, sub }) => [id, sub])).toEqual([
    ["identity:1", "@example.com"],
    ["business:7", "7 · account x"],
    ["business:8", "8 · account y"],
  ]);
  expect(scene.lines.map(({ from, to, label }) => [from, label, to])).toEqual([
    ["identity:1", "owner", "business:7"],
    ["business:7", "client", "business:8"],
  ]);
});

test("two grants on one business are two lines to one card, which is alive if one is", () => {
  const latent = { role: "CLIENT", relation: "ROLE", state: "LATENT" } as const;
  const scene = draw(person("1"), [
    branch(person("1"), [account("x", "7")], latent),
    branch(person("1"), [business("7", "x")]),
  ]);
  expect(scene.spots.map(({ id, latent }) => [id, latent ?? false])).toEqual([
    ["identity:1", false],
    ["business:7", false],
  ]);
  expect(scene.lines.map(({ label, latent }) => [label, latent])).toEqual([
    ["client", true],
    ["owner", false],
  ]);
});

test("holders stand before what they hold, each by a record of their own", () => {
  const scene = draw(account("V"), [
    branch(account("V"), [business("7")], { role: "CLIENT", certainty: "INFERRED" }),
    branch(business("7"), [person("1")], { certainty: "INFERRED" }),
  ]);
  expect(scene.inverse).toBe(true);
  expect(scene.lines.map(({ from, to, certainty }) => [from, to, certainty])).toEqual([
    ["business:7", "account:V", "INFERRED"],
    ["identity:1", "business:7", "STATED"],
  ]);
});

test("a fold has the true number of what it holds, and of what hangs beyond", () => {
  const members = [business("7"), business("8")];
  const hub = {
    role: "CLIENT",
    count: 400,
    shown: 2,
    base: 1,
    scopes: 0,
    scopesBeyond: 63,
  } as const;
  const branches = [
    branch(account("V"), members, hub),
    branch(business("7"), [person("1")], { count: 3, scopes: 3, shown: 1 }),
  ];
  const scene = draw(account("V"), branches);
  const folds = scene.spots.filter(({ kind }) => kind === "more");
  expect(folds.map(({ title, sub, count, fold }) => [title, sub, count, fold])).toEqual([
    ["+398 more", "and 60 beyond them", 398, "more"],
    ["+2 more", "show them", 2, "more"],
  ]);
  expect(scene.lines.find(({ from }) => from === folds[0]?.id)?.count).toBe(398);
  expect(scene.spots.find(({ end }) => end)?.fold).toBe("less");
  const full = draw(account("V"), branches, true).spots.filter(({ kind }) => kind === "more");
  expect(full.map(({ sub, fold }) => [sub, fold])).toEqual([
    ["and 60 beyond them", undefined],
    ["see them in the list", undefined],
  ]);
});

test("what hangs on a folded member is not drawn", () => {
  const scene = draw(person("1"), [
    branch(person("1"), [business("7"), business("8")], { shown: 1 }),
    branch(business("8"), [account("z")]),
  ]);
  expect(scene.spots.map(({ kind }) => kind)).toEqual(["identity", "business", "more"]);
});

test("what is chosen is drawn even where it is folded, and its fold holds one less", () => {
  const branches = [branch(business("7"), [person("1"), person("2")], { count: 9, shown: 1 })];
  const scene = draw(business("7"), branches, false, [step(person("5"), business("7"))]);
  expect(scene.spots.map(({ id, title }) => [id, title])).toEqual([
    ["business:7", "B"],
    ["identity:1", "1"],
    ["identity:5", "5"],
    ["more:business:7|MEMBER|OWNER", "+7 more"],
  ]);
  expect(scene.lines.filter(({ from }) => from === "identity:5")).toHaveLength(1);
  const last = [branch(business("7"), [person("1"), person("2")], { count: 2, shown: 1 })];
  const whole = draw(business("7"), last, false, [step(person("2"), business("7"))]);
  expect(whole.spots.some(({ kind }) => kind === "more")).toBe(false);
});

test("a path to what is chosen that no branch has is drawn step by step", () => {
  const hub = { relation: "CLIENT", role: "CLIENT", count: 9, shown: 1 } as const;
  const path = [
    step(person("5"), business("9")),
    step(business("9"), account("V"), "CLIENT", "CLIENT"),
  ];
  const scene = draw(account("V"), [branch(account("V"), [business("8")], hub)], false, path);
  expect(scene.lines.map(({ from, to, label }) => [from, label, to])).toEqual([
    ["business:8", "client", "account:V"],
    ["business:9", "client", "account:V"],
    ["more:account:V|CLIENT|CLIENT", "client", "account:V"],
    ["identity:5", "owner", "business:9"],
  ]);
  const hiding = [branch(account("V"), [business("8")], { ...hub, scopesBeyond: 12 })];
  const folds = draw(account("V"), hiding, false, path).spots.filter(({ kind }) => kind === "more");
  expect(folds.map(({ title, sub }) => [title, sub])).toEqual([["+7 more", "and 11 beyond them"]]);
  const same = draw(
    account("V"),
    [branch(account("V"), [business("9")], { ...hub, count: 1 })],
    false,
    path,
  );
  expect(same.spots.map(({ id }) => id)).toEqual(["account:V", "business:9", "identity:5"]);
});
