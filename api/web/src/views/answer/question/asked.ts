// What an answer is asked for: its node, its filter and its order, as the place in the explorer says them.
import { CERTAINTIES, oneOf, ROLES, STATES } from "../../../choices";
import type {
  AccessFilter,
  AccessOrder,
  AccessState,
  Certainty,
  Role,
} from "../../../generated/operations";
import type { Change, Location } from "../../../state/location";

export interface Asked {
  /** The node that is asked about. */
  id: string;
  at: string | null;
  roles: readonly Role[];
  certainty: Certainty | null;
  state: AccessState | null;
  contested: boolean | null;
  sort: AccessOrder;
}

/** A part of the filter, which has chips of its own. */
export type Part = "role" | "sure" | "state" | "contested";

export const PARTS: readonly Part[] = ["role", "sure", "state", "contested"];

/** The orders of a list, with the words that they are chosen by. */
export const SORTS: readonly [AccessOrder, string][] = [
  ["BEST", "surest first"],
  ["NAME", "by name"],
  ["ROLE", "by role"],
  ["STATE", "active first"],
  ["DISTANCE", "nearest first"],
  ["ID", "by id"],
];

/** Reads a place. A word that no filter knows filters nothing. */
export function askedOf(place: Location): Asked {
  const roles = (place.role ?? "").split(",");
  return {
    id: place.who ?? "",
    at: place.at ?? null,
    roles: ROLES.filter((role) => roles.includes(role)),
    certainty: oneOf(CERTAINTIES, place.sure) ?? null,
    state: oneOf(STATES, place.state) ?? null,
    contested: place.contested === "yes" ? true : place.contested === "no" ? false : null,
    sort: SORTS.find(([order]) => order === place.sort)?.[0] ?? "BEST",
  };
}

/** The filter of the API; null where everything is asked for. */
export function filterOf(asked: Asked): AccessFilter | null {
  const filter: AccessFilter = {
    ...(asked.roles.length > 0 && { roles: [...asked.roles] }),
    ...(asked.certainty && { certainty: asked.certainty }),
    ...(asked.state && { state: asked.state }),
    ...(asked.contested !== null && { contested: asked.contested }),
  };
  return Object.keys(filter).length > 0 ? filter : null;
}

/** The same question without a part of its filter, or without any. */
export function without(asked: Asked, ...parts: readonly Part[]): Asked {
  return {
    ...asked,
    ...(parts.includes("role") && { roles: [] }),
    ...(parts.includes("sure") && { certainty: null }),
    ...(parts.includes("state") && { state: null }),
    ...(parts.includes("contested") && { contested: null }),
  };
}

/** The parts that filter anything. */
export const filtering = (asked: Asked): Part[] =>
  PARTS.filter((part) => wordsOf(asked, part).length > 0);

/** The chosen words of a part, as links have them. */
export function wordsOf(asked: Asked, part: Part): readonly string[] {
  if (part === "role") return asked.roles;
  if (part === "sure") return asked.certainty ? [asked.certainty] : [];
  if (part === "state") return asked.state ? [asked.state] : [];
  return asked.contested === null ? [] : [asked.contested ? "yes" : "no"];
}

/** The change that chooses a word, or takes it back. Roles add up; of other parts one word counts. */
export function toggled(asked: Asked, part: Part, word: string): Change {
  const chosen = wordsOf(asked, part);
  if (part !== "role") return { [part]: chosen.includes(word) ? null : word };
  const roles = ROLES.filter((role) => chosen.includes(role) !== (role === word));
  return { role: roles.join(",") || null };
}

/** The change that takes the whole filter away. */
export const CLEARED: Change = { role: null, sure: null, state: null, contested: null };

/** A text that is the same for the same question. */
export const keyOf = (asked: Asked): string =>
  JSON.stringify([asked.id, asked.at, filterOf(asked), asked.sort]);
