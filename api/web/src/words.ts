// Words for people: codes, counts and names as the page prints them.

const NUMBER = new Intl.NumberFormat("en");

/** A code as words: `TEAM_MEMBER` is "team member". */
export const low = (code: string): string => code.toLowerCase().replaceAll("_", " ");

/** A count with its separators: 9,394. */
export const count = (number: number): string => NUMBER.format(number);

/** A count with its noun: "1 person", "9,394 people". */
export const many = (number: number, one: string, more: string): string =>
  `${count(number)} ${number === 1 ? one : more}`;

/** The service's own id in a printed form: "77128" of `business:77128`, without a version's mark. */
export const nativeId = (id: string): string => plain(id).slice(plain(id).indexOf(":") + 1);

/** The id without the mark of a version, as links have it: the moment is the link's own. */
export const plain = (id: string): string => id.replace(/@.*$/, "");

/** The kind of a node by its id: "identity", "business", "account" or "group". */
export const kindOf = (id: string): string => id.slice(0, id.indexOf(":"));

/** The day of a moment, in UTC: 2026-11-28. */
export const day = (moment: string): string => moment.slice(0, 10);
