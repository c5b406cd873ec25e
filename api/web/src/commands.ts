// A question as a command line and as Python. Ids of documents are quoted: a shell must not read them.

/** A word as a POSIX shell takes it: quoted unless it is plainly harmless. */
export const word = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** The words after `inroads`. */
export const asCommand = (words: readonly string[], at?: string | null): string =>
  [...words, ...(at ? ["--as-of", at] : [])].map(word).join(" ");

/** A value as a literal of Python, which JSON's texts are: one line, with lone surrogates escaped. */
export function literal(value: string | boolean | readonly string[]): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "string" ? JSON.stringify(value) : `[${value.map(literal).join(", ")}]`;
}

/** The call that loads the ledger as of a moment, which needs `import datetime as dt`. */
export const loaded = (at?: string | null): string =>
  `inroads.load("inroads.db"${at ? `, as_of=dt.datetime.fromisoformat(${literal(at)})` : ""})`;

/** A question to `g`, the graph of the present ledger as of a moment. */
export const asPython = (question: string, at?: string | null, more: string[] = []): string =>
  [
    ...(at ? ["import datetime as dt", ""] : []),
    "import inroads",
    ...more,
    "",
    `g = ${loaded(at)}`,
    question,
  ].join("\n");
