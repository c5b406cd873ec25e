// The shape in which a table is shown: its rows and columns in order, under a filter, with totals.
import type { Role } from "../../generated/operations";
import type { Cell, Found, Person, Place, Table } from "./table";

export type Sort = "name" | "number";

export interface Row {
  person: Person;
  /** How many of the columns the person reaches, under the filter. */
  number: number;
  /** True if cells of the row were not read, so that there may be more. */
  atLeast: boolean;
}

export interface Column {
  place: Place;
  /** How many people reach it: all of them where that is known, else those that were read. */
  number: number;
  atLeast: boolean;
}

export interface Shape {
  rows: readonly Row[];
  columns: readonly Column[];
  /** The cell of a row and a column; null too where the filter does not keep it. */
  at(row: Row, column: Column): Found;
  /** How many accesses were read, by role, before the filter. */
  roles: ReadonlyMap<Role, number>;
}

/** Shapes a table. The places keep their order if they were `chosen`, else the fullest come first. */
export function shape(table: Table, role: string | undefined, sort: Sort, chosen: boolean): Shape {
  const keeps = (cell: Cell) => !role || cell.roles.some((each) => each === role);
  const { places, people } = table;
  const read = new Map<string, number>();
  const roles = new Map<Role, number>();
  const rows = people.map((person) => {
    let number = 0;
    for (const [place, cell] of table.of(person.id)) {
      for (const each of cell.roles) roles.set(each, (roles.get(each) ?? 0) + 1);
      if (!keeps(cell)) continue;
      number++;
      read.set(place, (read.get(place) ?? 0) + 1);
    }
    const atLeast = !person.whole && places.some((place) => table.at(person, place) === undefined);
    return { person, number, atLeast };
  });
  const columns = places.map((place) => {
    const number = read.get(place.id) ?? 0;
    if (place.total !== null && !role) return { place, number: place.total, atLeast: false };
    // Of a place whose people are the rows, all that were read count; else those on later pages lack.
    const unread = () => people.some((person) => table.at(person, place) === undefined);
    return { place, number, atLeast: place.total === null ? unread() : !place.whole };
  });
  const names = new Map(people.map(({ id, label }) => [id, label.toLowerCase()]));
  const name = ({ person }: Row) => names.get(person.id) ?? "";
  // The order in which the server gives pages, so that rows on top are read first.
  const byName = (one: Row, other: Row) => (name(one) < name(other) ? -1 : 1);
  return {
    rows: rows
      .filter(({ number }) => number > 0 || !role)
      .sort(sort === "name" ? byName : (a, b) => b.number - a.number || byName(a, b)),
    columns: chosen ? columns : columns.sort((a, b) => b.number - a.number),
    at({ person }, { place }) {
      const cell = table.at(person, place);
      return cell && !keeps(cell) ? null : cell;
    },
    roles,
  };
}
