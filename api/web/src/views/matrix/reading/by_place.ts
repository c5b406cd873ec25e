// The matrix of some businesses: everyone who reaches any of them, read by pages of each.
import matrixColumns from "documents/matrix_columns.graphql";
import { ask } from "../../../state/client";
import { count, many, nativeId, plain } from "../../../words";
import { COLUMNS } from "../choice";
import { Table } from "../table";
import { cellOf, each, PAGE, Reading } from "./reading";

/** The accesses that are read before anyone asks for more, up to a page of each place. */
const AT_FIRST = 6_000;

/** Pages that are asked at the same time. */
const AT_ONCE = 3;

interface Place {
  id: string;
  after: string | null;
  total: number;
  read: number;
  done: boolean;
}

export class ByPlace extends Reading {
  private places: Place[] | null = null;
  private businesses = 0;

  /** Nothing chosen: the businesses that most people reach. */
  constructor(
    private readonly chosen: readonly string[],
    at: string | null,
  ) {
    super(new Table(), at);
  }

  protected async step(): Promise<void> {
    const isFirst = this.places === null;
    this.places ??= await this.begun();
    do await each(this.open(), AT_ONCE, (place) => this.page(place));
    while (isFirst && this.open().length && this.accesses() < AT_FIRST);
  }

  protected extent(): string {
    const people = this.table.people.length;
    const columns = this.places?.length ?? 0;
    const of = this.chosen.length
      ? many(columns, "business", "businesses")
      : `the ${count(columns)} most exposed of ${many(this.businesses, "business", "businesses")}`;
    const open = this.open();
    if (!open.length) return `${many(people, "person reaches", "people reach")} ${of}`;
    const parts = open.map(
      ({ id, read, total }) => `the first ${count(read)} of ${count(total)} at ${this.label(id)}`,
    );
    const [first, second, ...more] = parts;
    const shown = [first, second, more.length ? `and ${more.length} more in part` : null];
    return `${many(people, "person", "people")} read, of ${of}: ${shown.filter(Boolean).join(", ")}`;
  }

  protected next(): string | null {
    const left = this.open().reduce(
      (sum, { read, total }) => sum + Math.min(PAGE, total - read),
      0,
    );
    return left ? `Read ${count(left)} more` : null;
  }

  private accesses(): number {
    return (this.places ?? []).reduce((sum, { read }) => sum + read, 0);
  }

  private open(): Place[] {
    return (this.places ?? []).filter(({ done }) => !done);
  }

  private label(id: string): string {
    return this.table.places.find((place) => place.id === id)?.label ?? id;
  }

  private async begun(): Promise<Place[]> {
    let ids = this.chosen;
    if (!ids.length) {
      const { graph } = await ask(matrixColumns, { first: COLUMNS, at: this.at }, this.signal);
      ids = graph?.mostExposed?.map(({ id }) => plain(id)) ?? [];
      this.businesses = graph?.businessCount ?? 0;
      for (const { id, label } of graph?.mostExposed ?? []) this.table.place(plain(id), label);
    }
    // The columns stand in the order of the choice, whichever is read first.
    for (const id of this.chosen) this.table.place(id, nativeId(id));
    return ids.map((id) => ({ id, after: null, total: 0, read: 0, done: false }));
  }

  private async page(place: Place): Promise<void> {
    const { id, after } = place;
    const found = await this.reachers(id, after);
    if (!found) {
      place.done = true;
      this.unknown.push(id);
      this.table.drop(id);
      this.places = this.places?.filter((each) => each !== place) ?? null;
      this.grew();
      return;
    }
    const { nodes, pageInfo, totalCount } = found.reachedBy;
    for (const access of nodes) {
      const person = plain(access.principal.id);
      this.table.person(person, access.principal.label);
      this.table.access(person, id, cellOf(access));
    }
    place.after = pageInfo.endCursor;
    place.total = totalCount;
    place.read += nodes.length;
    place.done = !pageInfo.hasNextPage;
    this.table.place(id, found.label, { whole: place.done, total: totalCount });
    this.bound(found.reachedBy);
    this.grew();
  }
}
