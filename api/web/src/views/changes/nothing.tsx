// The calm faces of a view that has nothing to compare, and how to get a history.
import { link } from "../../state/location";
import { dayWords } from "./days";

/** All documents are of one day, or of one moment. */
export function OneMoment({ oldest, newest }: { oldest: string; newest: string }) {
  const day = dayWords(Math.floor(Date.parse(newest) / 86_400_000));
  return (
    <section class="nothing">
      <h2>There is nothing to compare yet</h2>
      <p>All documents were observed on {day} (UTC), so no earlier state of them is known.</p>
      <p>
        A ledger keeps what was observed when. Collect again, or ingest documents with the moment of
        each, and serve the ledger:
      </p>
      <pre>
        {
          "inroads ingest monday/ --ledger inroads.db --observed-at 2026-11-23T00:00:00Z\ninroads ingest friday/ --ledger inroads.db --observed-at 2026-11-27T00:00:00Z\ninroads serve --ledger inroads.db"
        }
      </pre>
      {oldest !== newest && (
        <p>
          <a href={link({ since: oldest })}>Compare with the first moment of that day</a>
        </p>
      )}
    </section>
  );
}

/** The token is limited to businesses. */
export function NoPast() {
  return (
    <section class="nothing">
      <h2>This token has no past</h2>
      <p>
        It is limited to some businesses, and sees their present state alone: moments of documents
        that it may not see would show in their past.
      </p>
    </section>
  );
}

export function NoDocuments() {
  return (
    <section class="nothing">
      <h2>There is nothing to compare yet</h2>
      <p>No document was read.</p>
    </section>
  );
}
