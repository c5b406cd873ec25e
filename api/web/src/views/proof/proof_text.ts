// An access as a plain text, for people who do not have this page: a ticket, a mail, a printed review.
import type { EndingQuery } from "../../generated/operations";
import { certainty, reasons } from "../../reasons";
import { type Access, grantsOf } from "../../scenes/proof";
import { visible } from "../../visible";
import { count, day, low, many, plain } from "../../words";
import { endedPlaces } from "../what_if/rows";

export type Plan = NonNullable<NonNullable<EndingQuery["graph"]>["plan"]>;

interface Told {
  /** The ends by name. */
  who: string;
  what: string;
  access: Access;
  /** What would end it, and what else would end with it; null while that is not known. */
  plan: Plan | null;
  /** The moment that was asked about; none for now. */
  at: string | undefined;
  /** The link to this proof. */
  link: string;
}

export function proofText({ who, what, access, plan, at, link }: Told): string {
  return [
    `${who} reaches ${what}`,
    `as ${access.roles.map(low).join(" and ")}${at ? `, at ${at}` : ""}`,
    "",
    `State: ${low(access.state)}${access.stateReasons.length ? ` (${reasons(access.stateReasons)})` : ""}`,
    `Certainty: ${certainty(access.certainty)}`,
    `It allows: ${access.capabilities.map(low).join(", ") || "nothing that is known"}`,
    "",
    visible(access.explanation.sentence),
    ...contested(access),
    ...paths(access),
    ...records(access),
    ...ending(plan),
    ...unknown(access),
    "",
    link,
    "",
  ].join("\n");
}

function contested({ contested, contradictions }: Access): string[] {
  if (!contested) return [];
  return ["", "CONTRADICTIONS", ...contradictions.map((each) => `- ${visible(each.sentence)}`)];
}

function paths({ paths: { nodes, truncated } }: Access): string[] {
  const lines = nodes.map((path, index) => {
    const marks = [
      path.certainty === "STATED" ? "" : low(path.certainty),
      path.state === "LATENT" ? "latent" : "",
      path.contested ? "contested" : "",
    ].filter(Boolean);
    return `${index + 1}. ${visible(path.sentence)}${marks.length ? ` [${marks.join(", ")}]` : ""}`;
  });
  const more = truncated ? ["There are more paths than these."] : [];
  return ["", `ROUTES (${many(nodes.length, "path", "paths")})`, ...lines, ...more];
}

function records({ pathGraph, paths: { nodes } }: Access): string[] {
  const used = new Set(nodes.flatMap(grantsOf));
  const labels = pathGraph.edges
    .filter(({ grant, relation }) => used.has(plain(grant.id)) && relation !== "KEEPS")
    .map(({ grant }) => `- ${visible(grant.label)}`);
  return ["", "RECORDS BEHIND IT", ...new Set(labels)];
}

function ending(plan: Plan | null): string[] {
  if (!plan) return [];
  const { totalCount } = plan.whatIf.ends;
  const places = endedPlaces(plan.whatIf.ends.nodes);
  const loaded = plan.whatIf.ends.nodes.length;
  return [
    "",
    "WHAT WOULD END IT",
    ...plan.revoke.map(({ label }) => `- ${visible(label)}`),
    ...(plan.revoke.length ? [] : ["Nothing that anybody could revoke."]),
    ...plan.whatIf.notes.map((note) => `Note: ${visible(note)}`),
    "",
    `WITH IT WOULD END (${many(totalCount, "access", "accesses")} in all)`,
    ...places.map(({ who, what }) => `- ${visible(who)} to ${visible(what)}`),
    ...(totalCount > loaded ? [`- … ${count(totalCount - loaded)} more`] : []),
  ];
}

function unknown({ coverage }: Access): string[] {
  const said = coverage.complete
    ? "Complete: the documents that decide it were read."
    : "NOT complete: there may be other paths.";
  const seen = coverage.newest ? [`Newest document: ${day(coverage.newest)}`] : [];
  return [
    "",
    "WHAT IS NOT KNOWN",
    said,
    ...coverage.notes.map((note) => `- ${visible(note)}`),
    ...seen,
  ];
}
