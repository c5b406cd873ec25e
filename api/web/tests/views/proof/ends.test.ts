// A link may name the person first or the place first; it says the same.
import { expect, test } from "vitest";
import { pairOf } from "../../../src/views/proof/ends";

test("either order is the same access", () => {
  const pair = { principal: "identity:1", resource: "account:a,b@c" };
  expect(pairOf({ who: "identity:1", to: "account:a,b@c" })).toEqual(pair);
  expect(pairOf({ who: "account:a,b@c", to: "identity:1" })).toEqual(pair);
});

test("the mark of a version is not part of an end", () => {
  const mark = "@~1f-1a2b3c4d5e-0123abcd";
  expect(pairOf({ who: `identity:1${mark}`, to: `business:2${mark}` })).toEqual({
    principal: "identity:1",
    resource: "business:2",
  });
});

test("two people, two places or one end are no access", () => {
  expect(pairOf({ who: "identity:1", to: "identity:2" })).toBeNull();
  expect(pairOf({ who: "business:1", to: "account:A" })).toBeNull();
  expect(pairOf({ who: "identity:1" })).toBeNull();
});
