// Each kind of change is in one group, and the groups together are all changes.
import { expect, test } from "vitest";
import { GROUPS, groupOf, kindsOf, tallyOf, WORDS } from "../../../src/views/changes/kinds";
import { told } from "../../../src/views/changes/timeline";

const KINDS = Object.keys(WORDS);

test("a kind has one group", () => {
  expect(Object.values(GROUPS).flat().toSorted()).toEqual(KINDS.toSorted());
  expect(kindsOf(null, true).toSorted()).toEqual(KINDS.toSorted());
  expect(kindsOf(null, false)).not.toContain("OBSERVED");
  expect(kindsOf("lost", true)).toEqual(["LOST"]);
  expect(groupOf("toString")).toBe(null);
});

const tally = tallyOf({
  totalCount: 1_010,
  counts: [
    { kind: "GAINED", count: 4 },
    { kind: "OBSERVED", count: 1_000 },
    { kind: "LOST", count: 3 },
    // one of the three that remain has two kinds
    { kind: "RAISED", count: 3 },
    { kind: "TURNED_LATENT", count: 1 },
  ],
});

test("a change of two kinds counts once", () => {
  expect(tally).toEqual({ gained: 4, lost: 3, changed: 3, appeared: 1_000, vanished: 0 });
});

test("a bar says its days and its numbers", () => {
  expect(told({ first: 20_000, last: 20_000 }, tally, false)).toBe(
    "4 Oct 2024: 4 gained, 3 lost, 3 changed",
  );
  expect(told({ first: 20_000, last: 20_006 }, tally, true)).toBe(
    "4 Oct 2024 to 10 Oct 2024: 4 gained, 3 lost, 3 changed, 1,000 first observed, 0 no longer observed",
  );
});
