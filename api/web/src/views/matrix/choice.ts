// What a matrix is about: the people and the places that a link names.
import { kindOf, plain } from "../../words";

export interface Choice {
  people: readonly string[];
  places: readonly string[];
}

/** The most columns of a matrix for which nothing was chosen. */
export const COLUMNS = 12;

/** Reads the ids of a link, separated by commas, each once. */
export function choice(who: string | undefined): Choice {
  const ids = [...new Set((who ?? "").split(",").map((each) => plain(each.trim())))];
  return {
    people: ids.filter((id) => kindOf(id) === "identity"),
    places: ids.filter((id) => ["business", "account"].includes(kindOf(id))),
  };
}

/** The ids as a link has them. */
export const who = ({ people, places }: Choice): string | null =>
  [...places, ...people].join(",") || null;

/** A choice with one more, or one less. */
export function turned(of: Choice, id: string): Choice {
  const turn = (ids: readonly string[]) =>
    ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id];
  return kindOf(id) === "identity"
    ? { ...of, people: turn(of.people) }
    : { ...of, places: turn(of.places) };
}
