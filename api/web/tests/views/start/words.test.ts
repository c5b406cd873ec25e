// The start view puts what is worst first, and what was merely seen apart.
import { expect, test } from "vitest";
import { apart, kinds, rules, severities } from "../../../src/views/start/words";

const count = (rule: string, severity: "HIGH" | "LOW", all: number, suppressed = 0) => ({
  rule,
  severity,
  count: all,
  suppressed,
});

test("rules are ranked by severity, then by open findings", () => {
  const found = rules([
    count("b", "LOW", 9),
    count("a", "HIGH", 3, 2),
    count("c", "HIGH", 2),
    count("d", "HIGH", 4, 4),
  ]);
  expect(found.map(({ rule, open }) => [rule, open])).toEqual([
    ["c", 2],
    ["a", 1],
    ["b", 9],
  ]);
  expect(severities(found)).toEqual([
    { severity: "HIGH", open: 3 },
    { severity: "LOW", open: 9 },
  ]);
});

test("what was first observed is apart from what was gained", () => {
  const found = kinds([
    { kind: "OBSERVED", count: 5 },
    { kind: "LOST", count: 1 },
    { kind: "GAINED", count: 2 },
  ]);
  expect(found.happened.map(({ kind }) => kind)).toEqual(["GAINED", "LOST"]);
  expect(found.seen).toEqual([{ kind: "OBSERVED", count: 5 }]);
});

test("figures that are none are not told", () => {
  expect(apart({ inferred: 0, latent: 0, contested: 0 })).toBe("");
  expect(apart({ inferred: 1491, latent: 0, contested: 2 })).toBe("2 contested · 1,491 inferred");
});
