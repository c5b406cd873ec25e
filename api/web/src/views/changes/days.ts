// Days in UTC as whole numbers since 1970, and what a link says of a moment.

export const DAY = 86_400_000;

/** The day of a moment, as a number. */
export const dayOf = (moment: string): number => Math.floor(Date.parse(moment) / DAY);

/** A day as links have it: 2026-11-28. */
export const dayText = (day: number): string => new Date(day * DAY).toISOString().slice(0, 10);

/** A day for people: 28 Nov 2026. */
export const dayWords = (day: number): string =>
  new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" }).format(day * DAY);

/** The last moment before a day: what was observed on the day is later. */
export const before = (day: number): string => through(day - 1);

/** The last moment of a day. */
export const through = (day: number): string => `${dayText(day)}T23:59:59.999999Z`;

/** A bound of a link: a day, or a moment that stands as it is; null for what is neither. */
export function boundOf(text: string | undefined, side: "since" | "until"): Bound | null {
  if (!text || Number.isNaN(Date.parse(text))) return null;
  const day = dayOf(text);
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return { day, moment: text };
  return { day, moment: side === "since" ? before(day) : through(day) };
}

export interface Bound {
  day: number;
  /** The moment that is asked about. */
  moment: string;
}
