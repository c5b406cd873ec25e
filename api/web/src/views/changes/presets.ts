// The spans that are one click away.

/** Days that are compared unless others are chosen. */
export const MONTH = 30;

const PRESETS: readonly [string, number | null][] = [
  ["last 7 days", 7],
  ["30 days", MONTH],
  ["quarter", 91],
  ["all", null],
];

/** The presets within the documents' days, the first of those that are equal. */
export function presets(first: number, last: number): { words: string; from: number }[] {
  const all = PRESETS.map(([words, days]) => ({
    words,
    from: days === null ? first + 1 : Math.max(first + 1, last - days),
  }));
  return all.filter(({ from }, index) => all.findIndex((each) => each.from === from) === index);
}
