// One answer as someone looks at it: its list, its picture, its figures, what is chosen and where it is scrolled.
import { effect, signal } from "@preact/signals";
import { type Problem, problemOf } from "../../state/problem";
import { wasSearched } from "../../state/searched";
import { token } from "../../state/token";
import { PagedList } from "./list/paged_list";
import { PictureState } from "./picture/picture_state";
import { type Asked, filtering, keyOf, PARTS, type Part, without } from "./question/asked";
import { askFigures, askPage, type Figures, type FirstPage } from "./question/questions";
import type { Row } from "./question/row";

/** The rows of a list in which the row of a card is looked for. */
const SEARCHED = 1000;

let made = 0;

export class AnswerState {
  /** The first page, and with it what is true of the whole answer. */
  readonly head = signal<FirstPage | null>(null);
  readonly problem = signal<Problem | null>(null);
  /** For each part of the filter the figures under all of its other parts. */
  readonly figures = signal<Partial<Record<Part, Figures>>>({});
  /** The rows without any filter; null until they are known. */
  readonly whole = signal<number | null>(null);
  /** The id of the row and the card that are chosen. */
  readonly chosen = signal<string | null>(null);
  /** The place of a row that is to be chosen as soon as it is loaded. */
  readonly awaited = signal<number | null>(null);
  /** The pixels that the list is scrolled by. */
  top = 0;
  readonly list: PagedList<Row>;
  readonly picture: PictureState;
  readonly begun = Date.now();
  /** Whoever asked: the answer is for nobody else. */
  readonly asker = token.peek();
  /** Settled with the first page, or with its problem. */
  readonly first: Promise<this>;
  /** Tells apart the answers to the same question. */
  readonly number = made++;
  private readonly stop: () => void;
  private readonly ended = new AbortController();

  constructor(readonly asked: Asked) {
    const { promise, resolve, reject } = deferred<this>();
    this.first = promise;
    this.list = new PagedList(async (part, abort) => {
      try {
        const page = await askPage(asked, part, abort);
        const { coverage } = page;
        if (coverage) this.head.value = { ...page, coverage };
        resolve(this);
        return page;
      } catch (thrown) {
        reject(thrown);
        throw thrown;
      }
    });
    this.picture = new PictureState(asked);
    this.stop = effect(() => {
      this.list.turn.value;
      if (this.awaited.value !== null) this.choose(this.awaited.value);
    });
    this.askFigures().catch((thrown: unknown) => {
      if (!this.ended.signal.aborted) this.problem.value = problemOf(thrown);
    });
  }

  /** Chooses the row at a place, now or when it is loaded. */
  choose(place: number): void {
    const row = this.list.item(place);
    this.awaited.value = row ? null : place;
    if (row) this.chosen.value = row.id;
  }

  /** Chooses the node of a card; null chooses nothing. */
  chooseNode(id: string | null): void {
    this.awaited.value = null;
    this.chosen.value = id;
    if (id === null || this.list.place((row) => row.id === id) >= 0) return;
    if ((this.list.total.peek() ?? 0) <= SEARCHED) this.list.seeAll();
  }

  /** Begins at the top, with nothing chosen. */
  anew(): void {
    this.chooseNode(null);
    this.top = 0;
  }

  end(): void {
    this.ended.abort();
    this.stop();
    this.list.end();
    this.picture.end();
  }

  /** Without a filter the figures of the list itself serve for every part. */
  private async askFigures(): Promise<void> {
    const active = filtering(this.asked);
    const abort = this.ended.signal;
    if (!active.length) {
      const stop = effect(() => {
        const head = this.head.value;
        if (!head) return;
        this.whole.value = head.total;
        this.figures.value = Object.fromEntries(PARTS.map((part) => [part, head.figures]));
        queueMicrotask(() => stop());
      });
      abort.addEventListener("abort", () => stop());
      return;
    }
    const asks = new Map<string, Promise<Figures | null>>();
    const figuresOf = (asked: Asked) => {
      const key = keyOf(asked);
      const found = asks.get(key) ?? askFigures(asked, abort);
      asks.set(key, found);
      return found;
    };
    const all = figuresOf(without(this.asked, ...PARTS));
    const found = await Promise.all(
      PARTS.map(async (part) => [part, await figuresOf(without(this.asked, part))] as const),
    );
    this.whole.value = (await all)?.total ?? null;
    this.figures.value = Object.fromEntries(found.filter(([, figures]) => figures));
  }
}

function deferred<Value>() {
  let settle: Pick<PromiseWithResolvers<Value>, "resolve" | "reject"> | undefined;
  const promise = new Promise<Value>((resolve, reject) => {
    settle = { resolve, reject };
  });
  promise.catch(() => {}); // whoever shows it, tells its problem
  return { promise, ...(settle as NonNullable<typeof settle>) };
}

/** Answers that are kept for whoever comes back to them. */
const KEPT = 8;

/** Milliseconds after which an answer is asked anew, since the graph may have moved on. */
const FRESH = 5 * 60_000;

const kept = new Map<string, AnswerState>();

/** The state of an answer: that of before for a moment, so that the way back loses nothing. */
export function stateOf(asked: Asked): AnswerState {
  const key = keyOf(asked);
  const before = kept.get(key);
  kept.delete(key);
  const failed = before && (before.list.problem.peek() || before.list.gone.peek());
  const same = before?.asker === token.peek() && Date.now() - before.begun < FRESH;
  const state = same && !failed ? before : new AnswerState(asked);
  if (before && before !== state) before.end();
  if (wasSearched(asked.id)) state.anew();
  kept.set(key, state);
  for (const [oldest, each] of kept) {
    if (kept.size <= KEPT) break;
    each.end();
    kept.delete(oldest);
  }
  return state;
}

/** Forgets an answer, so that it begins anew. */
export function forget(asked: Asked): void {
  kept.get(keyOf(asked))?.end();
  kept.delete(keyOf(asked));
}
