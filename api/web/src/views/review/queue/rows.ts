// The rows of a queue: loaded as they come into sight, and anew after decisions.
import { signal } from "@preact/signals";
import reviewRows from "documents/review_rows.graphql";
import type { ReviewRowsQuery } from "../../../generated/operations";
import { parts } from "../../../lists";
import { ask } from "../../../state/client";
import { type Problem, problemOf } from "../../../state/problem";

export type Row = NonNullable<NonNullable<ReviewRowsQuery["reviewCampaign"]>["picked"][number]>;

/** The most rows of one request. */
export const PAGE = 100;

export class Rows {
  /** What is loaded; null for an item that went with the person it was about. */
  readonly loaded = signal<ReadonlyMap<number, Row | null>>(new Map());
  readonly problem = signal<Problem | null>(null);
  readonly #asked = new Set<number>();

  /** `told` is told of each row that was loaded. */
  constructor(
    readonly campaign: string,
    private readonly told: (rows: ReadonlyMap<number, Row | null>) => void,
  ) {}

  /** The id of the decision that counts about an item as it was last seen, "0" for none. */
  seen(number: number): string {
    return this.loaded.peek().get(number)?.decision?.id ?? "0";
  }

  /** Loads those of some rows that are not there yet. */
  want(numbers: readonly number[]): void {
    const missing = numbers.filter((each) => !this.#asked.has(each));
    for (const part of parts(missing, PAGE)) {
      for (const each of part) this.#asked.add(each);
      this.renew(part).catch((thrown) => {
        for (const each of part) this.#asked.delete(each);
        this.problem.value = problemOf(thrown);
      });
    }
  }

  /** Loads rows anew, at most a page of them. */
  async renew(numbers: readonly number[]): Promise<void> {
    const { reviewCampaign } = await ask(reviewRows, {
      campaign: this.campaign,
      numbers: [...numbers],
    });
    const fresh = new Map(
      numbers.map((number, index) => [number, reviewCampaign?.picked[index] ?? null]),
    );
    for (const each of numbers) this.#asked.add(each);
    this.loaded.value = new Map([...this.loaded.peek(), ...fresh]);
    this.problem.value = null;
    this.told(fresh);
  }
}
