// A handle stands where its day is, and no key and no drag takes it beyond its bounds.
import fc from "fast-check";
import { expect, test } from "vitest";
import { dayAt, moved, placeOf } from "../../../src/views/changes/slider";

const scales = fc
  .tuple(fc.integer({ min: 0, max: 40_000 }), fc.nat(150), fc.integer({ min: 200, max: 4_000 }))
  .map(([first, length, width]) => ({ first, last: first + length, width }));

test("the place of a day is read as that day", () => {
  fc.assert(
    fc.property(scales, fc.nat(151), (scale, into) => {
      const day = Math.min(scale.first + into, scale.last + 1);
      expect(dayAt(scale, placeOf(scale, day))).toBe(day);
      expect(placeOf(scale, day)).toBeGreaterThanOrEqual(0);
      expect(placeOf(scale, day)).toBeLessThanOrEqual(scale.width);
    }),
  );
});

test("a place anywhere is a day of the line", () => {
  fc.assert(
    fc.property(scales, fc.integer({ min: -9_999, max: 9_999 }), (scale, place) => {
      const day = dayAt(scale, place);
      expect(day).toBeGreaterThanOrEqual(scale.first);
      expect(day).toBeLessThanOrEqual(scale.last + 1);
    }),
  );
});

test("keys move by a day or a week, within the bounds", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Home", "End"),
      fc.nat(50),
      fc.nat(50),
      fc.nat(50),
      (key, least, more, into) => {
        const most = least + more;
        const day = Math.min(least + into, most);
        const next = moved(key, day, least, most);
        expect(next).toBeGreaterThanOrEqual(least);
        expect(next).toBeLessThanOrEqual(most);
      },
    ),
  );
  expect(moved("ArrowLeft", 5, 0, 9)).toBe(4);
  expect(moved("PageUp", 1, 0, 9)).toBe(8);
  expect(moved("End", 1, 0, 9)).toBe(9);
  for (const other of ["Tab", "a", "toString"]) expect(moved(other, 5, 0, 9)).toBe(null);
});
