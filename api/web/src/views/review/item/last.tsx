// What was decided last, kept in sight while the next item is shown: its state, and the way back.
import { count, low } from "../../../words";
import type { Desk } from "../queue/desk";
import { GLYPHS } from "../queue/row";

export function Last({ desk }: { desk: Desk }) {
  const last = desk.last.value;
  if (!last) return null;
  const { numbers, verdict, why } = last;
  const [number] = numbers;
  if (number === undefined || desk.current.value === number) return null;
  const waits = numbers.some((each) => desk.deciding.pending.value.has(each));
  const failed = numbers.filter((each) => desk.deciding.failures.value.has(each)).length;
  const row = desk.rows.loaded.value.get(number);
  const about =
    numbers.length > 1 ? `${count(numbers.length)} items` : row ? `${row.who} → ${row.what}` : "";
  return (
    <section class="last" aria-label="Decided last">
      <p>
        <span class="soft">Decided last: </span>
        <b class={`verdict ${verdict.toLowerCase()}`}>
          {GLYPHS[verdict]} {low(verdict)}
        </b>{" "}
        {about}
        {why && <span class="soft"> “{why}”</span>}
        {waits && <span class="soft"> · saving …</span>}
        {failed > 0 && (
          <span class="failed-words">
            {" "}
            · {failed === numbers.length ? "not taken" : `${count(failed)} not taken`}
          </span>
        )}
      </p>
      <p class="ways">
        {!waits && failed < numbers.length && (
          <button type="button" onClick={() => desk.undo()}>
            Take it back <kbd>z</kbd>
          </button>
        )}
        {numbers.length === 1 && (
          <button type="button" onClick={() => desk.show(number)}>
            Show it
          </button>
        )}
      </p>
    </section>
  );
}
