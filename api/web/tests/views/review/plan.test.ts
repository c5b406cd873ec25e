// A campaign that is to be started: its scope, its command and its name.
import { expect, test } from "vitest";
import { commandOf, quarter, scopeOf, unused } from "../../../src/views/review/starting/plan";

const copper = { id: "business:77128", label: "Copper", account: "account:zDmNq" };
const person = { id: "identity:712052", label: "b@example.com", account: null };

test("a business is reviewed with the account that it keeps", () => {
  expect(scopeOf(null)).toBeNull();
  expect(scopeOf(copper)).toEqual({ resources: ["business:77128", "account:zDmNq"] });
  expect(scopeOf(person)).toEqual({ identities: ["identity:712052"] });
});

test("the command names the ledger and all that was chosen", () => {
  const plan = { name: "2026-Q1", about: copper, due: "2026-03-31", previous: "the last one" };
  expect(commandOf(plan, "eve@example.com")).toBe(
    "inroads review start 2026-Q1 --by eve@example.com --ledger FILE" +
      " --resource business:77128 --resource account:zDmNq" +
      " --due 2026-03-31T23:59:59Z --from 'the last one'",
  );
  expect(commandOf({ name: "", about: null, due: "", previous: "" }, "")).toBe(
    "inroads review start NAME --by you@example.com --ledger FILE",
  );
});

test("a campaign is called by its quarter, and by another name where there is one already", () => {
  expect(quarter(new Date("2026-12-31T23:00:00Z"))).toBe("2026-Q4");
  expect(unused("2026-Q4", ["2026-Q4", "2026-Q4-2"])).toBe("2026-Q4-3");
});
