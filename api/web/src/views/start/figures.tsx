// What the graph holds, when it was built, and how much of the service was read for it.

import type { StartGraphQuery } from "../../generated/operations";
import { count, many, minute } from "../../words";
import { read } from "./words";

type Graph = NonNullable<StartGraphQuery["graph"]>;

export function Figures({ graph }: { graph: Graph }) {
  const figures = [
    [graph.identityCount, "person", "people"],
    [graph.businessCount, "business", "businesses"],
    [graph.accountCount, "account", "accounts"],
    [graph.grantCount, "grant", "grants"],
    [graph.documentCount, "document", "documents"],
  ] as const;
  const { complete, newest, notes } = graph.coverage;
  return (
    <section class="start-figures" aria-label="The graph">
      <dl>
        {figures.map(([number, one, more]) => (
          <div key={more}>
            <dt>{number === 1 ? one : more}</dt>
            <dd>{count(number)}</dd>
          </div>
        ))}
      </dl>
      <p>
        {read(graph).join(" · ")}
        {newest && ` · newest document ${minute(newest)}`}
        {` · built ${minute(graph.builtAt)}`}
        {graph.issueCount > 0 && ` · ${many(graph.issueCount, "issue", "issues")} in documents`}
      </p>
      {!complete && (
        <details class="start-partial">
          <summary>Lists here are lower bounds: not all documents were read.</summary>
          <ul>
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

/** What one sees where no document was read. */
export function Empty({ past }: { past: boolean }) {
  return (
    <section class="start-nothing">
      <h3>{past ? "Nothing had been observed by this moment." : "No document was read yet."}</h3>
      {!past && (
        <ul>
          <li>
            <code>inroads serve --example</code> shows the bundled example.
          </li>
          <li>
            <code>inroads ingest FOLDER</code> adds documents to the ledger that this server
            follows; they are offered here within seconds.
          </li>
          <li>
            <code>inroads check FOLDER</code> says what is wrong with documents that are not taken.
          </li>
        </ul>
      )}
    </section>
  );
}
