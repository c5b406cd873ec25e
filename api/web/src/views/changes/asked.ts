// The question of the view as a command line, and as Python.
import { asCommand, literal, loaded } from "../../commands";
import type { ChangeKind } from "../../generated/operations";
import type { Moments } from "./cause_item";

export const command = (
  { since, until }: Moments,
  kinds: readonly ChangeKind[],
  about: string | null,
): string =>
  asCommand([
    "changes",
    "--since",
    since,
    ...(until ? ["--until", until] : []),
    ...kinds.flatMap((each) => ["--kind", each.toLowerCase()]),
    ...(about ? ["--about", about] : []),
    "--by",
    "cause",
  ]);

export const python = (
  { since, until }: Moments,
  kinds: readonly ChangeKind[],
  about: string | null,
): string =>
  [
    "import datetime as dt",
    "",
    "import inroads",
    "",
    `before = ${loaded(since)}`,
    `after = ${loaded(until)}`,
    `found = inroads.changes(before, after${about ? `, about=${literal(about)}` : ""}).only(${literal(kinds)})`,
    "found.groups",
  ].join("\n");
