// What became of accesses in the last thirty days that were observed, by kind.
import changes from "documents/start_changes.graphql";
import type { ChangeKind } from "../../generated/operations";
import { ask } from "../../state/client";
import { fresh } from "../../state/location";
import { count, day } from "../../words";
import { useHeavy } from "./heavy";
import { Panel } from "./panel";
import { daysBefore, KINDS, kinds } from "./words";

const DAYS = 30;

export function ChangesPanel({ at, newest }: { at: string | null; newest: string | null }) {
  const since = newest && daysBefore(newest, DAYS);
  const question = useHeavy("changes", since && JSON.stringify([since, at]), (abort) =>
    ask(changes, { since: since ?? "", until: null, at }, abort).then(
      ({ graph }) => graph?.changes ?? null,
    ),
  );
  return (
    <Panel
      title={`Changes in the last ${DAYS} days`}
      question={question}
      wait={
        since
          ? "The accesses of two moments are compared; this may take some seconds."
          : "This waits for the moment of the newest document."
      }
      command={`inroads changes --since ${since}${at ? ` --until ${at}` : ""}`}
    >
      {(found) => {
        const { happened, seen } = kinds(found?.counts ?? []);
        const place = fresh({ view: "changes", ...(since && { since: day(since) }) });
        return (
          <>
            <p class="start-summary">
              {newest && since && `${day(since)} to ${day(newest)}, the newest document`}
            </p>
            {happened.length ? (
              <Kinds counts={happened} place={place} />
            ) : (
              <p class="start-waiting">No access is known to have changed.</p>
            )}
            {seen.length > 0 && (
              <>
                <h4>Seen for the first or last time, which need not be a change</h4>
                <Kinds counts={seen} place={place} />
              </>
            )}
            {found?.truncated && (
              <p class="start-waiting">A limit cut this short: there may be more.</p>
            )}
            <a class="start-all" href={place}>
              All changes
            </a>
          </>
        );
      }}
    </Panel>
  );
}

interface KindsProps {
  counts: readonly { kind: ChangeKind; count: number }[];
  place: string;
}

function Kinds({ counts, place }: KindsProps) {
  return (
    <ul class="start-ranked">
      {counts.map(({ kind, count: number }) => (
        <li key={kind}>
          <a href={place}>
            <span class="start-name">{KINDS[kind]}</span>
            <span class="start-figure">{count(number)}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}
