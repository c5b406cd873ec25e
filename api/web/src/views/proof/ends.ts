// Which end of a link is the person, and which is the business or account.
import type { Pair } from "../../scenes/proof";
import type { Location } from "../../state/location";
import { kindOf, plain } from "../../words";

const isPerson = (id: string): boolean => kindOf(id) === "identity";

/** The ends of the access that a place asks about; null if it does not name a person and a resource. */
export function pairOf({ who, to }: Location): Pair | null {
  if (!who || !to) return null;
  const [one, other] = [plain(who), plain(to)];
  if (isPerson(one) === isPerson(other)) return null;
  return isPerson(one) ? { principal: one, resource: other } : { principal: other, resource: one };
}
