// The walk of the arrow keys over the cells of a grid: its heads are row and column 0.

export interface Spot {
  row: number;
  column: number;
}

interface Size {
  rows: number;
  columns: number;
}

/** Rows of one page. */
const PAGE = 12;

/** The cell to which a key leads; null if it is none that walks. */
export function walk(from: Spot, size: Size, key: string, isWhole: boolean): Spot | null {
  const { row, column } = from;
  const last = { row: size.rows - 1, column: size.columns - 1 };
  const leads: Record<string, Spot> = {
    ArrowDown: { row: row + 1, column },
    ArrowUp: { row: row - 1, column },
    ArrowRight: { row, column: column + 1 },
    ArrowLeft: { row, column: column - 1 },
    PageDown: { row: row + PAGE, column },
    PageUp: { row: row - PAGE, column },
    Home: { row: isWhole ? 0 : row, column: 0 },
    End: { row: isWhole ? last.row : row, column: last.column },
  };
  const next = Object.hasOwn(leads, key) ? leads[key] : undefined;
  return next ? within(next, size) : null;
}

/** The nearest cell that there is. */
export function within({ row, column }: Spot, { rows, columns }: Size): Spot {
  return {
    row: Math.max(0, Math.min(row, rows - 1)),
    column: Math.max(0, Math.min(column, columns - 1)),
  };
}

/** The indices from first to last, and the one that has the focus, wherever it is. */
export function drawn(first: number, last: number, focused: number, count: number): number[] {
  const found = Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index);
  if (focused >= 0 && focused < count) {
    if (focused < first) found.unshift(focused);
    if (focused >= last) found.push(focused);
  }
  return found;
}
