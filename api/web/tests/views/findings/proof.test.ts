// The proof of a finding is that of the one access between its subjects.
import { expect, test } from "vitest";
import { proofOf } from "../../../src/views/findings/proof";

test("one person and one place have a proof", () => {
  const ends = { who: "identity:1", to: "account:A" };
  expect(proofOf(["identity:1", "account:A"])).toEqual(ends);
  expect(proofOf(["account:A", "identity:1"])).toEqual(ends);
});

test("others have none", () => {
  for (const subjects of [
    [],
    ["identity:1"],
    ["business:1"],
    ["identity:1", "identity:2"],
    ["identity:1", "group:3"],
    ["identity:1", "business:1", "business:2"],
  ])
    expect(proofOf(subjects)).toBe(null);
});
