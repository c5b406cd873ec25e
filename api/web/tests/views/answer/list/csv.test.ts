// A file of rows is whole, and its name says what it is of.
import { expect, test } from "vitest";
import { fileOf, nameOf } from "../../../../src/views/answer/list/csv";
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

const HEADER = "id,name,more,roles,certainty,state,contested_roles,distance";

test("a row is a line under the names of its columns", () => {
  expect(fileOf([row("Ada")])).toBe(
    `${HEADER}\r\nidentity:1,Ada,,"OWNER; CLIENT",STATED,LATENT,CLIENT,2\r\n`,
  );
  expect(fileOf([])).toBe(`${HEADER}\r\n`);
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
