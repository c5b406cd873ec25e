// The last line of every list: how much was observed, and where the list is a lower bound.

interface Coverage {
  complete: boolean;
  notes: readonly string[];
}

export function CoverageLine({ coverage }: { coverage: Coverage }) {
  const [first, ...others] = coverage.notes;
  const more = coverage.complete ? coverage.notes : others;
  return (
    <footer class={coverage.complete ? "coverage" : "coverage partial"}>
      {coverage.complete ? "Complete: the documents that decide it were read." : first}
      {more.length > 0 && (
        <details>
          <summary>{more.length} more</summary>
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
