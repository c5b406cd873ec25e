// Totals count what the cells show, a filter takes away, and what was not read is never "no access".
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Role } from "../../../src/generated/operations";
import { shape } from "../../../src/views/matrix/shape";
import { type Cell, Table } from "../../../src/views/matrix/table";

const cell = (...roles: Role[]): Cell => ({
  roles,
  certainty: "STATED",
  state: "ACTIVE",
  contested: false,
});

/** Some people at some places, a part of which is read as a whole. */
const tables = fc
  .record({
    people: fc.uniqueArray(fc.nat(9), { maxLength: 8 }),
    places: fc.uniqueArray(fc.nat(9), { maxLength: 6 }),
    whole: fc.infiniteStream(fc.boolean()),
    roles: fc.infiniteStream(fc.constantFrom<Role | null>("OWNER", "CLIENT", null)),
  })
  .map(({ people, places, whole, roles }) => {
    const table = new Table();
    for (const each of places) table.place(`business:${each}`, `B ${each}`, { whole: next(whole) });
    for (const each of people) {
      table.person(`identity:${each}`, `p${each}@example.com`, next(whole));
      for (const place of places) {
        const role = next(roles);
        if (role) table.access(`identity:${each}`, `business:${place}`, cell(role));
      }
    }
    return table;
  });

function next<Item>(stream: Iterator<Item>): Item {
  return stream.next().value;
}

const filters = fc.constantFrom<Role | undefined>(undefined, "OWNER", "STAFF");

test("totals are the cells that are shown", () => {
  fc.assert(
    fc.property(tables, filters, fc.boolean(), (table, role, byName) => {
      const found = shape(table, role, byName ? "name" : "number", true);
      for (const row of found.rows) {
        const cells = found.columns.map((column) => found.at(row, column));
        expect(row.number).toBe(cells.filter(Boolean).length);
        expect(row.atLeast).toBe(cells.includes(undefined));
      }
      for (const column of found.columns) {
        const cells = found.rows.map((row) => found.at(row, column));
        expect(column.number).toBe(cells.filter(Boolean).length);
        if (!role) expect(column.atLeast).toBe(cells.includes(undefined));
      }
      if (!role) expect(found.rows).toHaveLength(table.people.length);
    }),
  );
});

test("a cell is empty only where its row or its column was read as a whole", () => {
  fc.assert(
    fc.property(tables, (table) => {
      for (const person of table.people)
        for (const place of table.places)
          if (table.at(person, place) === null) expect(person.whole || place.whole).toBe(true);
    }),
  );
});

test("orders are by name, and by number with equal ones by name", () => {
  const table = new Table();
  for (const [id, label] of [
    ["1", "B@example.com"],
    ["2", "a@example.com"],
    ["3", "c@example.com"],
  ] as const)
    table.person(id, label, true);
  for (const [person, place] of [
    ["3", "x"],
    ["3", "y"],
    ["1", "x"],
    ["2", "x"],
  ] as const) {
    table.place(place, place);
    table.access(person, place, cell("OWNER"));
  }
  const names = (sort: "name" | "number") =>
    shape(table, undefined, sort, false).rows.map(({ person }) => person.label[0]);
  expect(names("name")).toEqual(["a", "B", "c"]);
  expect(names("number")).toEqual(["c", "a", "B"]);
  expect(shape(table, undefined, "name", false).columns.map(({ place }) => place.id)).toEqual([
    "x",
    "y",
  ]);
});

test("the server's total of a place counts, but not under a filter", () => {
  const table = new Table();
  table.place("business:1", "B", { total: 9_394 });
  table.person("identity:1", "a@example.com");
  table.access("identity:1", "business:1", cell("OWNER"));
  expect(shape(table, undefined, "name", true).columns[0]).toMatchObject({
    number: 9_394,
    atLeast: false,
  });
  expect(shape(table, "OWNER", "name", true).columns[0]).toMatchObject({
    number: 1,
    atLeast: true,
  });
});
