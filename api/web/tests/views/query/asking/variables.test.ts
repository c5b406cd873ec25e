// Variables begin with what must be given; what is no JSON object is a problem, never sent.
import fc from "fast-check";
import { expect, test } from "vitest";
import { Problem } from "../../../../src/state/problem";
import { beginning, object, pretty } from "../../../../src/views/query/asking/variables";

test("a document begins with its required variables", () => {
  const text = "query A($id: ID!, $first: Int = 3, $at: DateTime) { a }";
  expect(JSON.parse(beginning(text, undefined))).toEqual({ id: "" });
  expect(JSON.parse(beginning(text, "2026-01-02"))).toEqual({ id: "", at: "2026-01-02" });
  expect(beginning("{ broken", undefined)).toBe("{}");
});

test("an object is read as it was, with or without broken lines", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const text = JSON.stringify(value);
      expect(object(pretty(text))).toEqual(JSON.parse(text));
    }),
  );
  expect(object("  ")).toEqual({});
});

test("anything else is a problem", () => {
  for (const text of ["[1]", "null", "3", '"a"', "{", "{a: 1}"])
    expect(() => object(text)).toThrow(Problem);
  expect(pretty("{broken")).toBe("{broken");
});
