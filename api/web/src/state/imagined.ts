// The grants that a link imagines away, by id or by a record such as `role 994207`.
import { type Change, location } from "./location";

/** The grants of a place, in the order in which they were taken away. */
export function imagined(without: string | undefined): string[] {
  return [...new Set((without ?? "").split(",").filter(Boolean).map(unescaped))];
}

/** The same grants as a link has them; null for none. An id may hold a comma itself. */
export function without(grants: readonly string[]): string | null {
  return [...new Set(grants)].map(escaped).join(",") || null;
}

/** The change that takes a grant away, or puts it back if it was. */
export function toggled(grant: string): Change {
  const now = imagined(location.value.without);
  const next = now.includes(grant) ? now.filter((each) => each !== grant) : [...now, grant];
  return { without: without(next) };
}

const escaped = (grant: string): string => grant.replaceAll("%", "%25").replaceAll(",", "%2C");
const unescaped = (grant: string): string => grant.replaceAll("%2C", ",").replaceAll("%25", "%");
