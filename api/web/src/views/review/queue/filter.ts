// What is shown of a queue: read from the place, and said as a filter, as a command and as Python.
import { CERTAINTIES, oneOf, ROLES, STATES } from "../../../choices";
import { literal, word } from "../../../commands";
import type { ReviewFilter, ReviewOrder } from "../../../generated/operations";
import type { Location } from "../../../state/location";

export const ONLY = ["open", "all", "decided", "keep", "revoke", "unsure"] as const;
export const ORDERS = ["risk", "business", "person"] as const;

export type Only = (typeof ONLY)[number];

/** The items that are shown: the open ones, unless the place says otherwise or all is closed. */
export function onlyOf(place: Location, closed: boolean): Only {
  return oneOf(ONLY, place.only) ?? (closed ? "all" : "open");
}

export function orderOf(place: Location): ReviewOrder {
  return place.by === "business" ? "BUSINESS" : place.by === "person" ? "PERSON" : "RISK";
}

export function filterOf(place: Location, closed: boolean): ReviewFilter {
  const only = onlyOf(place, closed);
  const filter: ReviewFilter = {};
  if (place.who) filter.of = place.who;
  const role = oneOf(ROLES, place.role);
  if (role) filter.role = role;
  const certainty = oneOf(CERTAINTIES, place.sure);
  if (certainty) filter.certainty = certainty;
  const state = oneOf(STATES, place.state);
  if (state) filter.state = state;
  if (place.contested) filter.contested = true;
  if (place.text) filter.text = place.text;
  if (only === "open") filter.decided = false;
  else if (only === "decided") filter.decided = true;
  else if (only !== "all") filter.verdict = VERDICT[only];
  return filter;
}

const VERDICT = { keep: "KEEP", revoke: "REVOKE", unsure: "UNSURE" } as const;

/** The command that writes the same items, without `inroads`. */
export function commandOf(campaign: string, filter: ReviewFilter): string {
  const words = ["review export", word(campaign), "--format ndjson"];
  if (filter.of) words.push(`--of ${word(String(filter.of))}`);
  if (filter.role) words.push(`--role ${filter.role.toLowerCase()}`);
  if (filter.certainty) words.push(`--certainty ${filter.certainty.toLowerCase()}`);
  if (filter.state) words.push(`--state ${filter.state.toLowerCase()}`);
  if (filter.contested) words.push("--contested");
  if (filter.decided === false) words.push("--undecided");
  if (filter.decided === true) words.push(`| grep -v '"decision":""'`);
  if (filter.verdict) words.push(`| grep '"decision":"${filter.verdict.toLowerCase()}"'`);
  if (filter.text) words.push(`| grep -iF -- ${word(filter.text)}`);
  return words.join(" ");
}

/** The Python that yields the same items. */
export function pythonOf(campaign: string, filter: ReviewFilter): string {
  const given = Object.entries(filter).map(
    ([name, value]) =>
      `${name}=${literal(value === true || value === false ? value : String(value))}`,
  );
  return `from inroads import review
from inroads.store.ledger import Ledger

with Ledger("inroads.db", read_only=True) as ledger:
    campaign = review.campaign(ledger, ${literal(campaign)})
    for item in campaign.items(review.Filter(${given.join(", ")})):
        print(item.number, item.access.sentence)`;
}
