// The parts of the time line: days, weeks or months, as its span allows.
import { DAY } from "./days";

type Unit = "day" | "week" | "month";

/** Days, both of which are in it. */
export interface Bin {
  first: number;
  last: number;
}

/** The most days that are drawn as days, and as weeks. */
const DAYS = 31;
const WEEKS = 31 * 7;

export const unitOf = (first: number, last: number): Unit =>
  last - first < DAYS ? "day" : last - first < WEEKS ? "week" : "month";

/** The parts of a span, in order: each day of it is in exactly one. */
export function binsOf(first: number, last: number): Bin[] {
  const unit = unitOf(first, last);
  const bins: Bin[] = [];
  for (let day = first; day <= last; ) {
    const end = Math.min(ends(day, unit), last);
    bins.push({ first: day, last: end });
    day = end + 1;
  }
  return bins;
}

/** The last day of the day, the week (until Sunday) or the month that a day is in. */
function ends(day: number, unit: Unit): number {
  if (unit === "day") return day;
  if (unit === "week") return day + (6 - ((((day + 3) % 7) + 7) % 7));
  const date = new Date(day * DAY);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0) / DAY;
}

/** Spans of the time line, in days: the first that holds what is chosen is drawn, or else all. */
const SPANS = [31, 92, 366];

/** The span that is drawn for a choice that begins at `since`, within the days of the documents. */
export function spanOf(oldest: number, newest: number, since: number): Bin {
  const span = SPANS.find((days) => newest - since < days);
  return { first: span ? Math.max(oldest, newest - span + 1) : oldest, last: newest };
}
