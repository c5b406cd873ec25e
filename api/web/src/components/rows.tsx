// A long list of which only the rows in sight are drawn. Rows have one height.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

interface Props<Item> {
  label: string;
  /** How many rows there are; `item` may be null for those that are not loaded. */
  count: number;
  item(index: number): Item | null;
  row(item: Item, index: number): ComponentChildren;
  /** The height of a row, in pixels. */
  height: number;
  /** The row that is chosen; -1 for none. */
  chosen: number;
  choose(index: number): void;
  /** Told of the rows in sight, so that they can be loaded. */
  seen?(first: number, last: number): void;
}

/** Rows that are drawn beyond each edge of the window. */
const BEYOND = 6;

export function Rows<Item>(props: Props<Item>) {
  const { label, count, item, row, height, chosen, choose, seen } = props;
  const box = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const high = useSignal(600);
  useEffect(() => {
    if (!box.current) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) high.value = entry.contentRect.height;
    });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const first = Math.max(0, Math.floor(top.value / height) - BEYOND);
  const last = Math.min(count, Math.ceil((top.value + high.value) / height) + BEYOND);
  useEffect(() => seen?.(first, last), [first, last]);

  const key = (event: KeyboardEvent) => {
    const next = { ArrowDown: chosen + 1, ArrowUp: chosen - 1, Home: 0, End: count - 1 }[event.key];
    if (next === undefined || next < 0 || next >= count || !box.current) return;
    event.preventDefault();
    choose(next);
    const shown = box.current;
    if (next * height < shown.scrollTop) shown.scrollTop = next * height;
    else if ((next + 1) * height > shown.scrollTop + shown.clientHeight)
      shown.scrollTop = (next + 1) * height - shown.clientHeight;
  };
  const shown = Array.from({ length: Math.max(0, last - first) }, (_, offset) => first + offset);
  return (
    <div
      class="rows"
      ref={box}
      role="listbox"
      aria-label={label}
      tabIndex={0}
      onKeyDown={key}
      onScroll={(event) => {
        top.value = event.currentTarget.scrollTop;
      }}
    >
      <svg width="1" height={count * height} aria-hidden="true" />
      {shown.map((index) => {
        const found = item(index);
        return (
          <Placed
            key={index}
            top={index * height}
            height={height}
            chosen={index === chosen}
            index={index}
            count={count}
            choose={() => choose(index)}
          >
            {found === null ? "…" : row(found, index)}
          </Placed>
        );
      })}
    </div>
  );
}

interface PlacedProps {
  top: number;
  height: number;
  chosen: boolean;
  index: number;
  count: number;
  choose(): void;
  children: ComponentChildren;
}

/** A row at its place, set through the CSSOM: a style attribute would need 'unsafe-inline'. */
function Placed({ top, height, chosen, index, count, choose, children }: PlacedProps) {
  const row = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!row.current) return;
    row.current.style.transform = `translateY(${top}px)`;
    row.current.style.height = `${height}px`;
  }, [top, height]);
  return (
    <div
      ref={row}
      class="row"
      role="option"
      tabIndex={-1}
      aria-selected={chosen}
      aria-posinset={index + 1}
      aria-setsize={count}
      onClick={choose}
      onKeyDown={(event) => event.key === "Enter" && choose()}
    >
      {children}
    </div>
  );
}
