// The title says which place a tab shows.
import { expect, test } from "vitest";
import { titleOf } from "../../../src/components/shell/title";

const nameOf = (id: string) => `<${id}>`;

test.each([
  ["start", {}, "Inroads"],
  ["answer", { who: "a" }, "<a> · Inroads"],
  ["proof", { who: "a", to: "b" }, "<a> → <b> · Inroads"],
  ["findings", {}, "Findings · Inroads"],
  ["what_if", { who: "a" }, "What if · <a> · Inroads"],
])("%s", (view, place, title) => {
  expect(titleOf(view, place, nameOf)).toBe(title);
});
