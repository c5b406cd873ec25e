// The questions of an answer's list to the API, whichever way it is asked.
import counts from "documents/answer_counts.graphql";
import reach from "documents/answer_reach.graphql";
import reachedBy from "documents/answer_reached_by.graphql";
import type { AnswerCountsFiguresFragment } from "../../../generated/operations";
import type { Named } from "../../../scenes/names";
import { ask, type Document } from "../../../state/client";
import { Problem } from "../../../state/problem";
import { kindOf } from "../../../words";
import type { Page } from "../list/paged_list";
import { type Asked, filterOf } from "./asked";
import { holderRow, type Row, scopeRow } from "./row";

export type Figures = AnswerCountsFiguresFragment;

/** A page of an answer, with what is true of all of it. */
export interface AnswerPage extends Page<Row> {
  node: Named;
  version: string | null;
  /** The number of accesses: a business and its account are two. */
  accesses: number;
  truncated: boolean;
  /** Of the first page alone: it takes long, and is the same for all. */
  coverage?: Coverage;
  figures: Figures;
}

interface Coverage {
  complete: boolean;
  notes: readonly string[];
}

export interface FirstPage extends AnswerPage {
  coverage: Coverage;
}

interface Part {
  offset: number;
  size: number;
  anchor: string | null;
}

/** Whether people are asked for who reach it, and not what it reaches. */
export const isInverse = (asked: Asked): boolean => kindOf(asked.id) !== "identity";

/** The document of the list. */
export const documentOf = (asked: Asked): Pick<Document<unknown, unknown>, "id" | "text"> =>
  isInverse(asked) ? reachedBy : reach;

/** The variables of its first page. */
export const variablesOf = (asked: Asked) => ({
  id: asked.id,
  at: asked.at,
  filter: filterOf(asked),
  sort: asked.sort,
});

/** Asks for a page. Throws a Problem, NOT_FOUND where nothing is known of the node. */
export function askPage(asked: Asked, part: Part, abort: AbortSignal): Promise<AnswerPage> {
  return (isInverse(asked) ? holders : scopes)(asked, part, abort);
}

/** Asks how many rows an answer has under a filter. */
export async function askFigures(asked: Asked, abort: AbortSignal): Promise<Figures | null> {
  const { id, at } = asked;
  const { graph } = await ask(counts, { id, at, filter: filterOf(asked) }, abort);
  const node = graph?.node;
  if (!node || node.__typename === "Group") return null;
  return node.__typename === "Identity" ? node.reach.scopes.counts : node.reachedBy.counts;
}

async function scopes(
  asked: Asked,
  { offset, size, anchor }: Part,
  abort: AbortSignal,
): Promise<AnswerPage> {
  // Scopes are counted from the start of the list; the cursor only keeps it in its version.
  const part = { first: size, offset, after: anchor, more: offset > 0 };
  const { graph } = await ask(reach, { ...variablesOf(asked), ...part }, abort);
  const node = graph?.node;
  if (node?.__typename !== "Identity") throw unknown(asked);
  const { scopes, edges, totalCount, ...rest } = node.reach;
  return {
    ...rest,
    node,
    rows: scopes.nodes.map(scopeRow),
    total: scopes.totalCount,
    accesses: totalCount,
    figures: scopes.counts,
    anchor: edges[0]?.cursor ?? null,
  };
}

async function holders(
  asked: Asked,
  { offset, size, anchor }: Part,
  abort: AbortSignal,
): Promise<AnswerPage> {
  // After the cursor of the first row, one row less is passed over.
  const part = {
    first: size,
    offset: anchor ? offset - 1 : offset,
    after: anchor,
    more: offset > 0,
  };
  const { graph } = await ask(reachedBy, { ...variablesOf(asked), ...part }, abort);
  const node = graph?.node;
  if (node?.__typename !== "Business" && node?.__typename !== "Account") throw unknown(asked);
  const { nodes, totalCount, pageInfo, counts: figures, ...rest } = node.reachedBy;
  return {
    ...rest,
    node,
    rows: nodes.map(holderRow),
    total: totalCount,
    accesses: totalCount,
    figures,
    anchor: pageInfo.startCursor,
  };
}

const unknown = (asked: Asked): Problem =>
  new Problem("NOT_FOUND", `nothing is known of ${asked.id}`, 200);
