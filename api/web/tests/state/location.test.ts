// A place survives its link, and a link says nothing that is not the place's.
import fc from "fast-check";
import { expect, test } from "vitest";
import { changed, type Location, read, write } from "../../src/state/location";

const text = fc.string({ minLength: 1, unit: "binary" });
const places: fc.Arbitrary<Location> = fc.record(
  { view: text, who: text, to: text, step: text, at: text, role: text },
  { requiredKeys: [] },
);

test("what is written is read", () => {
  fc.assert(
    fc.property(places, (place) => {
      expect(read(write(place))).toEqual(place);
    }),
  );
});

test("an unknown choice is left out", () => {
  expect(read("#who=identity:1&evil=%3Cscript%3E&__proto__=x")).toEqual({ who: "identity:1" });
});

test("a link is readable, and its choices have one order", () => {
  expect(write({ to: "account:Xr82w", who: "identity:712052" })).toBe(
    "#who=identity:712052&to=account:Xr82w",
  );
});

test("a change sets, keeps and takes away", () => {
  const place = { who: "identity:1", role: "OWNER", at: "2026-01-02" };
  expect(changed(place, { role: null, to: "business:2" })).toEqual({
    who: "identity:1",
    to: "business:2",
    at: "2026-01-02",
  });
});
