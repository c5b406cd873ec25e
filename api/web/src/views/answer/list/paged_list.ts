// A list of any length, of which the pages in sight are loaded: all of one version of the graph.
import { signal } from "@preact/signals";
import { type Problem, problemOf } from "../../../state/problem";

export interface Page<Row> {
  rows: readonly Row[];
  total: number;
  /** The cursor of the list's first row; null if there is none. */
  anchor: string | null;
}

/** Loads the rows from a place on; with the anchor, of the version that the list began with. */
export type Load<Row> = (
  page: { offset: number; size: number; anchor: string | null },
  abort: AbortSignal,
) => Promise<Page<Row>>;

/** Rows of a page. */
const SIZE = 100;

/** Milliseconds of rest after which the pages in sight are asked, so that a quick scroll asks few. */
const REST = 60;

/** The codes by which the API says that a version cannot be had any more. */
const GONE = new Set(["VERSION_EXPIRED", "CURSOR_EXPIRED", "CURSOR_INVALID", "LIMITED"]);

export class PagedList<Row> {
  readonly total = signal<number | null>(null);
  readonly problem = signal<Problem | null>(null);
  /** True once the version of the list cannot be had any more, so that it has to begin anew. */
  readonly gone = signal(false);
  /** Changes with each page, so that rows are drawn again. */
  readonly turn = signal(0);
  private readonly pages = new Map<number, readonly Row[]>();
  private readonly asked = new Map<number, AbortController>();
  private anchor: string | null = null;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private sight: [number, number] = [0, 0];

  constructor(private readonly load: Load<Row>) {
    this.fetch(0);
  }

  /** The row at a place; null while it is not loaded. */
  item(index: number): Row | null {
    return this.pages.get(Math.floor(index / SIZE))?.[index % SIZE] ?? null;
  }

  /** The place of a loaded row; -1 if it is not loaded. */
  place(fits: (row: Row) => boolean): number {
    for (const [page, rows] of this.pages) {
      const at = rows.findIndex(fits);
      if (at >= 0) return page * SIZE + at;
    }
    return -1;
  }

  /** Loads the pages of the rows in sight, and forgets those that were asked for what no longer is. */
  see(first: number, last: number): void {
    this.sight = [first, last];
    clearTimeout(this.rest);
    if (this.inSight().every((page) => this.pages.has(page))) return;
    this.rest = setTimeout(() => this.fill(), REST);
  }

  /** Loads every page. */
  seeAll(): void {
    for (let page = 0; page * SIZE < (this.total.peek() ?? 0); page++)
      if (!this.pages.has(page) && !this.asked.has(page)) this.fetch(page);
  }

  /** Tries once more, as after a problem. */
  again(): void {
    this.problem.value = null;
    if (this.total.peek() === null) this.fetch(0);
    else this.fill();
  }

  end(): void {
    clearTimeout(this.rest);
    for (const abort of this.asked.values()) abort.abort();
    this.asked.clear();
  }

  private inSight(): number[] {
    const [first, last] = this.sight;
    const total = this.total.peek() ?? 0;
    const from = Math.floor(first / SIZE);
    const to = Math.floor((Math.min(last, total) - 1) / SIZE);
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, place) => from + place);
  }

  private fill(): void {
    const wanted = this.inSight();
    for (const [page, abort] of this.asked)
      if (page !== 0 && !wanted.includes(page)) {
        abort.abort();
        this.asked.delete(page);
      }
    for (const page of wanted) if (!this.pages.has(page) && !this.asked.has(page)) this.fetch(page);
  }

  private fetch(page: number): void {
    const abort = new AbortController();
    this.asked.set(page, abort);
    const question = { offset: page * SIZE, size: SIZE, anchor: this.anchor };
    this.load(question, abort.signal).then(
      (answer) => {
        if (abort.signal.aborted) return;
        this.asked.delete(page);
        this.pages.set(page, answer.rows);
        this.anchor ??= answer.anchor;
        this.total.value = answer.total;
        this.turn.value++;
      },
      (thrown: unknown) => {
        if (abort.signal.aborted) return;
        this.asked.delete(page);
        const problem = problemOf(thrown);
        if (this.anchor && GONE.has(problem.code)) this.gone.value = true;
        else this.problem.value = problem;
      },
    );
  }
}
