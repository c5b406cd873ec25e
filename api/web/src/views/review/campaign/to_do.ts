// The revocations of a campaign as a list of things to do, in text that can be handed on.
import reviewToDo from "documents/review_to_do.graphql";
import type { ReviewToDoQuery } from "../../../generated/operations";
import { ask } from "../../../state/client";
import { low } from "../../../words";

export type Revoked = NonNullable<ReviewToDoQuery["reviewCampaign"]>["items"]["nodes"][number];

/** Asks for all revocations, page by page. */
export async function revocations(campaign: string, abort?: AbortSignal): Promise<Revoked[]> {
  const found: Revoked[] = [];
  let after: string | null = null;
  do {
    const answer: ReviewToDoQuery = await ask(reviewToDo, { campaign, after }, abort);
    const items = answer.reviewCampaign?.items;
    found.push(...(items?.nodes ?? []));
    after = items?.pageInfo.hasNextPage ? items.pageInfo.endCursor : null;
  } while (after);
  return found;
}

/** The lines about one revocation: what it is, and each record that must go. */
export function linesOf(revoked: Revoked): string[] {
  const { number, who, what, roles, decision, standing } = revoked;
  const why = decision?.why ? ` (${decision.by}: ${decision.why})` : "";
  const head = `item ${number}: end ${who} → ${what} as ${roles.map(low).join(", ")}${why}`;
  if (!standing?.stands) return [`[x] ${head}: it has ended`];
  const cut = standing.explanation?.cut ?? [];
  const steps = cut.flatMap((grant) =>
    grant.remediation.map(
      ({ record, action, destroy }) =>
        `    ${record}: ${action}${destroy ? ` (DELETE ${destroy})` : ""}`,
    ),
  );
  return [`[ ] ${head}`, ...new Set(steps)];
}

/** All of it as text. */
export function textOf(name: string, all: readonly Revoked[]): string {
  return [`Revocations of ${name}`, ...all.flatMap(linesOf), ""].join("\n");
}
