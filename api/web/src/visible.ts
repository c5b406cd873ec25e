// Text of documents as people can read it safely: what could hide or reorder it is printed as its code.

/** Controls, marks of direction, and what has no width: a text with them may not be what it looks like. */
const UNSEEN =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each sign is looked for alone
  /[\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff]|[\u{e0000}-\u{e0fff}]/gu;

const code = (sign: string): string =>
  `\\u{${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}}`;

/** A text in one line, in which nothing is hidden. */
export const visible = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for
  text.replace(/[\u0000-\u001f]/g, code).replace(UNSEEN, code);

/** A record as JSON over several lines, in which nothing is hidden. */
export const printed = (record: unknown): string =>
  (JSON.stringify(record, null, 2) ?? "").replace(UNSEEN, code);
