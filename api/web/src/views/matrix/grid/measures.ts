// The sizes of the grid in pixels, smaller where the page is narrow.
import { computed, signal } from "@preact/signals";

const query = globalThis.matchMedia?.("(max-width: 900px)");
const narrow = signal(query?.matches ?? false);
query?.addEventListener("change", () => {
  narrow.value = query.matches;
});

export const measures = computed(() => ({
  /** The height of a row, and the width of a column. */
  row: 28,
  column: narrow.value ? 72 : 84,
  /** The width of the names of the rows, and of their totals. */
  head: narrow.value ? 150 : 250,
  sum: 64,
  /** The height of the names of the columns, and of their totals. */
  heads: 62,
  totals: 28,
}));
