// A value as lines of JSON, with what each line can fold.

export interface Sheet {
  lines: readonly string[];
  /** For each line, the line that closes what it opens; 0 if it opens nothing. */
  closes: Int32Array;
}

/** Writes a value as lines of JSON, two spaces a level. */
export function sheetOf(value: unknown): Sheet {
  const lines = (JSON.stringify(value, null, 2) ?? "").split("\n");
  const closes = new Int32Array(lines.length);
  const open: number[] = [];
  for (const [index, line] of lines.entries()) {
    const last = line.at(-1);
    if (last === "{" || last === "[") open.push(index);
    else if (/^ *[}\]],?$/.test(line)) closes[open.pop() ?? 0] = index;
  }
  return { lines, closes };
}

/** The lines that are shown when some are folded: a folded line stands for all up to its close. */
export function shown({ lines, closes }: Sheet, folded: ReadonlySet<number>): Int32Array {
  const found = new Int32Array(lines.length);
  let size = 0;
  for (let index = 0; index < lines.length; index++) {
    found[size++] = index;
    if (folded.has(index)) index = closes[index] || index;
  }
  return found.subarray(0, size);
}

/** The text of a line; a folded one ends with what it hides. */
export function lineText({ lines, closes }: Sheet, index: number, isFolded: boolean): string {
  const line = lines[index] ?? "";
  const end = closes[index];
  if (!isFolded || !end) return line;
  return `${line} … ${(lines[end] ?? "").trim()}`;
}

/** The lines to fold so that only the first levels are open. */
export function deeper({ lines, closes }: Sheet, level: number): Set<number> {
  const found = new Set<number>();
  for (const [index, line] of lines.entries())
    if (closes[index] && line.length - line.trimStart().length === level * 2) found.add(index);
  return found;
}
