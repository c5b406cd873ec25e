// The calm face of a server that has no reviews, or shows none.
import type { Problem } from "../../state/problem";

export function Unavailable({ problem }: { problem: Problem }) {
  return (
    <section class="calm">
      <h2>No reviews here</h2>
      <p>
        {problem.code === "REVIEWS_UNAVAILABLE"
          ? "A review keeps its decisions in a ledger. This server was started on files, shows pseudonyms, or your token sees some businesses alone."
          : problem.message}
      </p>
      <p>With a ledger, one reviews like this:</p>
      <pre>{`inroads ingest documents/ --ledger inroads.db
inroads review start 2026-Q1 --by you@example.com --ledger inroads.db
inroads serve --ledger inroads.db --allow-review`}</pre>
    </section>
  );
}
