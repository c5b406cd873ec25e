// The parts of the time line hold each day once, are never too many, and hold what is chosen.
import fc from "fast-check";
import { expect, test } from "vitest";
import { binsOf, spanOf, unitOf } from "../../../src/views/changes/bins";
import { dayOf, dayText } from "../../../src/views/changes/days";

const days = fc.integer({ min: dayOf("1999-01-01"), max: dayOf("2100-01-01") });
const lengths = fc.integer({ min: 0, max: 3_000 });

test("each day is in exactly one part", () => {
  fc.assert(
    fc.property(days, lengths, (first, length) => {
      const bins = binsOf(first, first + length);
      expect(bins[0]?.first).toBe(first);
      expect(bins.at(-1)?.last).toBe(first + length);
      for (const [index, bin] of bins.entries()) {
        expect(bin.last).toBeGreaterThanOrEqual(bin.first);
        if (index) expect(bin.first).toBe((bins[index - 1]?.last ?? 0) + 1);
      }
      if (length < 366) expect(bins.length).toBeLessThanOrEqual(32);
    }),
  );
});

test("weeks end on Sundays, months with their last day", () => {
  const weeks = binsOf(dayOf("2026-08-28"), dayOf("2026-11-27"));
  expect(weeks.slice(0, 2).map((bin) => dayText(bin.last))).toEqual(["2026-08-30", "2026-09-06"]);
  const months = binsOf(dayOf("2024-01-15"), dayOf("2024-12-31"));
  expect(months.slice(0, 2).map((bin) => dayText(bin.last))).toEqual(["2024-01-31", "2024-02-29"]);
  expect([30, 31, 216, 217].map((length) => unitOf(0, length))).toEqual([
    "day",
    "week",
    "week",
    "month",
  ]);
});

test("the span holds what is chosen, and no day without documents", () => {
  fc.assert(
    fc.property(days, lengths, fc.nat(3_000), (oldest, length, into) => {
      const newest = oldest + length;
      const since = Math.min(oldest + into, newest);
      const span = spanOf(oldest, newest, since);
      expect(span.first).toBeGreaterThanOrEqual(oldest);
      expect(span.first).toBeLessThanOrEqual(since);
      expect(span.last).toBe(newest);
    }),
  );
});
