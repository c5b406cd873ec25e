// A proof's scene has every path, no node twice, and says what is sure, alive, contested, cut and ended.
import fc from "fast-check";
import { expect, test } from "vitest";
import { grantsOf, proofScene, remaining } from "../../src/scenes/proof";
import { accessOf, grantOf, type Step } from "./access";

const OWNED: Step = { from: "identity:1", to: "business:2", role: "OWNER" };
const CLIENT: Step = {
  from: "business:2",
  to: "account:V",
  relation: "CLIENT",
  role: "CLIENT",
  certainty: "INFERRED",
};
const ROW: Step = { from: "identity:1", to: "account:V", relation: "ROLE/CLIENT", role: "CLIENT" };
const KEEPS: Step = { from: "account:V", to: "business:3", relation: "KEEPS" };
const PAIR = { principal: "identity:1", resource: "account:V" };
const TWO = [[ROW], [OWNED, CLIENT]];

test("two routes meet in one card of the business and its account", () => {
  const scene = proofScene(accessOf(TWO, { keepers: { "account:V": "business:3" } }), PAIR);
  expect(scene.root).toBe("identity:1");
  expect(scene.spots.map(({ id, kind, end }) => [id, kind, end])).toEqual([
    ["identity:1", "identity", true],
    ["business:3", "business", true],
    ["business:2", "business", false],
  ]);
  expect(scene.spots[1]).toMatchObject({ title: "Shop", sub: "3 · account V" });
  expect(scene.lines.map(({ from, to, label, certainty }) => [from, to, label, certainty])).toEqual(
    [
      ["identity:1", "business:3", "client", "STATED"],
      ["identity:1", "business:2", "owner", "STATED"],
      ["business:2", "business:3", "client", "INFERRED"],
    ],
  );
});

test("who keeps an account is not drawn, and its card has both ids", () => {
  const path = [{ ...ROW }, KEEPS];
  const scene = proofScene(accessOf([path], { keepers: { "account:V": "business:3" } }), {
    principal: "identity:1",
    resource: "business:3",
  });
  expect(scene.lines).toHaveLength(1);
  expect(scene.spots.map(({ title, sub }) => [title, sub])).toEqual([
    ["p1", "@example.com"],
    ["Shop", "3 · account V"],
  ]);
});

test("an account with two claimed keepers stands apart, and the claim is drawn as contested", () => {
  const path = [ROW, { ...KEEPS, contested: true }];
  const scene = proofScene(accessOf([path], { keepers: { "account:V": "business:3" } }), PAIR);
  expect(scene.spots.map(({ id }) => id)).toEqual(["identity:1", "account:V", "business:3"]);
  expect(scene.spots[1]).toMatchObject({ title: "account V", sub: "who keeps it is contested" });
  expect(scene.lines[1]).toMatchObject({ label: "keeps", contested: true });
});

test("parallel grants are lines of their own", () => {
  const other = { ...ROW, relation: "ROLE", role: "ACCOUNTANT" };
  const scene = proofScene(accessOf([[ROW], [other]]), PAIR);
  expect(new Set(scene.lines.map(({ id }) => id)).size).toBe(2);
  expect(new Set(scene.lines.map(({ from, to }) => `${from} ${to}`)).size).toBe(1);
});

test("a step is latent where it is on every path, and so is what only such steps lead to", () => {
  const late = [OWNED, { ...CLIENT, state: "LATENT" }];
  const scene = proofScene(accessOf([late]), PAIR);
  expect(scene.lines.map(({ latent }) => latent)).toEqual([false, true]);
  expect(scene.spots.map(({ latent }) => latent)).toEqual([undefined, false, true]);
  const alive = proofScene(accessOf([[ROW], late]), PAIR);
  expect(alive.spots.find(({ id }) => id === "account:V")?.latent).toBe(false);
});

test("the cut is marked, and ids of a past version are links of any time", () => {
  const scene = proofScene(accessOf(TWO, { cut: [grantOf(ROW)], past: true }), PAIR);
  expect(scene.lines.map(({ id, cut }) => [id, cut])).toEqual([
    [grantOf(ROW), true],
    [grantOf(OWNED), false],
    [grantOf(CLIENT), false],
  ]);
});

test("without one grant, what it led to has ended, and what comes before it stands", () => {
  const access = accessOf(TWO);
  const scene = proofScene(access, PAIR, [grantOf(CLIENT)]);
  expect(scene.lines.map(({ ended }) => ended)).toEqual([false, false, true]);
  expect(scene.spots.map(({ id, ended }) => [id, ended])).toEqual([
    ["identity:1", undefined],
    ["account:V", false],
    ["business:2", false],
  ]);
  const first = proofScene(access, PAIR, [grantOf(OWNED)]);
  expect(first.lines.map(({ ended }) => ended)).toEqual([false, true, true]);
  const alone = proofScene(accessOf([[OWNED, CLIENT]]), PAIR, [grantOf(CLIENT)]);
  expect(alone.spots.map(({ id, ended }) => [id, ended])).toEqual([
    ["identity:1", undefined],
    ["business:2", false],
    ["account:V", true],
  ]);
  expect(remaining(access, [grantOf(CLIENT)]).map(grantsOf)).toEqual([[grantOf(ROW)]]);
});

const roads = fc.array(
  fc.uniqueArray(fc.integer({ min: 2, max: 9 }), { minLength: 0, maxLength: 4 }),
  { minLength: 1, maxLength: 12 },
);

test("every step that is not within a card is a line, both ends of which are cards", () => {
  fc.assert(
    fc.property(roads, fc.array(fc.nat(30)), (found, picked) => {
      const paths = found.map((road) =>
        ["identity:1", ...road.map((n) => `business:${n}`), "account:V"]
          .slice(0, -1)
          .map((from, at, all): Step => ({ from, to: all[at + 1] ?? "account:V" })),
      );
      const access = accessOf(paths);
      const all = [...new Set(access.paths.nodes.flatMap(grantsOf))];
      const gone = picked.flatMap((at) => all[at] ?? []);
      const scene = proofScene(access, PAIR, gone);
      const cards = scene.spots.map(({ id }) => id);
      expect(new Set(cards).size).toBe(cards.length);
      expect(scene.lines.map(({ id }) => id).sort()).toEqual(all.sort());
      for (const { from, to } of scene.lines)
        expect(cards).toEqual(expect.arrayContaining([from, to]));
      const standing = new Set(remaining(access, gone).flatMap(grantsOf));
      for (const line of scene.lines) {
        if (gone.includes(line.id)) expect(line.ended).toBe(true);
        if (standing.has(line.id) || !gone.length) expect(line.ended).toBe(false);
      }
    }),
  );
});
