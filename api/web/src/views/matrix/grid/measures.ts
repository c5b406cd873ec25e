// The sizes of the grid in pixels, smaller where the page is narrow.
import { computed, signal } from "@preact/signals";

/** Follows whether the page is at most so wide. */
function within(width: number) {
  const query = globalThis.matchMedia?.(`(max-width: ${width}px)`);
  const matches = signal(query?.matches ?? false);
  query?.addEventListener("change", () => {
    matches.value = query.matches;
  });
  return matches;
}

const narrow = within(900);
const phone = within(480);

export const measures = computed(() => ({
  /** The height of a row, and the width of a column. */
  row: 28,
  column: phone.value ? 66 : narrow.value ? 72 : 84,
  /** The width of the names of the rows, and of their totals. */
  head: phone.value ? 118 : narrow.value ? 150 : 250,
  sum: phone.value ? 56 : 64,
  /** The height of the names of the columns, and of their totals. */
  heads: 62,
  totals: 28,
}));
