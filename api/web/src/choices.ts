// The codes that one can choose from, in the order in which they are offered.
import type { AccessState, Certainty, FindingSeverity, Role } from "./generated/operations";

export const ROLES = [
  "OWNER",
  "ADMIN",
  "MANAGER",
  "EMPLOYEE",
  "ACCOUNTANT",
  "CONTRACTOR",
  "CLIENT",
  "STAFF",
  "UNKNOWN",
] as const satisfies readonly Role[];

export const CERTAINTIES = ["STATED", "INFERRED"] as const satisfies readonly Certainty[];

export const STATES = ["ACTIVE", "LATENT"] as const satisfies readonly AccessState[];

/** The severities, the worst first. */
export const SEVERITIES = [
  "CRITICAL",
  "HIGH",
  "MEDIUM",
  "LOW",
  "INFO",
] as const satisfies readonly FindingSeverity[];

/** The one of some words that a place says; undefined for any other text, which a link may hold. */
export const oneOf = <Word extends string>(
  words: readonly Word[],
  said: string | undefined,
): Word | undefined => words.find((each) => each === said);
