// The place in the explorer, which stands in the URL's fragment alone: no server, proxy or log sees it.
import { signal } from "@preact/signals";

/** All that a link says. Ids are printed forms: `identity:712052`. */
export interface Location {
  /** The view; none for the one that `who` and `to` say. */
  view?: string;
  /** The node that is asked about. */
  who?: string;
  /** The other end of the access that is proved. */
  to?: string;
  /** The grant that is picked. */
  step?: string;
  /** The path that is picked, counted from 1. */
  path?: string;
  /** The grants that are imagined away, separated by commas. */
  without?: string;
  /** The moment of which the graph is asked; none for now. */
  at?: string;
  role?: string;
  sure?: string;
  state?: string;
  contested?: string;
  sort?: string;
  /** The choices of one view alone. */
  rule?: string;
  /** The least severity of findings that are listed. */
  severity?: string;
  since?: string;
  until?: string;
  /** What became of the accesses that are listed. */
  kind?: string;
  /** Set if what was observed for the first time, or no longer, is listed too. */
  observed?: string;
  campaign?: string;
  /** The order of a queue: by business, by person, or by risk where none is said. */
  by?: string;
  /** The items of a queue that are shown: all, the decided ones, or those of a verdict. */
  only?: string;
  /** The item of a queue. */
  item?: string;
  text?: string;
  variables?: string;
}

const KEYS = [
  "view",
  "who",
  "to",
  "step",
  "path",
  "without",
  "at",
  "role",
  "sure",
  "state",
  "contested",
  "sort",
  "rule",
  "severity",
  "since",
  "until",
  "kind",
  "observed",
  "campaign",
  "by",
  "only",
  "item",
  "text",
  "variables",
] as const satisfies readonly (keyof Location)[];

/** A change of place; null takes a choice away. */
export type Change = { [Key in keyof Location]?: string | null };

export const location = signal<Location>(read(globalThis.location?.hash ?? ""));

/** Reads a fragment. What it does not know, it leaves out. */
export function read(fragment: string): Location {
  const given = new URLSearchParams(fragment.replace(/^#/, ""));
  const found: Location = {};
  for (const key of KEYS) {
    const value = given.get(key);
    if (value) found[key] = value;
  }
  return found;
}

/** Writes a place as a fragment, with its choices always in the same order. */
export function write(place: Location): string {
  const given = new URLSearchParams();
  for (const key of KEYS) {
    const value = place[key];
    if (value) given.set(key, value);
  }
  return `#${given.toString().replaceAll("%3A", ":").replaceAll("%40", "@").replaceAll("%2C", ",")}`;
}

/** The place after a change. */
export function changed(place: Location, change: Change): Location {
  const next: Location = {};
  for (const key of KEYS) {
    const value = key in change ? change[key] : place[key];
    if (value) next[key] = value;
  }
  return next;
}

/** The link that makes a change, for `<a href>`: it can be copied, and opened in a tab of its own. */
export function link(change: Change): string {
  return write(changed(location.value, change));
}

/** The link to another place, which keeps nothing of this one but its moment. */
export function fresh(place: Location): string {
  return write({ ...(location.value.at && { at: location.value.at }), ...place });
}

/** Goes to a place. Each choice is an entry of the history, unless it replaces the last one. */
export function go(change: Change, { replace = false } = {}): void {
  const next = changed(location.peek(), change);
  const fragment = write(next);
  if (fragment === write(location.peek())) return;
  history[replace ? "replaceState" : "pushState"](null, "", fragment);
  location.value = next;
}

/** Follows the browser: back, forward, and links that are typed or clicked. */
export function follow(): void {
  const moved = () => {
    location.value = read(globalThis.location.hash);
  };
  addEventListener("popstate", moved);
  addEventListener("hashchange", moved);
}
