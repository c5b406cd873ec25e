// The mark is where the text was typed, and nothing is lost around it.
import fc from "fast-check";
import { expect, test } from "vitest";
import { marked } from "../../src/components/marked";

test("the parts are the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (text, typed) => {
      expect(marked(text, typed).join("")).toBe(text);
    }),
  );
});

test("case does not matter", () => {
  expect(marked("Mateo.Chen@example.org", "CHEN")).toEqual(["Mateo.", "Chen", "@example.org"]);
});

test("a letter that grows when it is small marks nothing wrong", () => {
  expect(marked("İİab", "ab")).toEqual(["İİab"]);
});
