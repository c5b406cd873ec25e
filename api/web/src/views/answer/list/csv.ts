// The rows of an answer as CSV: cells that no spreadsheet runs, and a name that says how whole they are.
import { nativeId, plain } from "../../../words";
import type { Row } from "../question/row";

const COLUMNS: readonly [string, (row: Row) => string][] = [
  ["id", (row) => row.id],
  ["name", (row) => row.title],
  ["more", (row) => row.sub],
  ["roles", (row) => row.roles.join("; ")],
  ["certainty", (row) => row.certainty],
  ["state", (row) => row.state],
  ["contested_roles", (row) => row.contestedRoles.join("; ")],
  ["distance", (row) => String(row.distance)],
];

/** The first line. */
export const HEADER = COLUMNS.map(([name]) => name).join(",");

export const lineOf = (row: Row): string =>
  COLUMNS.map(([, text]) => quoted(cell(text(row)))).join(",");

/** The file of all lines, each with its end as RFC 4180 has it. */
export const fileOf = (rows: readonly Row[]): string =>
  [HEADER, ...rows.map(lineOf), ""].join("\r\n");

/** A name for the file, which says what the rows are of and whether there may be more. */
export function nameOf(id: string, { rows, inverse, whole, filtered }: Said): string {
  const safe = `${plain(id).split(":")[0]}-${nativeId(id)}`.replaceAll(/[^\w-]+/g, "_");
  const parts = [
    "inroads",
    inverse ? "who-reaches" : "reach-of",
    safe.slice(0, 60),
    String(rows),
    filtered ? "filtered" : "",
    whole ? "complete" : "lower-bound",
  ];
  return `${parts.filter(Boolean).join("-")}.csv`;
}

interface Said {
  rows: number;
  inverse: boolean;
  /** Whether the documents that decide the answer were read, and no limit cut it. */
  whole: boolean;
  filtered: boolean;
}

/**
 * A text that no spreadsheet takes for a formula, as the library writes its own CSV: what begins
 * like one gets a quote, a backslash escapes what steers a terminal.
 */
export function cell(text: string): string {
  const shown = text.replaceAll("\\", "\\\\").replace(STEERING, escaped);
  return /^[=+\-@']/.test(shown) ? `'${shown}` : shown;
}

const escaped = (each: string): string => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`;

const STEERING =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|\p{Surrogate}/gu;

const quoted = (text: string): string =>
  /[",\r\n;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
