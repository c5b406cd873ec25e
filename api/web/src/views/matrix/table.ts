// The table of a matrix: people, places, the accesses between them, and what was not read yet.
import type { Facts } from "../../access";

export type Cell = Facts;

/** A row: a person. */
export interface Person {
  id: string;
  label: string;
  /** True once all that the person reaches was read. */
  whole: boolean;
}

/** A column: a business with the account that it keeps, or an account that no known business keeps. */
export interface Place {
  id: string;
  label: string;
  /** True once all people who reach it were read. */
  whole: boolean;
  /** How many people reach it; null where the rows are chosen people, and only these count. */
  total: number | null;
}

/** A cell, null where there is no access, undefined where it was not read. */
export type Found = Cell | null | undefined;

export class Table {
  private readonly rows = new Map<string, Person>();
  private readonly columns = new Map<string, Place>();
  private readonly cells = new Map<string, Map<string, Cell>>();

  get people(): readonly Person[] {
    return [...this.rows.values()];
  }

  get places(): readonly Place[] {
    return [...this.columns.values()];
  }

  /** Adds a person; one that is there stays, and once whole it is whole. */
  person(id: string, label: string, whole = false): void {
    const known = this.rows.get(id);
    this.rows.set(id, { id, label, whole: whole || (known?.whole ?? false) });
  }

  /** Adds a place; one that is there keeps its order, and what is not said anew. */
  place(id: string, label: string, more: Partial<Pick<Place, "whole" | "total">> = {}): void {
    const known = this.columns.get(id) ?? { id, whole: false, total: null };
    this.columns.set(id, { ...known, label, ...more });
  }

  /** Takes a place away, of which nothing is known. */
  drop(id: string): void {
    this.columns.delete(id);
  }

  access(person: string, place: string, cell: Cell): void {
    const row = this.cells.get(person) ?? new Map<string, Cell>();
    this.cells.set(person, row);
    row.set(place, cell);
  }

  at(person: Person, place: Place): Found {
    const cell = this.cells.get(person.id)?.get(place.id);
    return cell ?? (person.whole || place.whole ? null : undefined);
  }

  /** The accesses of a person, by place. */
  of(person: string): ReadonlyMap<string, Cell> {
    return this.cells.get(person) ?? new Map();
  }
}
