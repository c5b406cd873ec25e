// A question that goes through everybody, and is not asked again by itself where that took too long.
import { Problem } from "../../state/problem";
import type { Question } from "../../state/question";
import { session } from "../../state/token";
import { useAnswer } from "../../state/use_answer";
import { taken } from "../../state/versions";

/** The questions that took longer than the server lets them, each with what it said. */
const tooLong = new Map<string, Problem>();

export function useHeavy<Answer>(
  name: string,
  key: string | null,
  ask: (abort: AbortSignal) => Promise<Answer>,
): Question<Answer> {
  const known = JSON.stringify([name, key, session.value, taken.value]);
  const question = useAnswer(key, async (abort) => {
    const before = tooLong.get(known);
    if (before) throw before;
    try {
      return await ask(abort);
    } catch (thrown) {
      if (thrown instanceof Problem && thrown.code === "DEADLINE") tooLong.set(known, thrown);
      throw thrown;
    }
  });
  return {
    ...question,
    again: () => {
      tooLong.delete(known);
      question.again();
    },
  };
}
