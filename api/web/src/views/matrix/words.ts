// The words of a matrix: a cell in three letters and in a sentence.
import { factWords } from "../../access";
import type { Role } from "../../generated/operations";
import type { Found } from "./table";

/** The roles in three letters, as the legend explains them. */
export const SHORT: Record<Role, string> = {
  OWNER: "own",
  ADMIN: "adm",
  MANAGER: "man",
  EMPLOYEE: "emp",
  ACCOUNTANT: "acc",
  CONTRACTOR: "con",
  CLIENT: "cli",
  STAFF: "sta",
  UNKNOWN: "unk",
};

/** What a cell shows: its role, "+1" for another one, "!" where it is contested. */
export function short(cell: Found): string {
  if (cell === undefined) return "…";
  if (cell === null) return "";
  const [first, ...more] = cell.roles;
  const word = first ? SHORT[first] : "–";
  return `${word}${more.length ? `+${more.length}` : ""}${cell.contested ? "!" : ""}`;
}

/** A cell as a sentence, for those who hear it. */
export function sentence(person: string, place: string, cell: Found): string {
  if (cell === undefined) return `${person} at ${place}: not read yet`;
  if (cell === null) return `${person} at ${place}: no access`;
  return `${person} at ${place}: ${factWords(cell)}`;
}
