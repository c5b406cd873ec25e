// Words of a link that are no ids.
import { expect, test } from "vitest";
import { namedIn, said } from "../../../src/components/shell/named";

test("an id is taken as it is, and any other word is to be found", () => {
  expect(namedIn({})).toBeNull();
  expect(namedIn({ who: "identity:1,business:2", to: "account:x,y" })).toEqual({
    key: "to",
    word: "y",
  });
  expect(namedIn({ who: "b@example.com", to: "Copper" })).toEqual({
    key: "who",
    word: "b@example.com",
  });
  expect(namedIn({ who: "business:" })).toEqual({ key: "who", word: "business:" });
});

test("a word becomes an id among others, each once", () => {
  const place = { who: "business:2, Copper ,identity:1" };
  const named = { key: "who", word: "Copper" } as const;
  expect(said(place, named, "business:3")).toEqual({ who: "business:2,business:3,identity:1" });
  expect(said(place, named, "business:2")).toEqual({ who: "business:2,identity:1" });
});
