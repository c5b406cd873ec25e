// The matrix of some people: all that they reach. The people of one business are read by its pages.
import matrixPeople from "documents/matrix_people.graphql";
import type { MatrixPeopleQuery } from "../../../generated/operations";
import { parts } from "../../../lists";
import { ask } from "../../../state/client";
import { count, kindOf, many, nativeId, plain } from "../../../words";
import type { Choice } from "../choice";
import { type Cell, Table } from "../table";
import { type Bounds, cellOf, each, PAGE, Reading } from "./reading";

/** The people whose places one request asks for. */
const TOGETHER = 25;

/** Their places on its page; who reaches more is asked about alone. */
const FEW = 50;

/** The people of a business that one step reads. */
const STEP = 100;

const AT_ONCE = 2;

type Found = NonNullable<NonNullable<NonNullable<MatrixPeopleQuery["graph"]>["nodes"]>[number]>;
type Access = Cell & {
  resource: { id: string; label: string; business?: { id: string; label: string } | null };
};

interface Page extends Bounds {
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  nodes: readonly Access[];
}

export class ByPerson extends Reading {
  /** The people that are to be read. */
  private waiting: string[];
  private total: number;
  private after: string | null = null;
  private name = "";
  private finished = 0;
  private exhausted: boolean;
  /** The business whose people are the rows; null where people were chosen. */
  private readonly of: string | null;

  constructor(
    private readonly choice: Choice,
    at: string | null,
  ) {
    super(new Table(), at);
    this.waiting = [...choice.people];
    this.total = choice.people.length;
    this.exhausted = choice.people.length > 0;
    // The places that were chosen beside people are columns, even if nobody reaches them.
    if (this.exhausted)
      for (const id of choice.places)
        if (kindOf(id) === "business") this.table.place(id, nativeId(id));
    this.of = this.exhausted ? null : (choice.places[0] ?? null);
  }

  protected async step(): Promise<void> {
    while (this.waiting.length < STEP && !this.exhausted) await this.list();
    const now = this.waiting.slice(0, STEP);
    await each(parts(now, TOGETHER), AT_ONCE, (part) => this.people(part));
  }

  protected extent(): string {
    const people = many(this.total, "person", "people");
    const who = this.of ? `${people} who can reach ${this.name || this.of}` : people;
    const part = this.finished < this.total ? `The first ${count(this.finished)} of ` : "";
    const places = this.table.places.length;
    if (!this.of && this.choice.places.length)
      return `${part}${who}, and ${many(places, "chosen business", "chosen businesses")}`;
    return `${part}${who}, and ${many(places, "business", "businesses")} that they reach`;
  }

  protected next(): string | null {
    const left = Math.min(STEP, this.total - this.finished);
    return left > 0 ? `Read ${count(left)} more` : null;
  }

  /** Reads a page of the people of the business. */
  private async list(): Promise<void> {
    const id = this.of ?? "";
    const found = await this.reachers(id, this.after);
    if (!found) {
      this.exhausted = true;
      this.unknown.push(id);
      return;
    }
    const { nodes, pageInfo, totalCount } = found.reachedBy;
    this.name = found.label;
    this.total = totalCount;
    this.after = pageInfo.endCursor;
    this.exhausted = !pageInfo.hasNextPage;
    this.waiting.push(...nodes.map(({ principal }) => plain(principal.id)));
    this.bound(found.reachedBy);
  }

  private async people(ids: string[]): Promise<void> {
    const found = await this.reaches(ids, FEW, null);
    await each([...ids.entries()], 1, ([index, id]) => this.person(id, found[index] ?? null));
    this.waiting = this.waiting.filter((id) => !ids.includes(id));
    this.grew();
  }

  private async reaches(ids: string[], first: number, after: string | null) {
    const variables = { ids, first, after, at: this.at };
    return (await ask(matrixPeople, variables, this.signal)).graph?.nodes ?? [];
  }

  private async person(id: string, found: Found | null): Promise<void> {
    if (found?.__typename !== "Identity") {
      this.unknown.push(id);
      this.total--;
      return;
    }
    this.table.person(id, found.label);
    let page: Page | null = found.reach;
    while (page) {
      this.bound(page);
      for (const access of page.nodes) this.access(id, access);
      page = page.pageInfo.hasNextPage ? await this.further(id, page.pageInfo.endCursor) : null;
    }
    this.table.person(id, found.label, true);
    this.finished++;
  }

  private async further(id: string, after: string | null): Promise<Page | null> {
    const [found] = await this.reaches([id], PAGE, after);
    return found?.__typename === "Identity" ? found.reach : null;
  }

  private access(person: string, access: Access): void {
    const { resource } = access;
    // An account stands in the column of its business: access to one is access to the other.
    const place = resource.business ?? resource;
    const id = plain(place.id);
    const { places, people } = this.choice;
    const isChosen = (own: string) => places.includes(own);
    if (people.length && places.length && !isChosen(id) && !isChosen(plain(resource.id))) return;
    if (this.table.of(person).has(id) && resource.business) return; // the business's own says more
    this.table.place(id, place.label);
    this.table.access(person, id, cellOf(access));
  }
}
