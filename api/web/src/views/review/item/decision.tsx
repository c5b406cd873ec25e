// The decision about an item: what counts now, what was not taken, and the buttons to decide.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { low } from "../../../words";
import { Decide } from "../queue/decide";
import type { Desk } from "../queue/desk";
import { decisionOf, type Item } from "../words";

export function Decision({ desk, item }: { desk: Desk; item: Item }) {
  const row = desk.rows.loaded.value.get(item.number);
  const made = row ? row.decision : item.decision;
  const again = useSignal(false);
  useEffect(() => {
    again.value = false;
  }, [item.number, made?.id]);
  const asks = desk.asking.value?.many === false;
  return (
    <div class="decision">
      <Failed desk={desk} number={item.number} />
      {made && (
        <p>
          <b>{decisionOf(made)}.</b>
          {made.carriedFrom && " It was carried over."}
        </p>
      )}
      {desk.mayDecide.value && (!made || again.value || asks) && (
        <Decide desk={desk} many={false} />
      )}
      {desk.mayDecide.value && made && !again.value && !asks && (
        <p>
          <button
            type="button"
            onClick={() => {
              again.value = true;
            }}
          >
            Decide anew
          </button>{" "}
          {[made.by, ""].includes(desk.me.value) && (
            <button
              type="button"
              onClick={() => {
                if (!desk.me.peek()) desk.you.value = made.by;
                desk.withdraw(item.number, made.id);
              }}
            >
              Take it back{desk.me.value ? "" : ` as ${made.by}`}
            </button>
          )}
        </p>
      )}
    </div>
  );
}

function Failed({ desk, number }: { desk: Desk; number: number }) {
  const failure = desk.deciding.failures.value.get(number);
  if (!failure) return null;
  const { verdict, why, seen } = failure.request;
  const stale = desk.rows.seen(number) !== seen.get(number);
  return (
    <div class="failed">
      <p>
        Not taken: {failure.message}. You said {low(verdict)}
        {why && `: “${why}”`}.
      </p>
      {!stale && desk.mayDecide.value && (
        <button type="button" onClick={() => desk.deciding.again(failure)}>
          Send it again
        </button>
      )}
    </div>
  );
}
