// The variables of a question, which are written as JSON.
import { Problem } from "../../../state/problem";
import { blank, operationsOf } from "./operations";

/** The variables that a text begins with, as JSON. */
export function beginning(text: string, at: string | undefined): string {
  const read = operationsOf(text);
  const [first] = "operations" in read ? read.operations : [];
  return JSON.stringify(first ? blank(first, at) : {}, null, 2);
}

/** The JSON of a link, with its lines broken. */
export function pretty(variables: string): string {
  try {
    return JSON.stringify(JSON.parse(variables), null, 2);
  } catch {
    return variables; // a broken link: the editor marks the place
  }
}

/** The variables of a text. Throws a Problem where it is no JSON object. */
export function object(text: string): Record<string, unknown> {
  let found: unknown;
  try {
    found = JSON.parse(text.trim() || "{}");
  } catch (thrown) {
    throw new Problem("VARIABLES", `The variables are not JSON: ${(thrown as Error).message}`, 0);
  }
  if (found === null || typeof found !== "object" || Array.isArray(found))
    throw new Problem("VARIABLES", "The variables must be a JSON object.", 0);
  return found as Record<string, unknown>;
}
