// What a revocation of an item ends besides the item, in sentences.
import type { ReviewEndsQuery } from "../../../generated/operations";
import { count, many } from "../../../words";

export type Ends = NonNullable<ReviewEndsQuery["whatIf"]>;

interface Own {
  principalId: string;
  resourceId: string;
  kept: { resourceId: string } | null;
}

/** The most accesses that are named. */
const NAMED = 4;

/** Tells what ends or sinks elsewhere; the item's own accesses are left out. */
export function elsewhereOf(item: Own, { ended, lowered, truncated }: Ends): string[] {
  const own = new Set([item.resourceId, item.kept?.resourceId].filter(Boolean));
  const others = ended.nodes.filter(
    ({ principal, resource }) => principal.id !== item.principalId || !own.has(resource.id),
  );
  const rest = ended.totalCount - (ended.nodes.length - others.length);
  const names = others
    .slice(0, NAMED)
    .map(({ principal, resource }) => `${principal.label} → ${resource.label}`);
  const more = rest > names.length ? `, and ${count(rest - names.length)} more` : "";
  const lines = [
    rest
      ? `Elsewhere it would end ${many(rest, "access", "accesses")}: ${names.join(", ")}${more}.`
      : "Elsewhere it would end nothing.",
  ];
  if (lowered.totalCount)
    lines.push(`${many(lowered.totalCount, "other access", "other accesses")} would be less.`);
  if (truncated) lines.push("A limit cut paths short: it may be more.");
  return lines;
}
