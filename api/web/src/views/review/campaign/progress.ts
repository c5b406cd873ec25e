// The progress of a campaign as parts of a bar, and in words.
import { count } from "../../../words";

export interface Progress {
  total: number;
  undecided: number;
  keep: number;
  revoke: number;
  unsure: number;
  carried: number;
}

/** A part of a bar that is 100 wide. */
export interface Part {
  name: "keep" | "revoke" | "unsure";
  start: number;
  width: number;
}

const NAMES = ["keep", "revoke", "unsure"] as const;

/** The parts of the bar, from the left; what is left of it is open. */
export function partsOf(progress: Progress): Part[] {
  let start = 0;
  return NAMES.flatMap((name) => {
    const width = progress.total ? (100 * progress[name]) / progress.total : 0;
    start += width;
    return width ? [{ name, start: start - width, width }] : [];
  });
}

/** Tells how far it is: "1,204 of 12,064 decided: 1,000 keep, 200 revoke, 4 unsure". */
export function inWords(progress: Progress): string {
  const { total, undecided, carried } = progress;
  const each = NAMES.filter((name) => progress[name]).map(
    (name) => `${count(progress[name])} ${name}`,
  );
  const some = each.length ? `: ${each.join(", ")}` : "";
  const before = carried ? `; ${count(carried)} carried over` : "";
  return `${count(total - undecided)} of ${count(total)} decided${some}${before}`;
}
