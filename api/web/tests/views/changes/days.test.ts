// A day of a link takes in the whole day, in UTC; a moment of a link stands as it is.
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  before,
  boundOf,
  dayOf,
  dayText,
  dayWords,
  through,
} from "../../../src/views/changes/days";
import { presets } from "../../../src/views/changes/presets";

test("a day is written and read", () => {
  fc.assert(
    fc.property(fc.integer({ min: -20_000, max: 60_000 }), (day) => {
      expect(dayOf(dayText(day))).toBe(day);
      expect(dayOf(through(day))).toBe(day);
      expect(dayOf(before(day))).toBe(day - 1);
    }),
  );
  expect(dayWords(dayOf("2026-11-28"))).toBe("28 Nov 2026");
});

test("both days of a link are in what is compared", () => {
  expect(boundOf("2026-11-01", "since")?.moment).toBe("2026-10-31T23:59:59.999999Z");
  expect(boundOf("2026-11-30", "until")?.moment).toBe("2026-11-30T23:59:59.999999Z");
});

test("a moment stands as it is, and nonsense is none", () => {
  const moment = "2026-11-01T12:00:00Z";
  expect(boundOf(moment, "since")).toEqual({ day: dayOf("2026-11-01"), moment });
  for (const no of [undefined, "", "soon", "2026-13-01"]) expect(boundOf(no, "since")).toBe(null);
});

test("presets are within the documents, and none is there twice", () => {
  fc.assert(
    fc.property(fc.nat(400), (length) => {
      const found = presets(100, 101 + length);
      expect(new Set(found.map((each) => each.from)).size).toBe(found.length);
      for (const { from } of found) expect(from).toBeGreaterThan(100);
    }),
  );
  expect(presets(0, 400).map((each) => each.from)).toEqual([393, 370, 309, 1]);
});
