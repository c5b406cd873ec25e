// A file of rows is read as these rows, and no cell of it is a formula.
import fc from "fast-check";
import { expect, test } from "vitest";
import { cell, csv } from "../src/csv";

/** The rows of a CSV file, by RFC 4180. */
function read(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g,
  )) {
    rows.at(-1)?.push(quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'));
    if (end === "\r\n") rows.push([]);
  }
  return rows.slice(0, -1);
}

test("the cells of a file are those that were given", () => {
  const cells = fc.string({ unit: "grapheme", minLength: 1 });
  fc.assert(
    fc.property(fc.array(fc.tuple(cells, cells)), (rows) => {
      expect(read(csv(["a", "b"], rows))).toEqual([
        ["a", "b"],
        ...rows.map((row) => row.map(cell)),
      ]);
    }),
  );
});

test("no cell begins like a formula, whatever it holds", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(cell(text)).not.toMatch(/^[=+\-@]/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
      expect(cell(text)).not.toMatch(/[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
    }),
  );
  expect(["=1+1", "+1", "-1", "@x", "'x", "a=b"].map(cell)).toEqual([
    "'=1+1",
    "'+1",
    "'-1",
    "'@x",
    "''x",
    "a=b",
  ]);
  expect(cell("a\tb\\")).toBe("a\\u0009b\\\\");
});
