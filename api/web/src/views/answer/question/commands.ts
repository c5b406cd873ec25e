// An answer's question as a command line and as Python.
import { asCommand, asPython, literal } from "../../../commands";
import type { Asked } from "./asked";
import { isInverse } from "./questions";

/** The command that answers the same, without `inroads`. */
export function commandOf(asked: Asked): string {
  const { id, roles, certainty, state, contested, sort, at } = asked;
  const words = [
    isInverse(asked) ? "reached-by" : "reach",
    id,
    ...roles.flatMap((role) => ["--role", worded(role)]),
    ...(certainty ? ["--certainty", worded(certainty)] : []),
    ...(state ? ["--state", worded(state)] : []),
    ...(contested === null ? [] : [contested ? "--contested" : "--no-contested"]),
    ...(sort === "BEST" ? [] : ["--sort", worded(sort)]),
  ];
  return asCommand(words, at);
}

/** The lines of Python that answer the same. */
export function pythonOf(asked: Asked): string {
  const { id, roles, certainty, state, contested, sort, at } = asked;
  const given = [
    literal(id),
    ...(roles.length ? [`roles=${literal(roles)}`] : []),
    ...(certainty ? [`certainty=${literal(certainty)}`] : []),
    ...(state ? [`state=${literal(state)}`] : []),
    ...(contested === null ? [] : [`contested=${literal(contested)}`]),
  ];
  const call = `answer = g.${isInverse(asked) ? "reached_by" : "reach"}(${given.join(", ")})`;
  if (sort === "BEST") return asPython(`${call}\nprint(answer)`, at);
  const rows = `rows = answer.rows_of(answer.sorted_by(AccessOrder.${sort}).summaries)`;
  return asPython(`${call}\n${rows}`, at, ["from inroads.reach.answers import AccessOrder"]);
}

const worded = (code: string): string => code.toLowerCase().replaceAll("_", "-");
