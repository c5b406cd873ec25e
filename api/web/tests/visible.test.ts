// Nothing in a record can hide, reorder or break what is read.
import fc from "fast-check";
import { expect, test } from "vitest";
import { parsed, printed, visible } from "../src/visible";

test("marks of direction, spaces without width and controls are printed as codes", () => {
  expect(visible("a\u202eb\u200bc\u0000d\ne\u{e0041}")).toBe(
    "a\\u{202e}b\\u{200b}c\\u{0000}d\\u{000a}e\\u{e0041}",
  );
  expect(visible("Ünïcode 東京 🙂")).toBe("Ünïcode 東京 🙂");
  expect(visible("👩‍👩‍👧 🏳️‍🌈 👋🏽")).toBe("👩‍👩‍👧 🏳️‍🌈 👋🏽");
  expect(visible("a\u200db 1\ufe0f 🙂\u200d ❤\ufe0f\ufe0f")).toBe(
    "a\\u{200d}b 1\\u{fe0f} 🙂\\u{200d} ❤\ufe0f\\u{fe0f}",
  );
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

test("an answer comes with visible words, and all else as it is", () => {
  const raw = { id: "a\u200bb", record: { name: "a\u200bb" } };
  const node = { ...raw, label: "a\u200bb", notes: ["\u200b"] };
  expect(parsed(JSON.stringify({ data: { nodes: [node, null] } }))).toEqual({
    data: { nodes: [{ ...raw, label: "a\\u{200b}b", notes: ["\\u{200b}"] }, null] },
  });
  expect(parsed('{"label": "plain"}')).toEqual({ label: "plain" });
  expect(() => parsed("<html>")).toThrow();
});
