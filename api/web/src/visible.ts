// Text of documents as people can read it safely: what could hide or reorder it is printed as its code.

/** What joins pictographs, such as the people of a family, or gives one its colour: it is seen. */
const JOINS =
  /(?<=\p{Extended_Pictographic}[\u{1f3fb}-\u{1f3ff}]?)\ufe0f|(?<=\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]?)\u200d(?=\p{Extended_Pictographic})/u;

/** Controls, marks of direction, and what has no width: a text with them may not be what it looks like. */
const HIDDEN =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each sign is looked for alone
  /[\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff]|[\u{e0000}-\u{e0fff}]/u;

const UNSEEN = new RegExp(`(?!${JOINS.source})(?:${HIDDEN.source})`, "gu");

const code = (sign: string): string =>
  `\\u{${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}}`;

/** A text in one line, in which nothing is hidden. */
export const visible = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for
  text.replace(/[\u0000-\u001f]/g, code).replace(UNSEEN, code);

/** A record as JSON over several lines, in which nothing is hidden. */
export const printed = (record: unknown): string =>
  (JSON.stringify(record, null, 2) ?? "").replace(UNSEEN, code);

/** The fields of answers that have words of documents or of people, and are nothing but shown. */
const TOLD = new Set(
  "label sentence source name who what by startedBy why reason action notes".split(" "),
);

/** The fields whose values are those of documents, whatever they are called in there. */
const RAW = new Set(["record", "facts", "value"]);

/** The answer of a server as data, in which those words are visible: whoever shows them need not think of it. */
export function parsed(text: string): unknown {
  const answer: unknown = JSON.parse(text);
  return text.search(HIDDEN) < 0 ? answer : shown(answer, "");
}

function shown(value: unknown, key: string): unknown {
  if (typeof value === "string") return TOLD.has(key) ? visible(value) : value;
  if (Array.isArray(value)) return value.map((each) => shown(each, key));
  if (value === null || typeof value !== "object" || RAW.has(key)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shown(each, name)]));
}
