// Nothing in a record can hide, reorder or break what is read.
import fc from "fast-check";
import { expect, test } from "vitest";
import { printed, visible } from "../src/visible";

test("marks of direction, spaces without width and controls are printed as codes", () => {
  expect(visible("a\u202eb\u200bc\u0000d\ne\u{e0041}")).toBe(
    "a\\u{202e}b\\u{200b}c\\u{0000}d\\u{000a}e\\u{e0041}",
  );
  expect(visible("Ünïcode 東京 🙂")).toBe("Ünïcode 東京 🙂");
});

test("a record is printed over lines of its own only", () => {
  const text = printed({ name: "a\u2028b\nc", rows: [1] });
  expect(text.split("\n")).toHaveLength(6);
  expect(text).toContain("a\\u{2028}b\\nc");
});

test("no text has a control in it afterwards", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(visible(text)).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
    }),
  );
});
