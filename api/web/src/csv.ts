// CSV that no spreadsheet runs, and its file.

/** The file of a header and its rows, each line with its end as RFC 4180 has it. */
export const csv = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [...[header, ...rows].map((row) => row.map((text) => quoted(cell(text))).join(",")), ""].join(
    "\r\n",
  );

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
