// The walk never leaves the grid, and each step has its way back.
import fc from "fast-check";
import { expect, test } from "vitest";
import { drawn, walk } from "../../../../src/views/matrix/grid/walk";

const KEYS = [
  "ArrowDown",
  "ArrowUp",
  "ArrowLeft",
  "ArrowRight",
  "PageDown",
  "PageUp",
  "Home",
  "End",
];
const sizes = fc.record({
  rows: fc.integer({ min: 1, max: 40 }),
  columns: fc.integer({ min: 1, max: 20 }),
});

test("every walk stays inside", () => {
  fc.assert(
    fc.property(sizes, fc.array(fc.constantFrom(...KEYS)), fc.boolean(), (size, keys, whole) => {
      let spot = { row: 0, column: 0 };
      for (const key of keys) {
        spot = walk(spot, size, key, whole) ?? spot;
        expect(spot.row).toBeGreaterThanOrEqual(0);
        expect(spot.row).toBeLessThan(size.rows);
        expect(spot.column).toBeGreaterThanOrEqual(0);
        expect(spot.column).toBeLessThan(size.columns);
      }
    }),
  );
});

test("keys that do not walk are left alone", () => {
  const size = { rows: 3, columns: 3 };
  for (const key of ["Enter", "a", "constructor", "Tab"])
    expect(walk({ row: 1, column: 1 }, size, key, false)).toBeNull();
  expect(walk({ row: 1, column: 1 }, size, "Home", true)).toEqual({ row: 0, column: 0 });
  expect(walk({ row: 1, column: 1 }, size, "End", false)).toEqual({ row: 1, column: 2 });
});

test("the focused one is drawn, wherever it is, and nothing twice", () => {
  fc.assert(
    fc.property(
      fc.nat(50),
      fc.nat(20),
      fc.integer({ min: -2, max: 60 }),
      (first, more, focused) => {
        const count = 55;
        const last = Math.min(count, first + more);
        const found = drawn(Math.min(first, last), last, focused, count);
        expect(new Set(found).size).toBe(found.length);
        if (focused >= 0 && focused < count) expect(found).toContain(focused);
      },
    ),
  );
});
