// What must go in the service for a grant to end: every one of its records. Inroads changes nothing there.
import { visible } from "../../../visible";
import { count } from "../../../words";

interface Remedy {
  record: string;
  action: string;
  destroy: string | null;
}

/** Remedies that are listed before the rest is opened. */
const FEW = 5;

export function Remedies({ found }: { found: readonly Remedy[] }) {
  const rest = found.slice(FEW);
  return (
    <section aria-label="What to do in the service">
      <h3>To end it in the service</h3>
      {found.length === 0 && <p>A fact about a business and its account: nobody can revoke it.</p>}
      {found.length > 1 && <p>All {count(found.length)} records must go.</p>}
      <ol>
        {found.slice(0, FEW).map((each) => (
          <One key={each.record} {...each} />
        ))}
      </ol>
      {rest.length > 0 && (
        <details>
          <summary>… {count(rest.length)} more</summary>
          <ol start={FEW + 1}>
            {rest.map((each) => (
              <One key={each.record} {...each} />
            ))}
          </ol>
        </details>
      )}
    </section>
  );
}

function One({ record, action, destroy }: Remedy) {
  return (
    <li>
      <b>{visible(record)}</b>: {visible(action)}
      {destroy && (
        <small>
          {" "}
          Its own link, never called: <code>{visible(destroy)}</code>
        </small>
      )}
    </li>
  );
}
