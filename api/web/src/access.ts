// An access in words: its roles, and each doubt about it.
import type { AccessState, Certainty, Role } from "./generated/operations";
import { low } from "./words";

export interface Facts {
  roles: readonly Role[];
  certainty: Certainty;
  state: AccessState;
  contested: boolean;
}

/** The roles of an access: "manager and accountant". */
const roleWords = ({ roles }: Pick<Facts, "roles">): string =>
  roles.map(low).join(" and ") || "without a role";

/** What is to be known of an access beside its roles; nothing of one that is stated and active. */
export const marks = ({ certainty, state, contested }: Omit<Facts, "roles">): string[] => [
  ...(certainty === "STATED" ? [] : [low(certainty)]),
  ...(state === "ACTIVE" ? [] : [low(state)]),
  ...(contested ? ["contested"] : []),
];

/** All of it: "owner, inferred, latent". */
export const factWords = (facts: Facts): string => [roleWords(facts), ...marks(facts)].join(", ");
