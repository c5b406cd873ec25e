// The records of a grant: three at first, then page by page, since a grant may rest on thousands.
import { useSignal } from "@preact/signals";
import records from "documents/step_records.graphql";
import { type Evidence, EvidenceRecord } from "../../../components/record";
import { Trouble } from "../../../components/trouble";
import { ask } from "../../../state/client";
import { location } from "../../../state/location";
import { type Problem, problemOf } from "../../../state/problem";
import { count } from "../../../words";

/** Records that are shown before more are asked for. */
export const FIRST = 3;
const PAGE = 20;

interface Props {
  grant: string;
  first: readonly Evidence[];
  total: number;
}

export function Records({ grant, first, total }: Props) {
  const more = useSignal<readonly Evidence[]>([]);
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const shown = [...first, ...more.value];
  const left = total - shown.length;

  const load = async () => {
    busy.value = true;
    problem.value = null;
    try {
      const at = location.peek().at ?? null;
      const { graph } = await ask(records, { grant, first: PAGE, offset: shown.length, at });
      more.value = [...more.value, ...(graph?.grant?.evidence ?? [])];
    } catch (thrown) {
      problem.value = problemOf(thrown);
    }
    busy.value = false;
  };
  return (
    <section aria-label="Records">
      <h3>
        {total === 1
          ? "The record that states it"
          : `The records that state it: ${count(shown.length)} of ${count(total)}`}
      </h3>
      <div class="records">
        {shown.map((each) => (
          <EvidenceRecord key={`${each.document.sha256} ${each.pointer}`} evidence={each} />
        ))}
      </div>
      {problem.value && <Trouble problem={problem.value} />}
      {left > 0 && (
        <button type="button" disabled={busy.value} onClick={load}>
          … {count(left)} more{left > PAGE && `: show ${PAGE}`}
        </button>
      )}
    </section>
  );
}
