// The part of a scrolling box that is in sight, counted in items of one size.
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

interface Sight {
  first: number;
  /** One after the last item. */
  last: number;
}

const SIDES = {
  vertical: { scroll: "scrollTop", size: "clientHeight" },
  horizontal: { scroll: "scrollLeft", size: "clientWidth" },
} as const;

/** The items in sight of `count`, each `size` pixels long, with some beyond each edge. */
export function useSight(
  box: RefObject<HTMLElement | null>,
  direction: keyof typeof SIDES,
  size: number,
  count: number,
  beyond = 8,
): Sight {
  const first = useSignal(0);
  const length = useSignal(40);
  useEffect(() => {
    const seen = box.current;
    if (!seen) return;
    const sides = SIDES[direction];
    const look = () => {
      // Equal numbers change no signal: nothing is drawn anew within an item.
      first.value = Math.floor(seen[sides.scroll] / size);
      length.value = Math.ceil(seen[sides.size] / size) + 1;
    };
    const observer = new ResizeObserver(look);
    observer.observe(seen);
    seen.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      seen.removeEventListener("scroll", look);
    };
  }, [direction, size]);
  const begin = Math.min(Math.max(0, first.value - beyond), Math.max(0, count - 1));
  return { first: begin, last: Math.min(count, first.value + length.value + beyond) };
}
