// What is read for a matrix, page by page, with what is known of its bounds.
import { signal } from "@preact/signals";
import matrixPlace from "documents/matrix_place.graphql";
import { ask } from "../../../state/client";
import { type Problem, problemOf } from "../../../state/problem";
import type { Cell, Table } from "../table";

export interface Coverage {
  complete: boolean;
  notes: readonly string[];
}

/** What is said beside the table, which grows with each page. */
export interface State {
  table: Table;
  /** How many pages were read: the table is the same object, so this tells that it grew. */
  pages: number;
  busy: boolean;
  problem: Problem | null;
  coverage: Coverage;
  /** How much was read of how much, as a sentence. */
  extent: string;
  /** What one more step reads; null when everything was read. */
  next: string | null;
  /** The ids that nothing is known by. */
  unknown: readonly string[];
}

/** The parts of a page that tell what it leaves out. */
export interface Bounds {
  truncated: boolean;
  coverage: Coverage;
}

/** The rows of a page: the most that the API gives. */
export const PAGE = 500;

export const CUT = "a limit cut the search short: there may be more";

export abstract class Reading {
  readonly state;
  protected readonly unknown: string[] = [];
  private readonly abort = new AbortController();
  private readonly notes = new Set<string>();
  private complete = true;
  private pages = 0;

  constructor(
    readonly table: Table,
    protected readonly at: string | null,
  ) {
    this.state = signal<State>({
      table,
      pages: 0,
      busy: true,
      problem: null,
      coverage: { complete: true, notes: [] },
      extent: "",
      next: null,
      unknown: [],
    });
  }

  /** Reads on: the first time what a page begins with, then the next step. */
  async read(): Promise<void> {
    this.tell({ busy: true, problem: null });
    try {
      await this.step();
      this.tell({ busy: false });
    } catch (thrown) {
      this.tell({ busy: false, problem: problemOf(thrown) });
    }
  }

  /** Ends what is being read. */
  end(): void {
    this.abort.abort();
  }

  /** Asks for a page of the people who reach a place; null where nothing is known of it. */
  protected async reachers(id: string, after: string | null) {
    const variables = { id, first: PAGE, after, at: this.at };
    const { graph } = await ask(matrixPlace, variables, this.signal);
    const node = graph?.node;
    return node && "reachedBy" in node ? node : null;
  }

  protected get signal(): AbortSignal {
    return this.abort.signal;
  }

  protected abstract step(): Promise<void>;
  protected abstract extent(): string;
  protected abstract next(): string | null;

  /** Notes what a page leaves out. */
  protected bound({ truncated, coverage }: Bounds): void {
    if (truncated) this.notes.add(CUT);
    for (const note of coverage.notes) this.notes.add(note);
    this.complete &&= coverage.complete && !truncated;
  }

  /** Shows what was read so far. */
  protected grew(): void {
    this.pages++;
    this.tell({});
  }

  private tell(change: Partial<State>): void {
    if (this.abort.signal.aborted) return;
    this.state.value = {
      ...this.state.peek(),
      pages: this.pages,
      coverage: { complete: this.complete, notes: [...this.notes] },
      extent: this.extent(),
      next: this.next(),
      unknown: [...this.unknown],
      ...change,
    };
  }
}

/** The cell of an access, without what else the answer has. */
export const cellOf = ({ roles, certainty, state, contested }: Cell): Cell => ({
  roles,
  certainty,
  state,
  contested,
});

/** Does something for each item, a few at a time. */
export async function each<Item>(
  items: readonly Item[],
  atOnce: number,
  what: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = [...items];
  const worker = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await what(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
