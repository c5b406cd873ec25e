// Hits of a search in words: what each node is, and whether one of them is what was typed.
import type { SuggestQuery } from "../../generated/operations";
import { bareName, nativeId } from "../../words";

type Edge = NonNullable<NonNullable<SuggestQuery["graph"]>["search"]>["edges"][number];
export type Hit = Edge["node"];

/** The second line of a hit, in parts: what it is, its ids and names. */
export function about(hit: Hit): string[] {
  switch (hit.__typename) {
    case "Identity": {
      const name = [hit.firstName, hit.lastName].filter(Boolean).join(" ");
      return ["person", name, nativeId(hit.id), hit.observed ? "" : "own document not seen"].filter(
        Boolean,
      );
    }
    case "Business":
      return [
        bareName(hit.id),
        hit.account ? bareName(hit.account.id) : "",
        hit.active === false ? "inactive" : "",
      ].filter(Boolean);
    case "Account":
      return [
        "account",
        hit.business ? `of ${hit.business.label}` : "",
        hit.subscriptionStatus ?? "",
      ].filter(Boolean);
    default:
      return [bareName(hit.id)];
  }
}

/** The one hit that the text is an email, a name or an id of; null if none or several are. */
export function exact(edges: readonly Edge[]): Hit | null {
  const whole = edges.filter(({ match }) => match.place === "EXACT");
  return whole.length === 1 ? (whole[0]?.node ?? null) : null;
}
