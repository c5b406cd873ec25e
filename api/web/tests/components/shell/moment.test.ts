// A moment of a field is one of UTC, and goes back into the field as it was.
import fc from "fast-check";
import { expect, test } from "vitest";
import { knowledge } from "../../../src/components/shell/bands";
import { fieldOf, inUtc } from "../../../src/components/shell/moment";

test("a field is taken as UTC", () => {
  expect(inUtc("2026-05-01T12:30")).toBe("2026-05-01T12:30:00Z");
  expect(inUtc("")).toBeNull();
});

test("a moment survives the field", () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(0), max: new Date("9000-01-01"), noInvalidDate: true }),
      (date) => {
        const minutes = `${date.toISOString().slice(0, 16)}:00Z`;
        expect(inUtc(fieldOf(minutes))).toBe(minutes);
      },
    ),
  );
});

test("a moment before the first document says so", () => {
  const graph = { documentCount: 2, coverage: { oldest: "2026-01-01T00:00:00Z" } };
  expect(knowledge({ past: { documentCount: 0 }, graph })).toContain("2026-01-01 00:00 UTC");
  expect(knowledge({ past: { documentCount: 1 }, graph })).toBe("It knows 1 of 2 documents.");
});
