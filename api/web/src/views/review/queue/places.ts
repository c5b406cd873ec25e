// Places in a queue: which item is next, and where an item stands.

/** The place of each number. */
export function placesOf(numbers: readonly number[]): ReadonlyMap<number, number> {
  return new Map(numbers.map((number, index) => [number, index]));
}

/** The first open item after a place, and after the last one from the start; null if none is open. */
export function nextOpen(
  numbers: readonly number[],
  open: ReadonlySet<number>,
  after: number,
): number | null {
  for (let step = 1; step <= numbers.length; step++) {
    const number = numbers[(after + step) % numbers.length];
    if (number !== undefined && open.has(number)) return number;
  }
  return null;
}

/**
 * The item at which a queue is opened.
 *
 * It is the one that the place names, or the open one that follows it where it is not shown any
 * more; else the first open one, else the first.
 */
export function opensAt(
  numbers: readonly number[],
  open: ReadonlySet<number>,
  named: number,
): number | null {
  if (numbers.includes(named)) return named;
  const later = numbers.find((each) => each > named && open.has(each));
  return (named > 0 ? later : undefined) ?? nextOpen(numbers, open, -1) ?? numbers[0] ?? null;
}

/** The marks after one is set or taken away; with `from`, all between two places are set. */
export function marked(
  marks: ReadonlySet<number>,
  number: number,
  range: readonly number[] = [],
): Set<number> {
  const next = new Set(marks);
  if (range.length) for (const each of range) next.add(each);
  else if (!next.delete(number)) next.add(number);
  return next;
}

/** The numbers between two places, both of them included. */
export function between(numbers: readonly number[], one: number, other: number): number[] {
  return numbers.slice(Math.min(one, other), Math.max(one, other) + 1);
}
