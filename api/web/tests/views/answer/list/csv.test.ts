// A file of rows: whole, readable by any reader of CSV, and run by no spreadsheet.
import fc from "fast-check";
import { expect, test } from "vitest";
import { cell, fileOf, HEADER, nameOf } from "../../../../src/views/answer/list/csv";
import type { Row } from "../../../../src/views/answer/question/row";

const row = (title: string, more: Partial<Row> = {}): Row => ({
  id: "identity:1",
  target: "identity:1",
  title,
  sub: "",
  roles: ["OWNER", "CLIENT"],
  contestedRoles: ["CLIENT"],
  contested: true,
  certainty: "STATED",
  state: "LATENT",
  distance: 2,
  ...more,
});

test("a row is a line under the names of its columns", () => {
  expect(fileOf([row("Ada")])).toBe(
    `${HEADER}\r\nidentity:1,Ada,,"OWNER; CLIENT",STATED,LATENT,CLIENT,2\r\n`,
  );
  expect(fileOf([])).toBe(`${HEADER}\r\n`);
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

test("commas, quotes and line ends stay in their cell", () => {
  const [, line, ...rest] = fileOf([row('a,"b"\nc')]).split("\r\n");
  expect(line).toContain('"a,""b""\\u000ac"');
  expect(rest).toEqual([""]);
});

test("the name of a file says what it is of, and whether there may be more", () => {
  const said = { rows: 471, inverse: true, whole: false, filtered: false };
  expect(nameOf("business:77128", said)).toBe(
    "inroads-who-reaches-business-77128-471-lower-bound.csv",
  );
  expect(nameOf("identity:1", { rows: 2, inverse: false, whole: true, filtered: true })).toBe(
    "inroads-reach-of-identity-1-2-filtered-complete.csv",
  );
  expect(nameOf("account:../../\u202etxt.exe", said)).toMatch(/^[\w-]+\.csv$/);
});
