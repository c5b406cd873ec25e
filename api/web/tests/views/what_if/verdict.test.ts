// It is never said that an access ends where it may stand.
import { expect, test } from "vitest";
import type { WhatIf } from "../../../src/views/what_if/rows";
import { verdictOf } from "../../../src/views/what_if/verdict";
import { accessOf, grantOf, type Step } from "../../scenes/access";
import { facts, outcomeOf } from "./outcome";

const ROW: Step = { from: "identity:1", to: "account:V", relation: "ROLE" };
const OTHER: Step = { from: "identity:1", to: "account:V", relation: "ROLE/CLIENT" };
const PAIR = { principal: "identity:1", resource: "account:V" };

function answer(given: Partial<Record<"ends" | "lowered" | "stays", object[]>>, ...gone: Step[]) {
  const page = (nodes: object[] = []) => ({ totalCount: nodes.length, nodes });
  return {
    removed: gone.map((step) => ({ id: grantOf(step) })),
    ends: page(given.ends),
    lowered: page(given.lowered),
    stays: page(given.stays),
    raised: page(),
  } as unknown as WhatIf;
}

const ended = outcomeOf("account:V", facts("CLIENT"), null);
const stays = outcomeOf("account:V", facts("CLIENT"), facts("CLIENT"), "STAYS");

test("a path that is left keeps the access", () => {
  const { fate, left } = verdictOf(accessOf([[ROW], [OTHER]]), PAIR, answer({}, ROW));
  expect([fate, left.length]).toEqual(["stands", 1]);
});

test("without a path it is over", () => {
  const both = accessOf([[ROW], [OTHER]]);
  expect(verdictOf(both, PAIR, answer({}, ROW, OTHER)).fate).toBe("over");
});

test("with more paths than are shown, only the answer itself can say that it is over", () => {
  const cut = accessOf([[ROW]], { truncated: true });
  expect(verdictOf(cut, PAIR, answer({}, ROW)).fate).toBe("unsure");
  expect(verdictOf(cut, PAIR, answer({ stays: [stays] }, ROW)).fate).toBe("stands");
  expect(verdictOf(cut, PAIR, answer({ ends: [ended] }, ROW)).fate).toBe("over");
});
