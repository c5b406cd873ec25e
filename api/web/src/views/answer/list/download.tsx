// The whole list as a CSV file, gathered page by page, with its progress and a stop.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { save } from "../../../save";
import { problemOf } from "../../../state/problem";
import { count } from "../../../words";
import type { AnswerState } from "../answer_state";
import { filtering } from "../question/asked";
import { askPage, isInverse } from "../question/questions";
import type { Row } from "../question/row";
import { fileOf, nameOf } from "./csv";

export function Download({ state }: { state: AnswerState }) {
  const done = useSignal<number | null>(null);
  const wrong = useSignal("");
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const start = async () => {
    const abort = new AbortController();
    running.current = abort;
    wrong.value = "";
    done.value = 0;
    try {
      await gather(state, abort.signal, (rows) => {
        done.value = rows;
      });
    } catch (thrown) {
      if (!abort.signal.aborted) wrong.value = problemOf(thrown).message;
    }
    if (running.current === abort) done.value = null;
  };
  const total = state.head.value?.total ?? 0;
  if (done.value !== null)
    return (
      <span class="download">
        <progress max={total} value={done.value} aria-label="Rows gathered" />
        <span>
          {count(done.value)} of {count(total)}
        </span>
        <button type="button" onClick={() => running.current?.abort()}>
          Stop
        </button>
      </span>
    );
  return (
    <span class="download">
      {wrong.value && <span role="alert">No file: {wrong.value}</span>}
      <button type="button" disabled={total === 0} onClick={start}>
        Save all (CSV)
      </button>
    </span>
  );
}

async function gather(
  state: AnswerState,
  abort: AbortSignal,
  told: (rows: number) => void,
): Promise<void> {
  const { asked } = state;
  const size = isInverse(asked) ? 500 : 100; // as many as the API gives
  const rows: Row[] = [];
  let anchor: string | null = null;
  let whole = true;
  for (;;) {
    const page = await askPage(asked, { offset: rows.length, size, anchor }, abort);
    anchor ??= page.anchor;
    whole &&= !page.truncated && page.coverage?.complete !== false;
    rows.push(...page.rows);
    told(rows.length);
    if (rows.length < page.total && page.rows.length > 0) continue;
    const said = { rows: rows.length, inverse: isInverse(asked), whole };
    const name = nameOf(asked.id, { ...said, filtered: filtering(asked).length > 0 });
    save(name, "text/csv", fileOf(rows));
    return;
  }
}
