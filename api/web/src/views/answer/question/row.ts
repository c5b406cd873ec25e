// A row of an answer's list: a person, or a business with the account that it keeps.
import { marks } from "../../../access";
import type {
  AccessState,
  AnswerReachedByPageFragment,
  AnswerReachQuery,
  Certainty,
  Role,
} from "../../../generated/operations";
import { type Named, namesOf } from "../../../scenes/names";
import { kindOf, many, plain } from "../../../words";

export interface Row {
  /** The plain id of the row's node, which is the id of its card in the picture. */
  id: string;
  /** The plain id of the other end, by which the proof is asked. */
  target: string;
  title: string;
  sub: string;
  roles: readonly Role[];
  /** The roles that rest on contested records alone. */
  contestedRoles: readonly Role[];
  contested: boolean;
  certainty: Certainty;
  state: AccessState;
  distance: number;
}

type Reach = Extract<
  NonNullable<NonNullable<AnswerReachQuery["graph"]>["node"]>,
  { __typename: "Identity" }
>["reach"];
export type Scope = Reach["scopes"]["nodes"][number];
export type Holder = AnswerReachedByPageFragment["nodes"][number];

/** The row of a person who reaches what is asked about. */
export function holderRow({ principal, ...access }: Holder): Row {
  const { title, sub } = namesOf(principal);
  const id = plain(principal.id);
  const unseen = principal.observed ? [] : ["own document not seen"];
  return {
    ...access,
    id,
    target: id,
    title,
    sub: [sub, ...unseen].filter(Boolean).join(" · "),
  };
}

/** The row of a business with its account: the roles of both, as sure and alive as the better one. */
export function scopeRow({ node, accesses }: Scope): Row {
  const [best] = accesses;
  const { title, sub } = namesOf(named(node, accesses));
  return {
    id: plain(node.id),
    target: plain(best?.resource.id ?? node.id),
    title,
    sub,
    roles: [...new Set(accesses.flatMap(({ roles }) => roles))],
    contestedRoles: [...new Set(accesses.flatMap(({ contestedRoles }) => contestedRoles))],
    contested: accesses.some(({ contested }) => contested),
    certainty: accesses.some(({ certainty }) => certainty === "STATED") ? "STATED" : "INFERRED",
    state: accesses.some(({ state }) => state === "ACTIVE") ? "ACTIVE" : "LATENT",
    distance: Math.min(...accesses.map(({ distance }) => distance)),
  };
}

/** A business with the account that this row reaches, if it is not the one that it keeps. */
function named(node: Scope["node"], accesses: Scope["accesses"]): Named {
  if (node.__typename !== "Business" || node.account) return node;
  const account = accesses.find(({ resource }) => kindOf(resource.id) === "account")?.resource;
  return account ? { ...node, account } : node;
}

/** The row of the access in words for a screen reader and a line of text. */
export const stateWords = (row: Row): string =>
  [...marks(row), `shortest: ${many(row.distance, "step", "steps")}`].join(" · ");
