// The operations of a document are told with their kinds and variables, a broken one with its place.
import { expect, test } from "vitest";
import { about, byText, KNOWN } from "../../../../src/views/query/asking/documents";
import { blank, operationsOf } from "../../../../src/views/query/asking/operations";

test("kinds, names and required variables", () => {
  const read = operationsOf(`
    query A($id: ID!, $ids: [ID!]!, $at: DateTime, $first: Int! = 3) { a }
    mutation B { b }
    subscription { c }`);
  if (!("operations" in read)) throw new Error(read.message);
  expect(read.operations.map(({ name, kind }) => [name, kind])).toEqual([
    ["A", "query"],
    ["B", "mutation"],
    ["", "subscription"],
  ]);
  const [first] = read.operations;
  if (!first) throw new Error("no operation");
  expect(blank(first, undefined)).toEqual({ id: "", ids: [] });
  expect(blank(first, "2026-01-02T00:00:00Z")).toMatchObject({ at: "2026-01-02T00:00:00Z" });
});

test("a broken document has a place", () => {
  expect(operationsOf("{\n  a {\n}")).toMatchObject({ places: [{ line: 3, column: 1 }] });
  expect(operationsOf("fragment F on T { a }")).toMatchObject({ places: [] });
});

test("the documents of the package are all there, and each says what it is about", () => {
  const names = KNOWN.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["census", "reach", "page/suggest"]));
  for (const { id, text } of KNOWN) {
    expect(id).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(about(text)).not.toBe("");
    expect("operations" in operationsOf(text)).toBe(true);
    expect(byText(`\n${text}\n`)?.id).toBe(id);
  }
  expect(byText("{ graph { version } }")).toBeUndefined();
});
