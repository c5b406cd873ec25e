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
export const nativeId = (id: string): string => id.replace(MARK, "").slice(id.indexOf(":") + 1);

/**
 * The id without the mark of a version, as links have it: the moment is the link's own. An account's
 * own id may hold an `@`, and may even end like a mark: then the empty mark stays behind it.
 */
export const plain = (id: string): string => {
  const own = id.replace(MARK, "");
  return MARK.test(own) ? `${own}@~` : own;
};

/** The mark of a version, which begins with `@~`. */
const MARK = /@~[0-9a-z-]*$/;

/** The kind of a node by its id: "identity", "business", "account" or "group". */
export const kindOf = (id: string): string => id.slice(0, id.indexOf(":"));

/** The name of a node from its id alone: "business 77128". */
export const bareName = (id: string): string => `${kindOf(id)} ${nativeId(id)}`;

/** The day of a moment, in UTC: 2026-11-28. */
export const day = (moment: string): string => moment.slice(0, 10);

/** The minute of a moment, in UTC: 2026-11-28 19:05 UTC. */
export const minute = (moment: string): string =>
  `${moment.slice(0, 10)} ${moment.slice(11, 16)} UTC`;

/** A rule's id as a title: "role-without-membership" is "Role without membership". */
export const ruleTitle = (rule: string): string =>
  rule.charAt(0).toUpperCase() + rule.slice(1).replaceAll("-", " ");
