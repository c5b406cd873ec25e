// An answer's question as a command line and as Python.
import { kindOf } from "../../../words";
import type { Asked } from "./asked";

/** The command that answers the same, without `inroads`. */
export function commandOf(asked: Asked): string {
  const parts = [
    kindOf(asked.id) === "identity" ? "reach" : "reached-by",
    quoted(asked.id),
    ...asked.roles.map((role) => `--role ${worded(role)}`),
    ...(asked.certainty ? [`--certainty ${worded(asked.certainty)}`] : []),
    ...(asked.state ? [`--state ${worded(asked.state)}`] : []),
    ...(asked.contested === null ? [] : [asked.contested ? "--contested" : "--no-contested"]),
    ...(asked.sort === "BEST" ? [] : [`--sort ${worded(asked.sort)}`]),
    ...(asked.at ? [`--as-of ${quoted(asked.at)}`] : []),
  ];
  return parts.join(" ");
}

/** The lines of Python that answer the same. */
export function pythonOf(asked: Asked): string {
  const call = kindOf(asked.id) === "identity" ? "reach" : "reached_by";
  const given = [
    literal(asked.id),
    ...(asked.roles.length ? [`roles=[${asked.roles.map(literal).join(", ")}]`] : []),
    ...(asked.certainty ? [`certainty=${literal(asked.certainty)}`] : []),
    ...(asked.state ? [`state=${literal(asked.state)}`] : []),
    ...(asked.contested === null ? [] : [`contested=${asked.contested ? "True" : "False"}`]),
  ];
  const { at, sort } = asked;
  const until = at ? `, as_of=dt.datetime.fromisoformat(${literal(at)})` : "";
  return [
    ...(at ? ["import datetime as dt", ""] : []),
    "import inroads",
    ...(sort === "BEST" ? [] : ["from inroads.reach.answers import AccessOrder"]),
    "",
    `g = inroads.load("inroads.db"${until})`,
    `answer = g.${call}(${given.join(", ")})`,
    sort === "BEST"
      ? "print(answer)"
      : `rows = answer.rows_of(answer.sorted_by(AccessOrder.${sort}).summaries)`,
  ].join("\n");
}

const worded = (code: string): string => code.toLowerCase().replaceAll("_", "-");

/** A word for a POSIX shell. */
const quoted = (word: string): string =>
  /^[\w:.,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** A text as a literal of Python, which JSON's is: control characters and lone surrogates are escaped. */
const literal = (word: string): string => JSON.stringify(word);
