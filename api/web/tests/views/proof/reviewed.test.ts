// The items of campaigns that hold one access.
import { expect, test } from "vitest";
import { itemsOf } from "../../../src/views/proof/panels/reviewed";

const item = (number: number, principalId: string, resourceId: string, kept?: string) => ({
  number,
  principalId,
  resourceId,
  kept: kept ? { resourceId: kept } : null,
  decision: null,
});

test("an item holds an access by its place or by the account that goes with it, and by no likeness", () => {
  const campaigns = [
    {
      id: "1",
      name: "Q1",
      signOff: null,
      items: {
        nodes: [
          item(1, "identity:71", "business:1", "account:A"),
          item(2, "identity:712", "business:1"),
          item(3, "identity:71", "business:12", "account:Ab"),
        ],
      },
    },
    { id: "2", name: "Q2", signOff: null, items: { nodes: [item(9, "identity:71", "account:A")] } },
  ];
  const numbers = (resource: string) =>
    itemsOf(campaigns, { principal: "identity:71", resource }).map((each) => each.item.number);
  expect(numbers("account:A")).toEqual([9, 1]);
  expect(numbers("business:1")).toEqual([1]);
  expect(numbers("business:2")).toEqual([]);
});
