// A place says what is asked, and each chip of the filter is a change of place.
import { expect, test } from "vitest";
import { changed } from "../../../../src/state/location";
import {
  askedOf,
  CLEARED,
  filtering,
  filterOf,
  keyOf,
  toggled,
  without,
} from "../../../../src/views/answer/question/asked";

const place = { who: "business:1", role: "OWNER,CLIENT", sure: "STATED", contested: "no" };

test("a place without a filter asks for everything", () => {
  const asked = askedOf({ who: "business:1" });
  expect(filterOf(asked)).toBeNull();
  expect(filtering(asked)).toEqual([]);
  expect(asked.sort).toBe("BEST");
});

test("a place gives the filter of the API, in the API's words", () => {
  const asked = askedOf({ ...place, sort: "NAME", at: "2026-01-02T00:00:00Z" });
  expect(filterOf(asked)).toEqual({
    roles: ["OWNER", "CLIENT"],
    certainty: "STATED",
    contested: false,
  });
  expect([asked.sort, asked.at]).toEqual(["NAME", "2026-01-02T00:00:00Z"]);
});

test("words that no filter knows filter nothing", () => {
  const asked = askedOf({
    who: "business:1",
    role: "owner,__proto__,' OR 1",
    sure: "ASSOCIATED",
    state: "dead",
    contested: "maybe",
    sort: "price",
  });
  expect(filterOf(asked)).toBeNull();
  expect(asked.sort).toBe("BEST");
});

test("roles add up, and of every other part one word counts", () => {
  const asked = askedOf(place);
  expect(toggled(asked, "role", "OWNER")).toEqual({ role: "CLIENT" });
  expect(toggled(asked, "role", "ADMIN")).toEqual({ role: "OWNER,ADMIN,CLIENT" });
  expect(toggled(askedOf({ who: "business:1", role: "OWNER" }), "role", "OWNER")).toEqual({
    role: null,
  });
  expect(toggled(asked, "sure", "INFERRED")).toEqual({ sure: "INFERRED" });
  expect(toggled(asked, "sure", "STATED")).toEqual({ sure: null });
  expect(toggled(asked, "contested", "yes")).toEqual({ contested: "yes" });
});

test("a part or all of the filter can be left out", () => {
  const asked = askedOf(place);
  expect(filterOf(without(asked, "role"))).toEqual({ certainty: "STATED", contested: false });
  expect(filterOf(without(asked, "role", "sure", "contested"))).toBeNull();
  expect(changed(place, CLEARED)).toEqual({ who: "business:1" });
});

test("the same question has the same key, whatever else the place says", () => {
  expect(keyOf(askedOf({ ...place, role: "CLIENT,OWNER", step: "x" }))).toBe(keyOf(askedOf(place)));
  expect(keyOf(askedOf({ ...place, sort: "NAME" }))).not.toBe(keyOf(askedOf(place)));
});
