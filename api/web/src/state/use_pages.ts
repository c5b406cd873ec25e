// A list that comes in pages: the first by itself, the others when they are asked for.
import { useSignal } from "@preact/signals";
import { type Problem, problemOf } from "./problem";
import { useAnswer } from "./use_answer";

export interface PageOf<Item> {
  items: readonly Item[];
  total: number;
  /** The cursor of the next page; null on the last one. */
  next: string | null;
}

export interface Pages<Item> {
  items: readonly Item[];
  /** How many there are in all; null until the first page is there. */
  total: number | null;
  busy: boolean;
  problem: Problem | null;
  /** Asks for the next page; null where there is none. */
  more: (() => void) | null;
  again(): void;
}

interface Further<Item> {
  key: string | null;
  items: readonly Item[];
  next: string | null;
  busy: boolean;
  problem: Problem | null;
}

/** `key` names all that the list depends on; null asks nothing. */
export function usePages<Item>(
  key: string | null,
  load: (after: string | null, abort?: AbortSignal) => Promise<PageOf<Item>>,
): Pages<Item> {
  const { state, again } = useAnswer(key, (abort) => load(null, abort));
  const { answer, problem, busy } = state.value;
  const further = useSignal<Further<Item> & { of: PageOf<Item> | null }>({ ...NONE, of: null });
  const mine = further.value.key === key && further.value.of === answer ? further.value : null;
  const next = mine ? mine.next : (answer?.next ?? null);
  const more = async () => {
    const before = mine ?? { ...NONE, key, of: answer };
    further.value = { ...before, next, busy: true, problem: null };
    const asked = further.value;
    try {
      const page = await load(next);
      if (further.peek() !== asked) return;
      const items = [...before.items, ...page.items];
      further.value = { ...asked, items, next: page.next, busy: false };
    } catch (thrown) {
      if (further.peek() === asked)
        further.value = { ...asked, busy: false, problem: problemOf(thrown) };
    }
  };
  return {
    items: [...(answer?.items ?? []), ...(mine?.items ?? [])],
    total: answer?.total ?? null,
    busy: busy || (mine?.busy ?? false),
    problem: problem ?? mine?.problem ?? null,
    more: next === null || mine?.busy ? null : more,
    again: problem ? again : more,
  };
}

const NONE = { key: null, items: [], next: null, busy: false, problem: null };
