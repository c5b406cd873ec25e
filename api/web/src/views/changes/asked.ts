// The question of the view as a command line, and as Python.
import { asCommand, literal } from "../../commands";
import type { ChangeKind } from "../../generated/operations";
import type { Moments } from "./cause_item";

export const command = ({ since, until }: Moments, kinds: readonly ChangeKind[]): string =>
  asCommand([
    "changes",
    "--since",
    since,
    ...(until ? ["--until", until] : []),
    ...kinds.flatMap((each) => ["--kind", each.toLowerCase()]),
    "--by",
    "cause",
  ]);

export function python({ since, until }: Moments, kinds: readonly ChangeKind[]): string {
  const of = (moment: string) => `as_of=dt.datetime.fromisoformat(${literal(moment)})`;
  return [
    "import datetime as dt",
    "import inroads",
    "",
    `before = inroads.load("inroads.db", ${of(since)})`,
    `after = inroads.load("inroads.db"${until ? `, ${of(until)}` : ""})`,
    `found = inroads.changes(before, after).only([${kinds.map(literal).join(", ")}])`,
    "found.groups",
  ].join("\n");
}
