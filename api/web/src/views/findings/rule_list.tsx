// The rules with what they found, the worst first, and apart those that found nothing or did not run.
import { link, location } from "../../state/location";
import { count } from "../../words";
import type { RuleRow } from "./rules";
import { SeverityMark } from "./severity_mark";

interface Props {
  rows: readonly RuleRow[];
  /** True if only findings about one node count. */
  about: boolean;
}

export function RuleList({ rows, about }: Props) {
  const found = rows.filter((each) => each.standing + each.suppressed > 0);
  const nothing = rows.filter((each) => !found.includes(each) && each.skipped === null);
  const skipped = rows.filter((each) => each.skipped !== null);
  return (
    <>
      {found.length === 0 && (
        <p class="calm">No rule found anything of this severity{about && " about it"}.</p>
      )}
      <ul class="rules" aria-label="Rules with findings">
        {found.map((each) => (
          <Rule key={each.id} row={each} />
        ))}
      </ul>
      {nothing.length > 0 && (
        <details>
          <summary>
            {nothing.length} rules found nothing{about && " about it"}
          </summary>
          <ul class="rules">
            {nothing.map((each) => (
              <Rule key={each.id} row={each} />
            ))}
          </ul>
        </details>
      )}
      {skipped.length > 0 && (
        <details>
          <summary>{skipped.length} not run</summary>
          <ul class="plain">
            {skipped.map((each) => (
              <li key={each.id}>
                <b>{each.title}</b>: {each.skipped}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Rule({ row }: { row: RuleRow }) {
  const chosen = location.value.rule === row.id;
  return (
    <li>
      <a class="rule" href={link({ rule: row.id })} aria-current={chosen ? "true" : undefined}>
        <SeverityMark severity={row.severity} />
        <span class="title">{row.title}</span>
        <span class="number">
          {count(row.standing)}
          <span class="unseen"> findings</span>
          {row.suppressed > 0 && <small>{count(row.suppressed)} suppressed</small>}
        </span>
      </a>
    </li>
  );
}
