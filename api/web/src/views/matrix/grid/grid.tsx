// The grid: people down, businesses across, of which only what is in sight is drawn.
import { useSignal } from "@preact/signals";
import type { ComponentChild } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useSight } from "../../../components/sight";
import type { Shape } from "../shape";
import { Heads, Totals } from "./heads";
import { Line } from "./line";
import { measures } from "./measures";
import { Placed } from "./placed";
import { drawn, type Spot, walk, within } from "./walk";

/** The rows and columns before the cells: names and totals. */
export const BEFORE = 2;

export function Grid({ shape, label }: { shape: Shape; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  const active = useSignal<Spot>({ row: 0, column: 0 });
  /** True while the focus is still to follow the active cell, which may not be drawn yet. */
  const follows = useRef(false);
  /** True while a cell has the focus. A row that is moved among new ones loses it without a word. */
  const held = useRef(false);
  useEffect(() => {
    // A press anywhere, also beside the grid, gives the focus away on purpose.
    const press = () => {
      held.current = false;
    };
    addEventListener("pointerdown", press, true);
    return () => removeEventListener("pointerdown", press, true);
  }, []);
  const { rows, columns } = shape;
  const { row: ROW, column: COLUMN, head, sum, heads, totals } = measures.value;
  const size = { rows: rows.length + BEFORE, columns: columns.length + BEFORE };
  const spot = within(active.value, size);
  const down = useSight(box, "vertical", ROW, rows.length);
  const across = useSight(box, "horizontal", COLUMN, columns.length, 3);
  const shownRows = drawn(down.first, down.last, spot.row - BEFORE, rows.length);
  const shownColumns = drawn(across.first, across.last, spot.column - BEFORE, columns.length);

  // At once: an effect that waits would judge a later key by the spot of an earlier drawing.
  useLayoutEffect(() => {
    const lost = held.current && document.activeElement === document.body;
    if (!follows.current && !lost) return;
    // A key may have come since this was drawn: the cell is the one that is active by now.
    const { row, column } = within(active.peek(), size);
    const cell = box.current?.querySelector<HTMLElement>(`[data-at="${row}:${column}"]`);
    if (!cell) return; // drawn once the box has scrolled there
    follows.current = false;
    cell.focus({ preventScroll: true });
  });

  const reveal = ({ row, column }: Spot) => {
    const seen = box.current;
    if (!seen) return;
    const top = (row - BEFORE) * ROW;
    const high = seen.clientHeight - heads - totals;
    if (row >= BEFORE) seen.scrollTop = inSight(seen.scrollTop, top, ROW, high);
    const left = (column - BEFORE) * COLUMN;
    const wide = seen.clientWidth - head - sum;
    if (column >= BEFORE) seen.scrollLeft = inSight(seen.scrollLeft, left, COLUMN, wide);
  };
  const key = (event: KeyboardEvent) => {
    const next = walk(spot, size, event.key, event.ctrlKey || event.metaKey);
    if (!next) return;
    event.preventDefault();
    active.value = next;
    follows.current = true;
    reveal(next);
  };
  const focus = (event: FocusEvent) => {
    const [row, column] = (event.target as HTMLElement).dataset.at?.split(":").map(Number) ?? [];
    held.current = true;
    if (row !== undefined && column !== undefined) active.value = { row, column };
  };
  const leave = (event: FocusEvent) => {
    if (event.relatedTarget) held.current = false;
  };
  const shared = { shape, shown: shownColumns, active: spot };
  const lines = useKept(shownRows, [shape, shownColumns.join(), measures.value], (index) => {
    const row = rows[index];
    const focused = spot.row === index + BEFORE ? spot.column : "";
    return {
      name: `${index}:${focused}`,
      made: () => row && <Line key={row.person.id} {...shared} row={row} index={index} />,
    };
  });
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table's rows cannot be placed one by one
    <div
      class="grid"
      ref={box}
      role="grid"
      tabIndex={-1}
      aria-label={label}
      aria-rowcount={size.rows}
      aria-colcount={size.columns}
      onKeyDown={key}
      onFocusIn={focus}
      onFocusOut={leave}
    >
      <Placed
        class="whole"
        role="presentation"
        box={{
          width: head + sum + columns.length * COLUMN,
          height: heads + totals + rows.length * ROW,
        }}
      >
        <Heads {...shared} />
        <Totals {...shared} />
        {lines}
      </Placed>
    </div>
  );
}

/** Makes the lines that are drawn, and keeps those that stay: what is the same is not drawn anew. */
function useKept(
  indices: readonly number[],
  inputs: readonly unknown[],
  line: (index: number) => { name: string; made(): ComponentChild },
): ComponentChild[] {
  const kept = useRef<{ inputs: readonly unknown[]; lines: Map<string, ComponentChild> } | null>(
    null,
  );
  const same = kept.current?.inputs.every((input, index) => input === inputs[index]);
  const before = same ? kept.current?.lines : undefined;
  const lines = new Map<string, ComponentChild>();
  for (const index of indices) {
    const { name, made } = line(index);
    lines.set(name, before?.get(name) ?? made());
  }
  kept.current = { inputs, lines };
  return [...lines.values()];
}

/** Where to scroll so that an item is in sight; where it is already, nowhere. */
function inSight(now: number, begin: number, length: number, room: number): number {
  if (begin < now) return begin;
  return begin + length > now + room ? begin + length - room : now;
}
