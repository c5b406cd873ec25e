// Outcomes as rows for people: a business and the account that it keeps are one place, and one row.
import { factWords } from "../../access";
import type { EndingQuery, WithoutQuery } from "../../generated/operations";
import { bareName, plain } from "../../words";

export type WhatIf = NonNullable<NonNullable<WithoutQuery["graph"]>["whatIf"]>;
export type Outcome = WhatIf["ends"]["nodes"][number];
export type Facts = Outcome["before"];
type Ended = NonNullable<
  NonNullable<EndingQuery["graph"]>["plan"]
>["whatIf"]["ends"]["nodes"][number];

/** The access of one person to one place. */
export interface Place {
  key: string;
  who: string;
  what: string;
  principal: string;
  resource: string;
}

/** What becomes of it. */
export interface Row extends Place {
  /** How many accesses the row stands for: two for a business with its account. */
  accesses: number;
  before: string;
  after: string;
  sentence: string;
}

/** The rows of outcomes, in their order. Two accesses become one row only if the same becomes of both. */
export function rowsOf(outcomes: readonly Outcome[]): Row[] {
  const found = new Map<string, Row>();
  for (const each of outcomes) {
    const place = placeOf(each);
    const [before, after] = [factsOf(each.before), factsOf(each.after)];
    const key = [place.key, each.fate, before, after].join("|");
    const known = found.get(key);
    found.set(key, {
      ...(known ? both(known, place) : place),
      key,
      accesses: (known?.accesses ?? 0) + 1,
      before,
      after,
      sentence: known?.sentence ?? each.sentence,
    });
  }
  return [...found.values()];
}

/** The places that accesses ended at, each once. */
export function endedPlaces(ended: readonly Ended[]): Place[] {
  const found = new Map<string, Place>();
  for (const place of ended.map(placeOf)) {
    const known = found.get(place.key);
    found.set(place.key, known ? both(known, place) : place);
  }
  return [...found.values()];
}

/** True if a place is that of an access, whether the business or its account was asked about. */
export const isOf = (place: Place, principal: string, resources: readonly string[]): boolean =>
  place.principal === principal && resources.some((each) => place.key.endsWith(` ${each}`));

function placeOf({ principal, resource }: Ended): Place {
  const [who, what] = [plain(principal.id), plain(resource.id)];
  const keeper = resource.__typename === "Account" ? resource.business : null;
  const home = keeper ? plain(keeper.id) : what;
  return {
    key: `${who} ${home}`,
    who: principal.label,
    what: keeper ? `${keeper.label}, ${bareName(what)}` : resource.label,
    principal: who,
    resource: what,
  };
}

/** The name of a place says its account, if one of its accesses is to it. */
const both = (known: Place, other: Place): Place =>
  other.resource.startsWith("account:") ? { ...other, resource: known.resource } : known;

/** What an access is, in words. */
export const factsOf = (facts: Facts): string => (facts ? factWords(facts) : "no access");
