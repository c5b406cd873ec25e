// A question of a component: asked when its key changes, ended when the component goes.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { type Question, question } from "./question";

/** `key` names all that the question depends on; null asks nothing. */
export function useAnswer<Answer>(
  key: string | null,
  ask: (abort: AbortSignal) => Promise<Answer>,
): Question<Answer> {
  const latest = useRef(ask);
  latest.current = ask;
  const wanted = useSignal(key);
  const made = useMemo(
    () =>
      question(() => {
        const now = wanted.value;
        return now === null ? null : { key: now, ask: (abort) => latest.current(abort) };
      }),
    [],
  );
  useEffect(() => {
    wanted.value = key;
  }, [key]);
  useEffect(() => () => made.end(), []);
  return made;
}
