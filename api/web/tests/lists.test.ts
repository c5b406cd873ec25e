// A list in parts is the same list.
import fc from "fast-check";
import { expect, test } from "vitest";
import { parts } from "../src/lists";

test("parts have all items in order, none of them too long", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 9 }), (items, size) => {
      const found = parts(items, size);
      expect(found.flat()).toEqual(items);
      expect(found.every((each) => each.length > 0 && each.length <= size)).toBe(true);
    }),
  );
});
