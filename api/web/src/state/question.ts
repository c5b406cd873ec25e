// A question whose answer a view shows: asked when its variables change, the late answer of an earlier one dropped.
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { type Problem, problemOf } from "./problem";
import { back } from "./server";
import { session, token } from "./token";
import { taken } from "./versions";

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

type Wanted<Answer> = () => { key: string; ask: (abort: AbortSignal) => Promise<Answer> } | null;

/** The number of questions whose answers are awaited. */
export const asking = signal(0);

/**
 * Follows a question.
 *
 * `wanted` reads signals and returns the question as a function, or null if nothing is asked; `key`
 * tells questions apart whose answers must not be shown for each other. It is asked anew with
 * another token, of a version that is taken, and once a server that was lost is back.
 */
export function question<Answer>(wanted: Wanted<Answer>): Question<Answer> {
  const state = signal<Answered<Answer>>({ answer: null, problem: null, busy: false });
  const turn = signal(0);
  const again = () => {
    turn.value = turn.peek() + 1;
  };
  let shown = "";
  const endAsking = effect(() => {
    turn.value;
    token.value;
    taken.value;
    const person = session.value;
    const next = wanted();
    if (!next) {
      shown = "";
      state.value = { answer: null, problem: null, busy: false };
      return;
    }
    const abort = new AbortController();
    const key = `${person} ${next.key}`;
    const kept = key === shown ? state.peek().answer : null;
    state.value = { answer: kept, problem: null, busy: true };
    asking.value = asking.peek() + 1;
    let awaited = true;
    const over = () => {
      if (awaited) asking.value = asking.peek() - 1;
      awaited = false;
    };
    next.ask(abort.signal).then(
      (answer) => {
        if (abort.signal.aborted) return;
        shown = key;
        state.value = { answer, problem: null, busy: false };
        over();
      },
      (thrown) => {
        if (abort.signal.aborted) return;
        state.value = { answer: kept, problem: problemOf(thrown), busy: false };
        over();
      },
    );
    return () => {
      abort.abort();
      over();
    };
  });
  const endRetrying = effect(() => {
    back.value;
    if (state.peek().problem?.code === "NETWORK") again();
  });
  return {
    state,
    again,
    end: () => {
      endRetrying();
      endAsking();
    },
  };
}
