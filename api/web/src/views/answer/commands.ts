// An answer's question as a command line and as Python.
import { kindOf } from "../../words";
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

/** The lines of Python that answer the same, where `g` is the explorer. */
export function pythonOf(asked: Asked): string {
  const call = kindOf(asked.id) === "identity" ? "reach" : "reached_by";
  const given = [
    text(asked.id),
    ...(asked.roles.length ? [`roles=[${asked.roles.map(text).join(", ")}]`] : []),
    ...(asked.certainty ? [`certainty=${text(asked.certainty)}`] : []),
    ...(asked.state ? [`state=${text(asked.state)}`] : []),
    ...(asked.contested === null ? [] : [`contested=${asked.contested ? "True" : "False"}`]),
  ];
  const graph = asked.at ? `g.as_of(${text(asked.at)})` : "g";
  const answer = `${graph}.${call}(${given.join(", ")})`;
  return asked.sort === "BEST" ? answer : `${answer}.sorted_by(${text(asked.sort)}).summaries`;
}

const worded = (code: string): string => code.toLowerCase().replaceAll("_", "-");

/** A word for a POSIX shell. */
const quoted = (word: string): string =>
  /^[\w:.,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** A text as a literal of Python, which JSON's is but for surrogates and control characters. */
const text = (word: string): string => JSON.stringify(word);
