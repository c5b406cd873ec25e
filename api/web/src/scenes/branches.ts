// The branches of an answer's picture, and which of their members have cards.
import type { AnswerBundlesListFragment, AnswerChoiceQuery } from "../generated/operations";
import { plain } from "../words";
import type { Named } from "./names";

/** The members that a step of unfolding shows. */
export const STEP = 10;

/** A bundle as the API lists it. */
export type Bundle = AnswerBundlesListFragment["nodes"][number];

/** A bundle of the picture, of which the first `shown` of its loaded members are drawn. */
export interface Branch {
  /** The same for the same bundle of an answer. */
  key: string;
  parent: Named;
  bundle: Bundle;
  members: readonly Named[];
  /** The cursor of the members that are not loaded; null if all are. */
  after: string | null;
  shown: number;
  /** The number that is drawn when the branch is folded. */
  base: number;
}

/** A step of the path to what is chosen, which is drawn even where it is folded. */
export type Step = NonNullable<
  NonNullable<AnswerChoiceQuery["graph"]>["access"]
>["paths"]["nodes"][number]["steps"][number];

/** The id of the card on which a node is drawn: an account is within the business that keeps it. */
export const home = (node: Named): string =>
  plain(node.__typename === "Account" && node.business ? node.business.id : node.id);

/** The id of the card that stands for the members of a branch that are not drawn. */
export const foldId = (branch: Branch): string => `more:${branch.key}`;

/** The branches of each parent, by its plain id. */
export function byParent(branches: readonly Branch[]): Map<string, Branch[]> {
  const found = new Map<string, Branch[]>();
  for (const branch of branches) {
    const parent = plain(branch.parent.id);
    found.set(parent, [...(found.get(parent) ?? []), branch]);
  }
  return found;
}

/** The ids of the cards that are drawn for members of branches. */
export function drawnIn(root: string, branches: readonly Branch[]): Set<string> {
  const under = byParent(branches);
  const waiting = [root];
  const cards = new Set<string>();
  for (const parent of waiting)
    for (const branch of under.get(parent) ?? [])
      for (const member of branch.members.slice(0, branch.shown)) {
        cards.add(home(member));
        waiting.push(plain(member.id));
      }
  return cards;
}
