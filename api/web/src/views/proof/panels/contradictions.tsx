// Where records contradict each other: what they say, and the records of both sides.
import { type Evidence, EvidenceRecord } from "../../../components/record";
import { contradiction } from "../../../reasons";
import { many } from "../../../words";

interface Contradiction {
  code: string;
  sentence: string;
  evidence: readonly Evidence[];
}

/** Contradictions that are shown before the rest is opened. */
const FEW = 3;

export function Contradictions({ found }: { found: readonly Contradiction[] }) {
  if (!found.length) return null;
  const rest = found.slice(FEW);
  return (
    <section class="contradictions" aria-label="Contradictions">
      <h3>Contested: {many(found.length, "contradiction", "contradictions")}</h3>
      {found.slice(0, FEW).map((each) => (
        <One key={each.sentence} {...each} />
      ))}
      {rest.length > 0 && (
        <details>
          <summary>… {rest.length} more</summary>
          {rest.map((each) => (
            <One key={each.sentence} {...each} />
          ))}
        </details>
      )}
    </section>
  );
}

function One({ code, sentence, evidence }: Contradiction) {
  return (
    <div class="contradiction">
      <p>
        <b>{contradiction(code)}.</b> {sentence}
      </p>
      <details>
        <summary>The records of both sides ({evidence.length})</summary>
        {evidence.map((each) => (
          <EvidenceRecord key={`${each.document.sha256} ${each.pointer}`} evidence={each} />
        ))}
      </details>
    </div>
  );
}
