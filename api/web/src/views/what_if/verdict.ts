// Whether an access stands without some grants, as far as its paths and the answer tell.
import { type Access, type Pair, type ProofPath, remaining } from "../../scenes/proof";
import { plain } from "../../words";
import type { WhatIf } from "./rows";

export interface Verdict {
  /** "unsure" where more paths lead there than anybody looked at. */
  fate: "over" | "stands" | "unsure";
  /** The paths that are left, of those that are shown. */
  left: ProofPath[];
}

export function verdictOf(access: Access, pair: Pair, answer: WhatIf): Verdict {
  const left = remaining(
    access,
    answer.removed.map(({ id }) => plain(id)),
  );
  if (left.length) return { fate: "stands", left };
  if (!access.paths.truncated || told(answer.ends, pair)) return { fate: "over", left };
  const stands = [answer.lowered, answer.stays, answer.raised].some((each) => told(each, pair));
  return { fate: stands ? "stands" : "unsure", left };
}

const told = ({ nodes }: WhatIf["ends"], pair: Pair): boolean =>
  nodes.some(
    ({ principal, resource }) =>
      plain(principal.id) === pair.principal && plain(resource.id) === pair.resource,
  );
