// The last line of every list: how much was observed, and where the list is a lower bound.
import { many } from "../words";

interface Coverage {
  complete: boolean;
  notes: readonly string[];
}

interface Props {
  coverage: Coverage;
  /** True if a limit cut the search short. */
  truncated?: boolean;
}

const CUT = "A limit cut the search short: there may be more.";

export function CoverageLine({ coverage, truncated = false }: Props) {
  const whole = coverage.complete && !truncated;
  const notes = truncated ? [CUT, ...coverage.notes] : coverage.notes;
  const [first, ...others] = notes;
  const more = whole ? notes : others;
  return (
    <footer class={whole ? "coverage" : "coverage partial"}>
      {whole ? (
        "Complete: the documents that decide it were read."
      ) : (
        <>
          <b>Lower bound:</b> {first ?? "not every document that decides it was read."}
        </>
      )}
      {more.length > 0 && (
        <details>
          <summary>{many(more.length, "more note", "more notes")}</summary>
          <ul>
            {more.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </details>
      )}
    </footer>
  );
}
