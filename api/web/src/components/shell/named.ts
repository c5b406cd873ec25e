// The words by which a link names nodes: ids, or what people call them.
import type { Change, Location } from "../../state/location";

/** A word of a link that is no id, and the key that it stands under. */
export interface Named {
  key: "who" | "to";
  word: string;
}

const ID = /^(identity|business|account|group):./;

/** The words of a key: the matrix takes several, separated by commas. */
export const wordsOf = (said: string | undefined): string[] =>
  (said ?? "")
    .split(",")
    .map((each) => each.trim())
    .filter(Boolean);

export const isId = (word: string): boolean => ID.test(word);

/** The first word of a place that is no id; null where all are. */
export function namedIn(place: Location): Named | null {
  for (const key of ["who", "to"] as const) {
    const word = wordsOf(place[key]).find((each) => !isId(each));
    if (word !== undefined) return { key, word };
  }
  return null;
}

/** The change that says a word as an id. */
export function said(place: Location, { key, word }: Named, id: string): Change {
  const words = wordsOf(place[key]).map((each) => (each === word ? id : each));
  return { [key]: [...new Set(words)].join(",") };
}
