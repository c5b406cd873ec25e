// A question whose answer a view shows: asked when its variables change, the late answer of an earlier one dropped.
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { type Problem, problemOf } from "./problem";

export interface Answered<Answer> {
  /** The last answer; it stays while the next one is awaited, unless the question is another one. */
  answer: Answer | null;
  problem: Problem | null;
  busy: boolean;
}

export interface Question<Answer> {
  readonly state: ReadonlySignal<Answered<Answer>>;
  /** Asks once more, as after a problem. */
  again(): void;
  /** Ends the question and all that follows from it. */
  end(): void;
}

/**
 * Follows a question.
 *
 * `wanted` reads signals and returns the question as a function, or null if nothing is asked; `key`
 * tells questions apart whose answers must not be shown for each other.
 */
export function question<Answer>(
  wanted: () => { key: string; ask: (abort: AbortSignal) => Promise<Answer> } | null,
): Question<Answer> {
  const state = signal<Answered<Answer>>({ answer: null, problem: null, busy: false });
  const turn = signal(0);
  let shown = "";
  const end = effect(() => {
    turn.value;
    const next = wanted();
    if (!next) {
      shown = "";
      state.value = { answer: null, problem: null, busy: false };
      return;
    }
    const abort = new AbortController();
    const kept = next.key === shown ? state.peek().answer : null;
    state.value = { answer: kept, problem: null, busy: true };
    next.ask(abort.signal).then(
      (answer) => {
        if (abort.signal.aborted) return;
        shown = next.key;
        state.value = { answer, problem: null, busy: false };
      },
      (thrown) => {
        if (abort.signal.aborted) return;
        state.value = { answer: kept, problem: problemOf(thrown), busy: false };
      },
    );
    return () => abort.abort();
  });
  return {
    state,
    again: () => {
      turn.value++;
    },
    end,
  };
}
