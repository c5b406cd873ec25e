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

test("no cell begins like a formula, or steers a terminal", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(cell(text)).not.toMatch(/^[=+\-@]|[\r\n\u202e]/);
    }),
  );
  expect(cell("=HYPERLINK(1)")).toBe("'=HYPERLINK(1)");
});
