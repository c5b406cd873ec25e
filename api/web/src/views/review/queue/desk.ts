// The desk of a reviewer: a campaign, its queue as it is shown, what is selected, and what is asked.
import { computed, effect, signal } from "@preact/signals";
import reviewCampaign from "documents/review_campaign.graphql";
import reviewQueue from "documents/review_queue.graphql";
import { ask } from "../../../state/client";
import { go, location } from "../../../state/location";
import { question } from "../../../state/question";
import { you } from "../you";
import { Deciding } from "./deciding";
import { filterOf, orderOf } from "./filter";
import type { Verdict } from "./keys";
import { nextOpen, opensAt, placesOf } from "./places";
import { type Row, Rows } from "./rows";

/** A verdict that waits for its reason: about the item that is shown, or all that is selected. */
export interface Asking {
  verdict: Verdict;
  many: boolean;
}

/** What was decided at once. */
export interface Decided {
  numbers: readonly number[];
  verdict: Verdict;
  why: string;
}

const headOf = (campaign: string) =>
  question(() => ({ key: campaign, ask: (abort) => ask(reviewCampaign, { campaign }, abort) }));

const listOf = (desk: Desk) =>
  question(() => {
    // Whether it is closed decides what is shown, so the campaign is known first.
    if (!desk.known.value) return null;
    const key = desk.asked.value;
    return { key, ask: (abort) => ask(reviewQueue, desk.variables.peek(), abort) };
  });

export class Desk {
  readonly you = you;
  readonly head: ReturnType<typeof headOf>;
  readonly list: ReturnType<typeof listOf>;
  readonly rows: Rows;
  readonly deciding: Deciding;
  readonly #ends: (() => void)[];

  readonly told = computed(() => this.head.state.value.answer?.reviewCampaign ?? null);
  /** A flag of its own, so that progress asks nothing else anew. */
  readonly known = computed(() => this.told.value !== null);
  readonly closed = computed(() => Boolean(this.told.value?.signOff));
  readonly mayDecide = computed(
    () => Boolean(this.told.value?.reviewer.mayDecide) && !this.closed.value,
  );
  readonly me = computed(() => this.told.value?.reviewer.name ?? you.value.trim());

  readonly variables = computed(() => {
    const filter = filterOf(location.value, this.closed.value);
    const open = { ...filter, decided: false };
    return { campaign: this.campaign, order: orderOf(location.value), filter, open };
  });
  /** The variables as text, so that a step from item to item asks nothing anew. */
  readonly asked = computed(() => JSON.stringify(this.variables.value));

  readonly numbers = signal<readonly number[]>([]);
  readonly places = computed(() => placesOf(this.numbers.value));
  readonly open = signal<ReadonlySet<number>>(new Set());
  readonly marks = signal<ReadonlySet<number>>(new Set());
  readonly asking = signal<Asking | null>(null);
  /** What was decided last on this page, until it is taken back. */
  readonly last = signal<Decided | null>(null);
  /** The reason as it is typed. It outlives the box it is typed in, and a failure. */
  readonly draft = signal("");

  constructor(readonly campaign: string) {
    this.head = headOf(campaign);
    this.list = listOf(this);
    this.rows = new Rows(campaign, (fresh) => this.#told(fresh));
    const by = () => (this.told.peek()?.reviewer.name === null ? this.me.peek() : null);
    this.deciding = new Deciding(this.rows, by, () => this.head.again());
    this.#ends = [this.head.end, this.list.end, effect(() => this.#listed())];
  }

  /** The number of the item that is shown; null for none. */
  readonly current = computed(() => {
    const named = Number(location.value.item);
    return this.places.value.has(named) ? named : null;
  });
  readonly place = computed(() => this.places.value.get(this.current.value ?? 0) ?? -1);

  show(number: number | null): void {
    if (number !== this.current.peek()) this.asking.value = null;
    go({ item: number === null ? null : String(number) }, { replace: true });
  }

  next(): void {
    const next = nextOpen(this.numbers.peek(), this.open.peek(), this.place.peek());
    if (next === null) this.deciding.said.value = "Nothing is open here.";
    else this.show(next);
  }

  /** Decides at once, and goes on: what is not taken is told at its row. */
  decide(verdict: Verdict, why: string, many: boolean): void {
    const current = this.current.peek();
    const numbers = many ? [...this.marks.peek()] : current === null ? [] : [current];
    if (!numbers.length) return;
    this.asking.value = null;
    // They count as decided until the server says otherwise, so that the next one is another.
    const open = new Set(this.open.peek());
    for (const each of numbers) open.delete(each);
    this.open.value = open;
    this.last.value = { numbers, verdict, why };
    if (many) this.marks.value = new Set();
    if (!many || !this.open.peek().has(current ?? 0)) this.next();
    this.deciding.decide(numbers, verdict, why);
  }

  async undo(): Promise<void> {
    this.last.value = null;
    const item = await this.deciding.undo();
    if (item !== null && this.places.peek().has(item)) this.show(item);
  }

  /** Takes one decision back, whether or not it was the last. */
  async withdraw(item: number, decision: string): Promise<void> {
    if (this.last.peek()?.numbers.includes(item)) this.last.value = null;
    await this.deciding.withdraw(new Map([[item, decision]]));
  }

  end(): void {
    for (const each of this.#ends) each();
  }

  #told(fresh: ReadonlyMap<number, Row | null>): void {
    const open = new Set(this.open.peek());
    const marks = new Set(this.marks.peek());
    for (const [number, row] of fresh)
      if (row && !row.decision) open.add(number);
      // What was selected as open, and somebody else decided, is selected no more.
      else if (open.delete(number)) marks.delete(number);
    this.open.value = open;
    if (marks.size < this.marks.peek().size) this.marks.value = marks;
  }

  #listed(): void {
    const found = this.list.state.value.answer?.reviewCampaign;
    if (!found) return;
    const shown = new Set(found.ordered);
    const open = new Set(found.open.filter((each) => shown.has(each)));
    this.numbers.value = found.ordered;
    this.open.value = open;
    this.marks.value = new Set();
    this.show(opensAt(found.ordered, open, Number(location.peek().item)));
  }
}
