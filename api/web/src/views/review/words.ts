// An item of a campaign in plain sentences.
import type { ReviewItemQuery, ReviewOpened } from "../../generated/operations";
import { count, day, low } from "../../words";

export type Item = NonNullable<NonNullable<ReviewItemQuery["reviewCampaign"]>["item"]>;
type Decided = { verdict: string; by: string; decidedAt: string; why: string };

const OPENED: Readonly<Record<ReviewOpened, string>> = {
  NEW: "",
  CARRIED: "kept in the campaign before, and nothing has changed",
  CHANGED: "kept in the campaign before; something has changed since",
  STILL_THERE: "it was to be revoked, and is still there",
  UNSURE: "in the campaign before nobody could tell",
  UNDECIDED: "the campaign before left it undecided",
};

/** Tells of the people who hold the same role: "12 others hold owner here." */
export function peersOf(peers: number, roles: readonly string[]): string {
  const who = peers ? `${count(peers)} ${peers === 1 ? "other holds" : "others hold"}` : "";
  return `${who || "Nobody else holds"} ${roles.map(low).join(" or ")} here.`;
}

/** Tells of a decision: "eve decided revoke on 2026-11-28: left in January". */
export function decisionOf({ verdict, by, decidedAt, why }: Decided): string {
  return `${by} decided ${low(verdict)} on ${day(decidedAt)}${why ? `: ${why}` : ""}`;
}

/** The sentences about an item beside its first one and its paths. */
export function sentencesOf(item: Item): string[] {
  const sure =
    item.certainty === "STATED"
      ? "Stated: a record says so."
      : "Inferred: no record says so; it follows from a business under control.";
  const reasons = item.stateReasons.length ? ` (${item.stateReasons.join(", ")})` : "";
  const lines = [
    item.kept ? `This includes ${item.kept.what}, which the business keeps.` : "",
    `${sure} ${item.state === "LATENT" ? "Latent" : "Active"}${reasons}.`,
    peersOf(item.peers, item.roles),
    item.contestedRoles.length
      ? `Contested: records contradict each other about ${item.contestedRoles.map(low).join(", ")}.`
      : "",
    OPENED[item.opened] ? `Before: ${OPENED[item.opened]}.` : "",
    item.previous ? `In the campaign before, ${decisionOf(item.previous)}.` : "",
  ];
  return lines.filter(Boolean);
}

interface Difference {
  facts: readonly string[];
  gained: readonly string[];
  lost: readonly string[];
  grants: readonly string[];
}

/** The lines of a difference; none where nothing differs. */
export function differencesOf(difference: Difference | null): string[] {
  if (!difference) return [];
  return [
    ...difference.facts,
    ...difference.gained.map((each) => `a new path: ${each}`),
    ...difference.lost.map((each) => `a path is gone: ${each}`),
    ...difference.grants,
  ];
}
