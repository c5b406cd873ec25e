// A question as a command line and as Python. Ids of documents are quoted: a shell must not read them.

/** A word as a POSIX shell takes it: quoted unless it is plainly harmless. */
export const word = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** The words after `inroads`. */
export const asCommand = (words: readonly string[], at?: string): string =>
  [...words, ...(at ? ["--as-of", at] : [])].map(word).join(" ");

/** A text as a literal of Python, which JSON's strings are. */
export const literal = (text: string): string => JSON.stringify(text);

/** A question to `g`, the graph of the present ledger as of a moment. */
export const asPython = (question: string, at?: string): string =>
  at
    ? `import datetime as dt\nimport inroads\n\ng = inroads.load("inroads.db", as_of=dt.datetime.fromisoformat(${literal(at)}))\n${question}`
    : `import inroads\n\ng = inroads.load("inroads.db")\n${question}`;
