// A matrix as CSV (RFC 4180), safe to open in a spreadsheet.
import type { Shape } from "./shape";
import type { Found } from "./table";
import { marks, roleWords } from "./words";

/** One field. What a spreadsheet would run as a formula gets an apostrophe before it. */
export function field(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function words(cell: Found): string {
  if (cell === undefined) return "not read";
  return cell === null ? "" : [roleWords(cell), ...marks(cell)].join(", ");
}

/** The rows and columns as they are shown; the ids stand beside the names. */
export function csv(shape: Shape): string {
  const head = shape.columns.map(({ place }) => `${place.label} [${place.id}]`);
  const lines = [
    ["person", "id", "businesses", ...head],
    ...shape.rows.map((row) => [
      row.person.label,
      row.person.id,
      `${row.number}${row.atLeast ? " or more" : ""}`,
      ...shape.columns.map((column) => words(shape.at(row, column))),
    ]),
  ];
  return lines.map((line) => `${line.map(field).join(",")}\r\n`).join("");
}
