// What became of accesses, in the groups that a reviewer asks for, and in words.
import { oneOf } from "../../choices";
import type { ChangeKind } from "../../generated/operations";

export type Group = "gained" | "lost" | "changed" | "observed";

export const GROUPS: Record<Group, readonly ChangeKind[]> = {
  gained: ["GAINED"],
  lost: ["LOST"],
  changed: [
    ...(["RAISED", "LOWERED", "CHANGED", "TURNED_ACTIVE", "TURNED_LATENT"] as const),
    ...(["NOW_STATED", "NOW_INFERRED", "TURNED_CONTESTED", "SETTLED"] as const),
  ],
  observed: ["OBSERVED", "UNOBSERVED"],
};

export const groupOf = (text: string | undefined): Group | null =>
  oneOf(Object.keys(GROUPS) as Group[], text) ?? null;

/** The kinds that are listed: those of one group, or of all; what was only seen if it is wanted. */
export function kindsOf(group: Group | null, observed: boolean): ChangeKind[] {
  if (group) return [...GROUPS[group]];
  const { gained, lost, changed, observed: seen } = GROUPS;
  return [...gained, ...lost, ...changed, ...(observed ? seen : [])];
}

export interface Tally {
  gained: number;
  lost: number;
  /** Accesses that stand on both sides, and differ. */
  changed: number;
  /** Seen for the first time. */
  appeared: number;
  /** No longer seen. */
  vanished: number;
}

interface Counted {
  totalCount: number;
  counts: readonly { kind: ChangeKind; count: number }[];
}

/** How many accesses are in each group; a change may be of several kinds, but of one group. */
export function tallyOf({ totalCount, counts }: Counted): Tally {
  const of = (kind: ChangeKind) => counts.find((each) => each.kind === kind)?.count ?? 0;
  const [gained, lost] = [of("GAINED"), of("LOST")];
  const [appeared, vanished] = [of("OBSERVED"), of("UNOBSERVED")];
  const changed = totalCount - gained - lost - appeared - vanished;
  return { gained, lost, changed, appeared, vanished };
}

/** What became of an access, with a sign that no colour tells. */
export const WORDS: Record<ChangeKind, string> = {
  GAINED: "+ gained",
  OBSERVED: "? first observed",
  LOST: "− lost",
  UNOBSERVED: "? no longer observed",
  RAISED: "↑ raised",
  LOWERED: "↓ lowered",
  CHANGED: "~ changed",
  TURNED_ACTIVE: "~ turned active",
  TURNED_LATENT: "~ turned latent",
  NOW_STATED: "~ now stated",
  NOW_INFERRED: "~ now inferred",
  TURNED_CONTESTED: "! contested",
  SETTLED: "~ settled",
};
