// What would become of every access without some grants: the question that both views ask.
import without from "documents/without.graphql";
import { ask } from "../../state/client";
import type { Question } from "../../state/question";
import { useAnswer } from "../../state/use_answer";
import type { WhatIf } from "./rows";

/** Asks nothing while no grant is imagined away. */
export function useWhatIf(
  remove: readonly string[],
  at: string | undefined,
): Question<WhatIf | null> {
  return useAnswer(remove.length ? JSON.stringify([remove, at]) : null, async (abort) => {
    const { graph } = await ask(without, { remove: [...remove], at: at ?? null }, abort);
    return graph?.whatIf ?? null;
  });
}
