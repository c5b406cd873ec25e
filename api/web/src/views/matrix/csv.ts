// A matrix as CSV.
import { factWords } from "../../access";
import { csv } from "../../csv";
import type { Shape } from "./shape";
import type { Found } from "./table";

function words(cell: Found): string {
  if (cell === undefined) return "not read";
  return cell === null ? "" : factWords(cell);
}

/** The rows and columns as they are shown; the ids stand beside the names. */
export const fileOf = (shape: Shape): string =>
  csv(
    [
      "person",
      "id",
      "businesses",
      ...shape.columns.map(({ place: { label, id } }) => `${label} [${id}]`),
    ],
    shape.rows.map((row) => [
      row.person.label,
      row.person.id,
      `${row.number}${row.atLeast ? " or more" : ""}`,
      ...shape.columns.map((column) => words(shape.at(row, column))),
    ]),
  );
