// A link keeps the grants that are imagined away, whatever their ids hold.
import fc from "fast-check";
import { expect, test } from "vitest";
import { imagined, toggled, without } from "../../src/state/imagined";
import { changed, location, read, write } from "../../src/state/location";

test("what is written is read, in order and once each", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1, unit: "binary" })), (grants) => {
      const written = without([...grants, ...grants]);
      const place = read(write(changed({}, { without: written })));
      expect(imagined(place.without)).toEqual([...new Set(grants)]);
    }),
  );
});

test("scissors take a grant away, and put it back", () => {
  location.value = { without: "a,role 9" };
  expect(toggled("b,c")).toEqual({ without: "a,role 9,b%2Cc" });
  expect(toggled("a")).toEqual({ without: "role 9" });
  location.value = { without: "a" };
  expect(toggled("a")).toEqual({ without: null });
});
