// A long list of which only the rows in sight are drawn. Rows have one height.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import { reached, scrolled, tall } from "./window_of_rows";

interface Props<Item> {
  label: string;
  /** How many rows there are; `item` may be null for those that are not loaded. */
  count: number;
  item(index: number): Item | null;
  row(item: Item, index: number): ComponentChildren;
  /** The height of a row, in pixels. */
  height: number;
  /** The row that is chosen; -1 for none. It is brought into sight. */
  chosen: number;
  choose(index: number): void;
  /** Told of a click on a row and of Enter on the chosen one; else a click chooses. */
  open?(index: number): void;
  /** Told of the rows in sight, so that they can be loaded. */
  seen?(first: number, last: number): void;
  /** What the rows are of: with another one, rows at the same places are told of anew. */
  of?: unknown;
  /** Where the list is scrolled to at first, in pixels. */
  top?: number;
  scroll?(top: number): void;
}

/** Rows that are drawn beyond each edge of the window. */
const BEYOND = 6;

export function Rows<Item>(props: Props<Item>) {
  const { label, count, item, row, height, chosen, choose, open, seen } = props;
  const box = useRef<HTMLDivElement>(null);
  const top = useSignal(props.top ?? 0);
  const high = useSignal(600);
  const name = useId();
  const view = { count, height, high: high.value };
  const start = reached(view, top.value);
  const first = Math.max(0, Math.floor(start / height) - BEYOND);
  const last = Math.min(count, Math.ceil((start + high.value) / height) + BEYOND);
  const drawn = chosen >= first && chosen < last;

  useEffect(() => {
    if (!box.current) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) high.value = entry.contentRect.height;
    });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (box.current && props.top) box.current.scrollTop = props.top;
  }, []);
  const before = useRef(chosen);
  useEffect(() => {
    const moved = chosen !== before.current;
    before.current = chosen;
    if (!box.current || chosen < 0) return;
    // A window that becomes lower must not hide the row that was chosen in it.
    const { scrollTop } = box.current; // of now: `top` is told of it a moment later
    const away = Math.abs(chosen * height - reached(view, scrollTop));
    if (moved || away < high.value + BEYOND * height)
      box.current.scrollTop = scrolled(view, scrollTop, chosen);
  }, [chosen, high.value]);
  useEffect(() => seen?.(first, last), [first, last, props.of]);

  const key = (event: KeyboardEvent) => {
    if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      open?.(chosen);
      return;
    }
    const page = Math.max(1, Math.floor(high.value / height) - 1);
    const next = {
      ArrowDown: Math.min(chosen + 1, count - 1),
      ArrowUp: Math.max(chosen - 1, 0),
      PageDown: Math.min(chosen + page, count - 1),
      PageUp: Math.max(chosen - page, 0),
      Home: 0,
      End: count - 1,
    }[event.key];
    if (next === undefined || count === 0) return;
    event.preventDefault();
    choose(next);
  };
  const shown = Array.from({ length: Math.max(0, last - first) }, (_, offset) => first + offset);
  return (
    <div
      class="rows"
      ref={box}
      role="listbox"
      aria-label={label}
      aria-activedescendant={drawn ? `${name}-${chosen}` : undefined}
      tabIndex={0}
      onKeyDown={key}
      onScroll={(event) => {
        top.value = event.currentTarget.scrollTop;
        props.scroll?.(top.value);
      }}
    >
      <svg width="1" height={tall(view)} aria-hidden="true" />
      {shown.map((index) => {
        const found = item(index);
        return (
          <Placed
            key={index}
            id={`${name}-${index}`}
            top={index * height - start + top.value}
            height={height}
            chosen={index === chosen}
            index={index}
            count={count}
            pick={() => (open ?? choose)(index)}
          >
            {found === null ? "…" : row(found, index)}
          </Placed>
        );
      })}
    </div>
  );
}

interface PlacedProps {
  id: string;
  top: number;
  height: number;
  chosen: boolean;
  index: number;
  count: number;
  pick(): void;
  children: ComponentChildren;
}

/** A row at its place, set through the CSSOM: a style attribute would need 'unsafe-inline'. */
function Placed({ id, top, height, chosen, index, count, pick, children }: PlacedProps) {
  const row = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!row.current) return;
    row.current.style.transform = `translateY(${top}px)`;
    row.current.style.height = `${height}px`;
  }, [top, height]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the listbox has the focus, and takes Enter for its chosen row
    // biome-ignore lint/a11y/useFocusableInteractive: aria-activedescendant of the listbox points to the row
    <div
      ref={row}
      id={id}
      class="row"
      role="option"
      aria-selected={chosen}
      aria-posinset={index + 1}
      aria-setsize={count}
      onClick={pick}
    >
      {children}
    </div>
  );
}
