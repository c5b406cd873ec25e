// A place as a filter of items, a command and Python, which say the same.
import { expect, test } from "vitest";
import { commandOf, filterOf, orderOf, pythonOf } from "../../../src/views/review/queue/filter";

test("the open items are shown, all of them once the campaign is closed", () => {
  expect(filterOf({}, false)).toEqual({ decided: false });
  expect(filterOf({}, true)).toEqual({});
  expect(filterOf({ only: "revoke" }, false)).toEqual({ verdict: "REVOKE" });
  expect(filterOf({ only: "decided" }, true)).toEqual({ decided: true });
});

test("words that are no choices are left out", () => {
  expect(filterOf({ only: "evil", role: "KING", sure: "x", state: "" }, true)).toEqual({});
  expect(orderOf({ by: "evil" })).toBe("RISK");
});

test("a command and Python say the filter", () => {
  const place = { who: "business:77128", role: "OWNER", sure: "INFERRED", text: "it's" };
  const filter = filterOf(place, false);
  expect(commandOf("2026 Q1", filter)).toBe(
    "review export '2026 Q1' --format ndjson --of business:77128 --role owner" +
      " --certainty inferred --undecided | grep -iF -- 'it'\\''s'",
  );
  expect(pythonOf('a "b"', filter)).toContain(
    'review.Filter(of="business:77128", role="OWNER", certainty="INFERRED", text="it\'s", decided=False)',
  );
  expect(pythonOf('a "b"', filter)).toContain('review.campaign(ledger, "a \\"b\\"")');
});

test("a verdict, which the command has no option for, is looked for in its rows", () => {
  expect(commandOf("Q1", { verdict: "KEEP" })).toBe(
    `review export Q1 --format ndjson | grep '"decision":"keep"'`,
  );
});
