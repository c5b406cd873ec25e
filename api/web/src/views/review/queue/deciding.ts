// Decisions on their way: sent at once, shown at their rows while they are not taken, and taken back.
import { signal } from "@preact/signals";
import reviewDecide from "documents/review_decide.graphql";
import reviewWithdraw from "documents/review_withdraw.graphql";
import { parts } from "../../../lists";
import { ask } from "../../../state/client";
import { problemOf } from "../../../state/problem";
import type { Verdict } from "./keys";
import { PAGE, type Rows } from "./rows";

/** One request to decide; sent again with the same key, it is not taken twice. */
interface Request {
  key: string;
  verdict: Verdict;
  why: string;
  /** The decision that was seen about each item, "0" for none. */
  seen: ReadonlyMap<number, string>;
}

/** A decision that was not taken: why not, and the request that can be sent again. */
export interface Failure {
  message: string;
  request: Request;
}

export class Deciding {
  readonly pending = signal<ReadonlySet<number>>(new Set());
  readonly failures = signal<ReadonlyMap<number, Failure>>(new Map());
  /** What happened last, for everyone: a line of text, and for screen readers too. */
  readonly said = signal("");
  /** The decisions of this page, by what was decided at once: the last one is taken back first. */
  readonly done = signal<readonly ReadonlyMap<number, string>[]>([]);

  /** `by` tells who decides, null where the token does; `changed` is told after each answer. */
  constructor(
    private readonly rows: Rows,
    private readonly by: () => string | null,
    private readonly changed: () => void,
  ) {}

  /** Decides about items for one reason, a page of them after the other. */
  async decide(numbers: readonly number[], verdict: Verdict, why: string): Promise<void> {
    const taken = new Map<number, string>();
    this.said.value = "";
    for (const part of parts(numbers, PAGE)) {
      const seen = new Map(part.map((each) => [each, this.rows.seen(each)]));
      await this.#send({ key: fresh(), verdict, why, seen }, taken);
      if (numbers.length > PAGE) this.said.value = `${taken.size} of ${numbers.length} decided`;
    }
    if (taken.size) this.done.value = [...this.done.peek(), taken];
  }

  /** Sends what failed once more, with all that was decided with it. */
  async again({ request }: Failure): Promise<void> {
    const taken = new Map<number, string>();
    await this.#send(request, taken);
    if (taken.size) this.done.value = [...this.done.peek(), taken];
  }

  /** Takes the last decision of this page back. Returns the first of its items, null for none. */
  async undo(): Promise<number | null> {
    const last = this.done.peek().at(-1);
    if (!last) {
      this.said.value = "Nothing that you decided on this page is left to take back.";
      return null;
    }
    this.done.value = this.done.peek().slice(0, -1);
    await this.withdraw(last);
    return last.keys().next().value ?? null;
  }

  /** Takes decisions of one's own back. */
  async withdraw(decisions: ReadonlyMap<number, string>): Promise<void> {
    this.said.value = "";
    for (const part of parts([...decisions], PAGE)) {
      const numbers = part.map(([item]) => item);
      this.#wait(numbers, true);
      try {
        await ask(reviewWithdraw, {
          campaign: this.rows.campaign,
          decisions: part.map(([item, decision]) => ({ item, decision })),
          by: this.by(),
        });
        this.said.value =
          decisions.size === 1 ? "The decision was taken back." : "The decisions were taken back.";
      } catch (thrown) {
        this.said.value = `Not taken back: ${problemOf(thrown).message}.`;
      }
      await this.#settle(numbers);
    }
  }

  async #send(request: Request, taken: Map<number, string>): Promise<void> {
    const numbers = [...request.seen.keys()];
    this.#wait(numbers, true);
    this.#fail(numbers, null);
    const problem = await ask(reviewDecide, {
      campaign: this.rows.campaign,
      answers: [...request.seen].map(([item, seen]) => ({
        item,
        verdict: request.verdict,
        why: request.why,
        seen,
      })),
      key: request.key,
      by: this.by(),
    }).then(
      () => null,
      (thrown) => problemOf(thrown),
    );
    await this.#settle(numbers);
    const stale = (each: number) => this.rows.seen(each) !== request.seen.get(each);
    if (!problem) {
      for (const each of numbers.filter(stale)) taken.set(each, this.rows.seen(each));
      return;
    }
    // All or none is taken: those that nobody else decided meanwhile are sent without the others.
    const others = problem.code === "DECIDED_SINCE" ? numbers.filter((each) => !stale(each)) : [];
    const rest = others.length < numbers.length ? others : [];
    const failed = numbers.filter((each) => !rest.includes(each));
    this.#fail(failed, { message: problem.message, request: only(request, failed) });
    if (rest.length) await this.#send({ ...only(request, rest), key: fresh() }, taken);
  }

  /** Shows the rows as they truly are; where the server does not answer, as they last were. */
  async #settle(numbers: readonly number[]): Promise<void> {
    await this.rows.renew(numbers).catch(() => {});
    this.#wait(numbers, false);
    this.changed();
  }

  #wait(numbers: readonly number[], waiting: boolean): void {
    const next = new Set(this.pending.peek());
    for (const each of numbers) waiting ? next.add(each) : next.delete(each);
    this.pending.value = next;
  }

  #fail(numbers: readonly number[], failure: Failure | null): void {
    const next = new Map(this.failures.peek());
    for (const each of numbers)
      failure ? next.set(each, this.#told(each, failure)) : next.delete(each);
    this.failures.value = next;
  }

  /** A conflict is told by its own item: the problem of the request names the first one alone. */
  #told(number: number, failure: Failure): Failure {
    const now = this.rows.loaded.peek().get(number)?.decision;
    const other = now && now.id !== failure.request.seen.get(number);
    return other
      ? { ...failure, message: `${now.by} decided ${now.verdict.toLowerCase()} meanwhile` }
      : failure;
  }
}

/** A request about some of its items; as it was, key and all, if they are all of them. */
function only(request: Request, numbers: readonly number[]): Request {
  if (numbers.length === request.seen.size) return request;
  const seen = new Map([...request.seen].filter(([item]) => numbers.includes(item)));
  return { ...request, seen, key: fresh() };
}

function fresh(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((each) => each.toString(36)).join("-");
}
