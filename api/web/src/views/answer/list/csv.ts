// The rows of an answer as CSV: with a name that says how whole they are.
import { csv } from "../../../csv";
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

/** The file of rows. */
export const fileOf = (rows: readonly Row[]): string =>
  csv(
    COLUMNS.map(([name]) => name),
    rows.map((row) => COLUMNS.map(([, text]) => text(row))),
  );

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
