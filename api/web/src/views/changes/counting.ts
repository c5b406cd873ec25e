// The counts of the time line, which come one after the other: the newest part first.
import { useSignal } from "@preact/signals";
import changesCount from "documents/changes_count.graphql";
import { useEffect } from "preact/hooks";
import { ask } from "../../state/client";
import { type Problem, problemOf } from "../../state/problem";
import type { Bin } from "./bins";
import { before, through } from "./days";
import { type Tally, tallyOf } from "./kinds";

export interface Counting {
  /** The counts that are known, by the first day of their part. */
  tallies: ReadonlyMap<number, Tally>;
  problem: Problem | null;
  /** Counts what is missing, after a problem. */
  again(): void;
}

interface Asked {
  /** The parts; none yet if something else is asked first. */
  bins: readonly Bin[];
  /** The day of the first document: nothing can have been gained or lost before it. */
  oldest: number;
  /** The version that is counted in, so that its counts are kept. */
  version: string;
  /** The node that the changes are about; null for all. */
  about: string | null;
  at: string | null;
}

/** Counts of earlier views of the page, by version and days. */
const KEPT = new Map<string, Tally>();

const NOTHING: Tally = { gained: 0, lost: 0, changed: 0, appeared: 0, vanished: 0 };

export function useCounting({ bins, oldest, version, about, at }: Asked): Counting {
  const tallies = useSignal<ReadonlyMap<number, Tally>>(new Map());
  const problem = useSignal<Problem | null>(null);
  const turn = useSignal(0);
  useEffect(() => {
    const abort = new AbortController();
    problem.value = null;
    tallies.value = new Map();
    const told = (bin: Bin, tally: Tally) => {
      tallies.value = new Map(tallies.peek()).set(bin.first, tally);
    };
    const count = async () => {
      for (const bin of bins.toReversed()) {
        // Against a graph of no documents all is only observed: there is nothing to ask for.
        const first = Math.max(bin.first, oldest + 1);
        if (first > bin.last) {
          told(bin, NOTHING);
          continue;
        }
        const key = `${version} ${about} ${at} ${first} ${bin.last}`;
        const tally = KEPT.get(key) ?? (await asked(first, bin.last, { about, at }, abort.signal));
        if (abort.signal.aborted) return;
        KEPT.set(key, tally);
        told(bin, tally);
      }
    };
    count().catch((thrown) => {
      if (!abort.signal.aborted) problem.value = problemOf(thrown);
    });
    return () => abort.abort();
  }, [version, about, at, bins[0]?.first, bins.at(-1)?.last, turn.value]);
  return {
    tallies: tallies.value,
    problem: problem.value,
    again: () => {
      turn.value++;
    },
  };
}

async function asked(
  first: number,
  last: number,
  of: { about: string | null; at: string | null },
  abort: AbortSignal,
): Promise<Tally> {
  const given = { since: before(first), until: through(last), ...of };
  const { graph } = await ask(changesCount, given, abort);
  return graph?.changes ? tallyOf(graph.changes) : NOTHING;
}
