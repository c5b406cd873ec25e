// The window of a long list: every row can be brought into it, however many there are.
import fc from "fast-check";
import { expect, test } from "vitest";
import { reached, scrolled, tall } from "../../src/components/window_of_rows";

const views = fc.record({
  count: fc.integer({ min: 1, max: 5_000_000 }),
  height: fc.integer({ min: 20, max: 60 }),
  high: fc.integer({ min: 100, max: 2000 }),
});

test("any row can be scrolled to, from anywhere", () => {
  fc.assert(
    fc.property(views, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(), (view, part, any) => {
      fc.pre(view.count * view.height > view.high);
      const row = any % view.count;
      const top = part * (tall(view) - view.high);
      const start = reached(view, scrolled(view, top, row));
      expect(row * view.height - start).toBeGreaterThan(-1);
      expect((row + 1) * view.height - start).toBeLessThan(view.high + 1);
    }),
  );
});

test("a row in sight moves nothing, and a short list is as tall as its rows", () => {
  const view = { count: 100_000, height: 48, high: 480 };
  expect(tall(view)).toBe(4_800_000);
  expect(scrolled(view, 48_000, 1005)).toBe(48_000);
  expect(scrolled(view, 48_000, 999)).toBe(47_952);
  expect(scrolled(view, 48_000, 1010)).toBe(48_048);
});
