// The queue as a list of which only the rows in sight are loaded and drawn.
import { useEffect, useRef } from "preact/hooks";
import { Rows } from "../../../components/rows";
import { Trouble } from "../../../components/trouble";
import type { Desk } from "./desk";
import { between, marked } from "./places";
import { Line } from "./row";

/** The height of a row, in pixels. */
const HEIGHT = 46;

export function List({ desk }: { desk: Desk }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => followMarks(box.current, desk), [desk]);
  const numbers = desk.numbers.value;
  const loaded = desk.rows.loaded.value;
  const { problem, answer } = desk.list.state.value;
  const order = desk.variables.value.order;
  const end = order === "BUSINESS" ? "businessId" : "principalId";
  const lost = desk.rows.problem.value;
  // The first row that is drawn is above the window, so the list has the focus once there is any.
  useEffect(() => {
    if (numbers.length && document.activeElement === document.body)
      box.current?.querySelector<HTMLElement>(".rows")?.focus();
  }, [numbers.length > 0]);
  // A decision or a link leads to rows out of sight, which the list's own keys do not.
  useEffect(() => {
    const shown = box.current?.querySelector(".rows");
    if (shown && desk.place.value >= 0) reveal(shown, desk.place.value * HEIGHT);
  }, [desk.place.value, numbers]);
  return (
    <div class={desk.mayDecide.value ? "items" : "items reading"} ref={box}>
      {problem && <Trouble problem={problem} again={desk.list.again} />}
      {lost && <Trouble problem={lost} again={() => desk.rows.want(numbers.slice(0, 1))} />}
      {answer && !numbers.length && (
        <p class="empty">No item is like that: the choices above leave out all others.</p>
      )}
      {numbers.length > 0 && (
        <Rows
          label="Items of the campaign"
          count={numbers.length}
          height={HEIGHT}
          chosen={desk.place.value}
          choose={(index) => desk.show(numbers[index] ?? null)}
          of={numbers}
          seen={(first, last) => desk.rows.want(numbers.slice(first, last))}
          item={(index) => loaded.get(numbers[index] ?? 0) ?? null}
          row={(row, index) => (
            <Line
              row={row}
              first={order === "BUSINESS" ? "what" : "who"}
              same={order !== "RISK" && loaded.get(numbers[index - 1] ?? 0)?.[end] === row[end]}
              selected={desk.marks.value.has(row.number)}
              pending={desk.deciding.pending.value.has(row.number)}
              failure={desk.deciding.failures.value.get(row.number)}
            />
          )}
        />
      )}
    </div>
  );
}

/** Scrolls as little as brings a row into sight; a far one comes with some rows above it. */
function reveal(box: Element, top: number): void {
  const below = top + HEIGHT - box.clientHeight;
  if (top >= box.scrollTop && below <= box.scrollTop) return;
  const far = Math.abs(top - box.scrollTop) > 2 * box.clientHeight;
  box.scrollTop = far ? top - 2 * HEIGHT : top < box.scrollTop ? top : below;
}

/** Follows clicks on the marks of rows; with Shift, all from the shown item to there are set. */
function followMarks(box: HTMLElement | null, desk: Desk): (() => void) | undefined {
  const clicked = (event: MouseEvent) => {
    const found = event.target instanceof Element ? event.target.closest("[data-mark]") : null;
    if (!(found instanceof HTMLElement)) return;
    event.stopPropagation();
    const number = Number(found.dataset.mark);
    const place = desk.places.peek().get(number) ?? 0;
    const range = event.shiftKey
      ? between(desk.numbers.peek(), Math.max(desk.place.peek(), 0), place)
      : [];
    desk.marks.value = marked(desk.marks.peek(), number, range);
  };
  box?.addEventListener("click", clicked, true);
  return () => box?.removeEventListener("click", clicked, true);
}
