// A campaign that is to be started: what it is about, as the API takes it and as a command.
import { asCommand } from "../../../commands";
import type { ReviewScopeInput } from "../../../generated/operations";
import { kindOf } from "../../../words";

/** The one person, business or account that a campaign is about. */
export interface About {
  id: string;
  label: string;
  /** The account that a business keeps, which is reviewed with it. */
  account: string | null;
}

export interface Plan {
  name: string;
  /** Null for every access. */
  about: About | null;
  /** The day on which it is overdue, such as 2026-03-31; "" for none. */
  due: string;
  /** The name of the campaign whose decisions are carried over; "" for none. */
  previous: string;
}

/** The accesses that it is about; null for all of them. */
export function scopeOf(about: About | null): ReviewScopeInput | null {
  if (!about) return null;
  if (kindOf(about.id) === "identity") return { identities: [about.id] };
  return { resources: [about.id, ...(about.account ? [about.account] : [])] };
}

/** The end of a day, in UTC; null for none. */
export const dueOf = (day: string): string | null => (day ? `${day}T23:59:59Z` : null);

/** The command that starts it. The page does not know where the ledger is. */
export function commandOf(plan: Plan, by: string): string {
  const { name, about, due, previous } = plan;
  const scope = scopeOf(about);
  return `inroads ${asCommand([
    ...["review", "start", name || "NAME", "--by", by || "you@example.com", "--ledger", "FILE"],
    ...(scope?.identities ?? []).flatMap((each) => ["--identity", String(each)]),
    ...(scope?.resources ?? []).flatMap((each) => ["--resource", String(each)]),
    ...(dueOf(due) ? ["--due", dueOf(due) ?? ""] : []),
    ...(previous ? ["--from", previous] : []),
  ])}`;
}

/** The name of the quarter of a moment, such as 2026-Q1: what most campaigns are called. */
export const quarter = (now: Date): string =>
  `${now.getUTCFullYear()}-Q${Math.floor(now.getUTCMonth() / 3) + 1}`;

/** A name that no campaign has yet. */
export function unused(name: string, names: readonly string[]): string {
  for (let number = 1; ; number++) {
    const next = number === 1 ? name : `${name}-${number}`;
    if (!names.includes(next)) return next;
  }
}
